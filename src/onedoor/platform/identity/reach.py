"""Whether what an administrator acts on lies within their reach: officers by their posts, organizations by their place."""

from datetime import date

from django.db.models import Q

from onedoor.platform.identity.models import Absence, Login, Organization, Post
from onedoor.platform.identity.queries.divisions import NATION
from onedoor.platform.identity.queries.organizations import OrganizationNotFound
from onedoor.platform.identity.queries.posts import OfficerNotFound
from onedoor.platform.kernel.actors import Actor


def posts_ahead(login_id: int, on: date) -> list[Post]:
    """Return every post an account opens from a day on, waiting ones and those of deputations too."""
    away = Absence.objects.filter(deputy_id=login_id, ends_on__gt=on).values("post_id")
    going_on = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    return list(Post.objects.filter(Q(login_id=login_id) | Q(pk__in=away), going_on))


def require_officer(login: Login, permission: str, *, actor: Actor, on: date) -> list[Post]:
    """
    Return what an officer's account opens, if all of it lies where the actor has the permission.

    One post within reach is not enough: whoever gets into the account gets into every post of it. Without a post ahead
    the posts it had say where it belongs; an account that never had one is for who is there for the whole country.

    :raises OfficerNotFound: part of it lies elsewhere; that looks as if there were no such officer.
    """
    posts = posts_ahead(login.pk, on)
    places = {post.division_id for post in posts} or set(login.posts.values_list("division_id", flat=True))
    if not all(actor.may(permission, division=place) for place in places or {NATION}):
        raise OfficerNotFound
    return posts


def require_organization(organization_id: int, *, actor: Actor, on: date) -> Organization:
    """
    Return an organization that exists on a day, if its place lies within the actor's reach.

    :raises OrganizationNotFound: there is none, or it lies elsewhere; both look alike.
    """
    organ = Organization.objects.filter(pk=organization_id).first()
    if organ is None or not actor.reaches(organ.division_id):
        raise OrganizationNotFound
    if organ.in_force_to is not None and organ.in_force_to <= on:
        raise OrganizationNotFound
    return organ

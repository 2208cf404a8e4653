"""Log-ins and posts: who acts, under which post, with which reach."""

from datetime import date

from django.db.models import Q

from onedoor.platform.identity.models import Login, Post
from onedoor.platform.identity.queries.people import phone_index
from onedoor.platform.identity.roles import permissions_of
from onedoor.platform.kernel.actors import Actor, Channel
from onedoor.platform.kernel.errors import NotAllowed

ONE_FACTOR_LEVEL = 2


def posts_of(*, login_id: int, on: date) -> list[Post]:
    """Return the posts a login holds on a day."""
    held = Post.objects.filter(login_id=login_id, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )
    return list(held.select_related("organization", "division").order_by("id"))


def actor_for(
    *, login_id: int, post_id: int | None, channel: Channel, address: str, on: date, factors: int = 1
) -> Actor:
    """
    Return the acting person of a log-in; an officer acts under the chosen post, or the only one held.

    With one proof (a code or a password) a citizen counts as level 2 at most; the full level needs two.
    """
    login = Login.objects.select_related("person").get(pk=login_id)
    if login.kind == Login.Kind.CITIZEN:
        return Actor(
            kind="citizen",
            name="",
            login_id=login.pk,
            person_id=login.person_id,
            assurance=min(login.person.assurance if login.person else 0, 4 if factors > 1 else ONE_FACTOR_LEVEL),
            channel=channel,
            address=address,
        )
    posts = posts_of(login_id=login_id, on=on)
    chosen = next((post for post in posts if post.pk == post_id), posts[0] if len(posts) == 1 else None)
    if chosen is None:
        return Actor(kind="officer", name=login.name, login_id=login.pk, channel=channel, address=address)
    return _officer(login, chosen, channel, address)


def actor_for_post(*, post_id: int, channel: Channel, on: date) -> Actor:
    """
    Return the officer of a post, for work done together (a second surveyor).

    :raises NotAllowed: the post is not held on that day.
    """
    post = (
        Post.objects.filter(pk=post_id, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .select_related("login", "organization")
        .first()
    )
    if post is None:
        raise NotAllowed
    return _officer(post.login, post, channel, "")


def _officer(login: Login, post: Post, channel: Channel, address: str) -> Actor:
    return Actor(
        kind="officer",
        name=login.name,
        login_id=login.pk,
        post_id=post.pk,
        organization_id=post.organization_id,
        organization_name=post.organization.name,
        role=post.role,
        permissions=permissions_of(post.role),
        reach=tuple((start, end) for start, end in post.reach),
        lines=frozenset(post.lines),
        assurance=4,
        channel=channel,
        address=address,
    )


def colleagues(*, actor: Actor, permission: str, on: date) -> list[Post]:
    """Return the posts of the actor's own organization that hold a permission, without the actor's own."""
    held = Post.objects.filter(organization__posts=actor.post_id or 0, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )
    found = held.exclude(login_id=actor.require_login()).select_related("login").order_by("id")
    return [post for post in found if permission in permissions_of(post.role)]


def username_of_phone(phone: str) -> str | None:
    """Return the login name of the citizen whose phone this is."""
    found = Login.objects.filter(phone_index=phone_index(phone), kind=Login.Kind.CITIZEN)
    return found.values_list("username", flat=True).first()


def login_of(username: str) -> Login | None:
    """Return the login of this name, citizen or officer."""
    return Login.objects.filter(username=username).first()

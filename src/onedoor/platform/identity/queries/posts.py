"""Log-ins and posts: who acts, under which post, with which reach, for whom as deputy."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from onedoor.platform.identity.models import Absence, AccountReset, Login, Person, Post
from onedoor.platform.identity.queries.people import assurance_of
from onedoor.platform.identity.roles import permissions_of
from onedoor.platform.kernel.actors import MATCHED, Actor, Channel
from onedoor.platform.kernel.crypto import keyring
from onedoor.platform.kernel.errors import NotAllowed, NotFound
from onedoor.platform.kernel.prepared import Prepared, prepared
from onedoor.platform.kernel.scopes import within_reach

ONE_FACTOR_LEVEL = MATCHED
PAGE = 50
RESET_GOOD_FOR = timedelta(days=1)  # a reset asked for is done within a day, or asked for anew


class OfficerNotFound(NotFound):
    code, message = (
        "identity.officer_not_found",
        "没有找到这位工作人员，或他（她）不在您的管辖范围内，请从人员列表中选择。",
    )


def held(on: date, *, prefix: str = "") -> Q:
    """Return the condition "this post is held by a person, approved and usable on this day"."""
    begun = Q(**{f"{prefix}valid_from__lte": on, f"{prefix}approved_at__isnull": False})
    going_on = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": on})
    person = Q(**{f"{prefix}login__is_active": True, f"{prefix}login__kind": Login.Kind.OFFICER})
    return begun & going_on & person


def posts_of(*, login_id: int, on: date) -> list[Post]:
    """Return the posts a login may work under on a day: its own first, then those it is the deputy of."""
    found = _usable(login_id, on).select_related("login", "organization", "division")
    return sorted(found, key=lambda post: (post.login_id != login_id, post.pk))


def _usable(login_id: int, on: date) -> QuerySet[Post]:
    own = held(on) & Q(login_id=login_id)
    away = Absence.objects.filter(
        deputy_id=login_id, starts_on__lte=on, ends_on__gt=on, approved_at__isnull=False
    ).values("post_id")
    begun = Q(valid_from__lte=on, approved_at__isnull=False) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    return Post.objects.filter(own | (begun & Q(pk__in=away)))


def actor_for(
    *, login: Login, post_id: int | None, channel: Channel, address: str, on: date, factors: int = 1
) -> Actor:
    """
    Return the acting person of a log-in; an officer acts under the chosen post, or the only one of their own.

    With one proof (a code or a password) a citizen counts as level 2 at most; the full level needs two.
    """
    if login.kind == Login.Kind.CITIZEN:
        rechecks = getattr(login, "rechecks", True)  # an account fetched otherwise than for a session does not say
        most = 4 if factors > 1 else ONE_FACTOR_LEVEL
        return Actor(
            kind="citizen",
            name="",
            login_id=login.pk,
            person_id=login.person_id,
            assurance=assurance_of(login.person, most=most, rechecks=rechecks, on=on) if login.person else 0,
            channel=channel,
            address=address,
        )
    posts = _working_posts(*_columns()).all(login_id=login.pk, on=on)
    own = [post for post in posts if post.login_id == login.pk]
    chosen = next((post for post in posts if post.pk == post_id), own[0] if len(own) == 1 else None)
    if chosen is None:
        return Actor(kind="officer", name=login.name, login_id=login.pk, channel=channel, address=address)
    return officer_actor(login, chosen, channel, address, own_person_id=chosen.own_person)


@cache
def _working_posts(held_by: str, known_by: str) -> Prepared[..., Any]:
    def working(*, login_id: int, on: date) -> QuerySet[Any]:
        """Every request of an officer asks this; of three tables it takes what an actor is made of."""
        own = own_person(login_id, held_by, known_by)
        rows = _usable(login_id, on).select_related("login", "organization").annotate(own_person=own)
        return rows.only("login__name", "organization__name", "role", "division_id", "reach", "lines")

    return prepared(working, keyed_by={held_by, known_by})


def actor_for_post(*, post_id: int, channel: Channel, on: date) -> Actor:
    """
    Return the officer of a post, for work done together (a second surveyor).

    :raises NotAllowed: the post is not held on that day.
    """
    held_posts = Post.objects.filter(held(on), pk=post_id).select_related("login", "organization")
    post = held_posts.annotate(own_person=own_person(OuterRef(OuterRef("login_id")), *_columns())).first()
    if post is None:
        raise NotAllowed
    return officer_actor(post.login, post, channel, "", own_person_id=post.own_person)


def own_person(login: int | OuterRef, held_by: str, known_by: str) -> Subquery:
    """Return, for a query of posts, the record of the officer with this log-in among the persons, if there is one."""
    number = Login.objects.filter(pk=login, **{f"{held_by}__gt": ""}).values(held_by)
    return Subquery(Person.objects.filter(**{f"{known_by}__in": number}).values("pk")[:1])


def _columns() -> tuple[str, str]:
    """Return by which columns of accounts and persons numbers are found now; both are of one key."""
    key = keyring().searching
    return Login.by_holder.column_of(key), Person.by_number.column_of(key)


def officer_actor(
    login: Login, post: Post, channel: Channel, address: str, *, own_person_id: int | None = None
) -> Actor:
    """Return who works under a post: its holder, or the deputy under their own name with the holder's beside it."""
    return Actor(
        kind="officer",
        name=login.name if post.login_id == login.pk else f"{login.name}（代{post.login.name}）",
        login_id=login.pk,
        post_id=post.pk,
        organization_id=post.organization_id,
        organization_name=post.organization.name,
        role=post.role,
        division=post.division_id,
        permissions=permissions_of(post.role),
        reach=tuple((start, end) for start, end in post.reach),
        lines=frozenset(post.lines),
        own_person_id=own_person_id,
        assurance=4,
        channel=channel,
        address=address,
    )


def colleagues(*, actor: Actor, permission: str, on: date) -> list[Post]:
    """Return the posts of the actor's own organization that hold a permission, without the actor's own."""
    posts = Post.objects.filter(held(on), organization_id=actor.organization_id or 0)
    found = posts.exclude(login_id=actor.require_login()).select_related("login").order_by("id")
    return [post for post in found if permission in permissions_of(post.role)]


def possible_deputies(*, actor: Actor, on: date) -> list[Login]:
    """Return the other officers of the actor's organization, by staff number: one of them can be the deputy."""
    posts = Post.objects.filter(held(on), organization_id=actor.organization_id or 0)
    logins = Login.objects.filter(pk__in=posts.values("login_id")).exclude(pk=actor.require_login())
    return list(logins.order_by("username"))


def absences_of(*, actor: Actor, on: date) -> list[Absence]:
    """Return the actor's own absences that are not over, and those they are the deputy in; one query."""
    concerned = Q(post__login_id=actor.require_login()) | Q(deputy_id=actor.require_login())
    rows = Absence.objects.filter(concerned, ends_on__gt=on)
    return list(rows.select_related("post__login", "post__organization", "deputy").order_by("starts_on", "pk"))


def username_of_phone(phone: str) -> str | None:
    """Return the login name of the citizen whose phone this is."""
    found = Login.objects.filter(**Login.by_phone.at(phone), kind=Login.Kind.CITIZEN)
    return found.values_list("username", flat=True).first()


def login_of(username: str) -> Login | None:
    """Return the login of this name, citizen or officer."""
    return Login.objects.filter(username=username).first()


# For the administrators


def list_officers(*, actor: Actor, after: str = "", text: str = "", most: int = PAGE) -> list[Login]:
    """
    Return the officers with a post within the administrator's reach, by staff number; `after` is the last one seen.

    `text` narrows to staff numbers or names that contain it. Two queries, however long the list is.
    """
    actor.require_one_of("identity.manage", "identity.manage_security")
    here = Post.objects.filter(within_reach(actor, field="division_id", by_line=False))
    found = Login.objects.filter(kind=Login.Kind.OFFICER, pk__in=here.values("login_id"), username__gt=after)
    if text.strip():
        found = found.filter(Q(username__icontains=text.strip()) | Q(name__contains=text.strip()))
    posts = here.select_related("organization").order_by("pk")
    return list(found.prefetch_related(Prefetch("posts", posts, to_attr="posts_here")).order_by("username")[:most])


def get_officer(*, login_id: int, actor: Actor) -> Login:
    """
    Return an officer with their posts within the administrator's reach, newest first.

    :raises OfficerNotFound: there is none, or none of the posts is within reach; both look alike.
    """
    actor.require_one_of("identity.manage", "identity.manage_security")
    here = Post.objects.filter(within_reach(actor, field="division_id", by_line=False))
    waiting = Absence.objects.filter(approved_at__isnull=True).select_related("deputy").order_by("pk")
    posts = (
        here.select_related("organization", "division", "unit", "approved_by")
        .prefetch_related(Prefetch("absences", waiting, to_attr="absences_waiting"))
        .order_by("-pk")
    )
    found = Login.objects.filter(kind=Login.Kind.OFFICER, pk=login_id, pk__in=here.values("login_id"))
    login = found.prefetch_related(Prefetch("posts", posts, to_attr="posts_here")).first()
    if login is None:
        raise OfficerNotFound
    return login


def posts_to_approve(*, actor: Actor) -> list[Post]:
    """Return the posts within reach that wait for the security administrator, oldest first."""
    actor.require_one_of("identity.manage_security")
    waiting = Post.objects.filter(within_reach(actor, field="division_id", by_line=False), approved_at__isnull=True)
    open_ones = waiting.filter(valid_to__isnull=True, login__kind=Login.Kind.OFFICER)
    return list(open_ones.select_related("login", "organization", "division").order_by("pk"))


def absences_to_approve(*, actor: Actor, on: date) -> list[Absence]:
    """Return the deputations to powerful posts within reach that wait for the security administrator, oldest first."""
    actor.require_one_of("identity.manage_security")
    here = within_reach(actor, prefix="post__", field="division_id", by_line=False)
    waiting = Absence.objects.filter(here, approved_at__isnull=True, ends_on__gt=on)
    return list(waiting.select_related("deputy", "post__login", "post__organization").order_by("pk"))


def resets_to_approve(*, actor: Actor, at: datetime) -> list[AccountReset]:
    """Return the resets of accounts with a powerful post within reach that wait for a second person, oldest first."""
    actor.require_one_of("identity.reset")
    here = Post.objects.filter(within_reach(actor, field="division_id", by_line=False))
    waiting = AccountReset.objects.filter(approved_at__isnull=True, recorded_at__gt=at - RESET_GOOD_FOR)
    found = waiting.filter(login_id__in=here.values("login_id"))
    return list(found.select_related("login", "asked_by").order_by("pk"))

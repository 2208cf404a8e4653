"""Divisions, people, posts, delegations: every read of the identity room."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q

from onedoor.platform.identity.models import (
    Consent,
    Delegation,
    Division,
    Login,
    Organization,
    Person,
    Post,
    ServicePoint,
)
from onedoor.platform.identity.roles import permissions_of
from onedoor.platform.kernel.actors import Actor, Channel, CodeRange
from onedoor.platform.kernel.errors import NotAllowed, NotFound, OneDoorError
from onedoor.platform.kernel.fields import blind_index
from onedoor.standards.masks import mask_mobile

NATION = "000000000000"
ONE_FACTOR_LEVEL = 2


class DivisionNotFound(NotFound):
    code, message = "identity.division_not_found", "没有找到该地区，请从列表中选择。"


class NoResponsibleOrganization(OneDoorError):
    code, http_status, message = (
        "identity.no_responsible_organization",
        409,
        "当地承办单位尚未在平台登记，暂不能在线受理，请拨打当地民政服务电话咨询。",
    )


class MandateMissing(OneDoorError):
    code, http_status, message = (
        "mandate.missing",
        403,
        "您没有取得对方的委托，或委托不包含此操作，请先请对方确认委托。",
    )


class MandateExpired(OneDoorError):
    code, http_status, message = "mandate.expired", 403, "委托已于 {valid_to} 到期，请委托人续期后再办理。"


# Divisions


def division(code: str) -> Division:
    """:raises DivisionNotFound: no such code."""
    found = find_division(code)
    if found is None:
        raise DivisionNotFound
    return found


def find_division(code: str) -> Division | None:
    return Division.objects.filter(code=code).first()


def divisions_with(codes: Collection[str]) -> list[Division]:
    """Return the divisions with these codes in any order, in force or not; unknown codes are left out. One query."""
    return list(Division.objects.filter(code__in=codes)) if codes else []


def find_divisions(text: str, *, most: int = 30) -> list[Division]:
    """Return divisions in force whose name contains the text, larger units first."""
    named = Division.objects.filter(name__contains=text.strip(), in_force_to__isnull=True)
    return list(named.order_by("level", "code")[:most])


def divisions_below(code: str, *, on: date) -> list[Division]:
    """Return the divisions right below one (the provinces for ""), in force on a day, by code."""
    below = Division.objects.filter(parent_id=code) if code else Division.objects.filter(level=2)
    return list(below.filter(_in_force(on)).order_by("code"))


def _in_force(on: date) -> Q:
    begun = Q(in_force_from__isnull=True) | Q(in_force_from__lte=on)
    return begun & (Q(in_force_to__isnull=True) | Q(in_force_to__gt=on))


def chain(code: str) -> list[str]:
    """Return the code and those of all its superiors, nearest first, ending with the whole country."""
    codes = list(_parents(code))
    return codes if codes[-1] == NATION else [*codes, NATION]


@lru_cache(maxsize=50_000)
def _parents(code: str) -> tuple[str, ...]:
    """Walk up the tree; a division's place in it never changes, a reorganisation makes new codes."""
    codes, current = [code], code
    while current:
        parent = Division.objects.filter(code=current).values_list("parent_id", flat=True).first()
        if not parent:
            break
        codes.append(parent)
        current = parent
    return tuple(codes)


def reach_of(code: str) -> list[CodeRange]:
    """
    Return the half-open code ranges that cover a division and everything below it, abolished units included.

    Codes of one subtree mostly lie side by side, so a county is one range; the tree decides, not the digits.
    """
    if code == NATION:
        return [("000000000000", "999999999999")]
    level, members = [code], {code}
    while level:
        below = list(Division.objects.filter(parent_id__in=level).values_list("code", flat=True))
        members.update(below)
        level = below
    return _as_ranges(sorted(members))


def _as_ranges(members: Sequence[str]) -> list[CodeRange]:
    """Join sorted codes, each standing for its own numbers, into as few ranges as they need."""
    ranges: list[list[str]] = []
    for code in members:
        end = _after(code)
        if ranges and code <= ranges[-1][1]:
            ranges[-1][1] = max(ranges[-1][1], end)
        else:
            ranges.append([code, end])
    return [(start, end) for start, end in ranges]


def _after(code: str) -> str:
    """Return the first code that no longer belongs to this unit's own number."""
    trimmed = code.rstrip("0")
    digits = next(size for size in (2, 4, 6, 9, 12) if len(trimmed) <= size)
    return str(int(code[:digits]) + 1).zfill(digits).ljust(12, "0")


def subtree_range(code: str) -> list[CodeRange]:
    """Return the code ranges of a place for reading public data."""
    return [(start, end) for start, end in reach_of(code)]


# Organizations


def responsible_organization(*, division: str, tier: int, line: str) -> Organization:
    """
    Return the organ of `tier` (1 ministry … 5 township) that is competent for a place and business line.

    :raises NoResponsibleOrganization: none is registered on the way up from this place.
    """
    codes = chain(division)
    found = {
        organization.division_id: organization
        for organization in Organization.objects.filter(division_id__in=codes, tier=tier)
        if not organization.lines or line in organization.lines
    }
    for code in codes:
        if code in found:
            return found[code]
    raise NoResponsibleOrganization


def service_points(*, chain: Sequence[str], line: str, most: int = 20) -> list[ServicePoint]:
    """Return where people of a place go, the nearest organ's points first."""
    points = ServicePoint.objects.filter(organization__division_id__in=chain).select_related("organization")
    order = {code: place for place, code in enumerate(chain)}
    return sorted(points, key=lambda point: (order[point.organization.division_id], point.pk))[:most]


# People


def person_with_index(index: str) -> int | None:
    """Return the id of the person whose number has this blind index."""
    return Person.objects.filter(id_index=index).values_list("pk", flat=True).first()


def id_number_index(id_number: str) -> str:
    return blind_index(id_number, purpose="person.id_number")


def phone_index(phone: str) -> str:
    return blind_index(phone, purpose="person.phone")


def id_number_of(person_id: int) -> str:
    """Return a person's identity number for a comparison inside an operation; it is never shown unmasked."""
    return str(Person.objects.values_list("id_number", flat=True).get(pk=person_id))


def name_of(person_id: int) -> str:
    return Person.objects.values_list("name", flat=True).get(pk=person_id)


def residence_of(person_id: int) -> str:
    """Return the 12-digit code of the place a person is registered in, or "" when unknown."""
    return Person.objects.values_list("division_id", flat=True).get(pk=person_id) or ""


def person_answers(*, person_id: int) -> dict[str, Any]:
    """Return what the platform knows about a person as form answers, for prefilling their own application."""
    person = Person.objects.select_related("division").get(pk=person_id)
    return {
        "name": person.name,
        "id_number": str(person.id_number),
        "phone": str(person.phone),
        "address": str(person.address),
        "born_on": person.born_on.isoformat() if person.born_on else "",
        "division": person.division_id or "",
        "division_name": person.division.full_name if person.division else "",
    }


def masked_phone(person_id: int) -> str:
    phone = str(Person.objects.values_list("phone", flat=True).get(pk=person_id))
    return mask_mobile(phone) if phone else ""


# Actors and posts


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


# Delegations


def _living(on: date) -> Q:
    return Q(state=Delegation.State.ACTIVE, valid_from__lte=on, valid_to__gte=on)


def active_delegation(*, agent_id: int, principal_id: int, item: str, scope: str, on: date) -> Delegation:
    """
    Return the delegation under which the agent may do `scope` for the principal in this item.

    :raises MandateExpired: there was one, and its last day has passed.
    :raises MandateMissing: there is none.
    """
    given = [
        delegation
        for delegation in Delegation.objects.filter(
            agent_id=agent_id, principal_id=principal_id, state=Delegation.State.ACTIVE
        ).order_by("-valid_to")
        if scope in delegation.scopes and (not delegation.items or item in delegation.items)
    ]
    for delegation in given:
        if delegation.valid_from <= on <= delegation.valid_to:
            return delegation
    if given:
        raise MandateExpired(valid_to=given[0].valid_to)
    raise MandateMissing


def followed_by(*, agent_id: int, on: date) -> list[tuple[int, list[str]]]:
    """Return (person, items) whose cases the agent may follow; no items means every item that can be delegated."""
    living = Delegation.objects.filter(_living(on), agent_id=agent_id)
    return [(one.principal_id, list(one.items)) for one in living if "view" in one.scopes]


def principals_for_item(*, agent_id: int, item: str, on: date) -> list[Person]:
    """Return the people for whom the agent may apply for this item."""
    living = Delegation.objects.filter(_living(on), agent_id=agent_id).select_related("principal")
    return [
        delegation.principal
        for delegation in living
        if "submit" in delegation.scopes and (not delegation.items or item in delegation.items)
    ]


def delegations_given(*, actor: Actor, on: date) -> list[Delegation]:
    """Return the delegations the actor has given or is asked for, newest first."""
    given = Delegation.objects.filter(principal_id=actor.person_id, principal__isnull=False)
    return list(given.select_related("agent").order_by("-id"))


def delegations_received(*, actor: Actor, on: date) -> list[Delegation]:
    received = Delegation.objects.filter(agent_id=actor.person_id, agent__isnull=False)
    return list(received.select_related("principal").order_by("-id"))


def delegations_to_confirm(*, actor: Actor, on: date) -> list[Delegation]:
    waiting = Delegation.objects.filter(principal_id=actor.person_id, state=Delegation.State.PENDING, valid_to__gte=on)
    return list(waiting.select_related("agent").order_by("-id"))


# Consents


def signed_consents(*, reference: str, at: datetime) -> set[tuple[str, str]]:
    """Return (blind index of the person's number, purpose) of every living consent of an application."""
    living = Consent.objects.filter(reference=reference, revoked_at__isnull=True, valid_until__gt=at)
    return set(living.values_list("person__id_index", "purpose"))


def consents_given(*, actor: Actor) -> list[Consent]:
    """Return the actor's own consents, newest first, withdrawn ones included."""
    return list(Consent.objects.filter(person_id=actor.require_person()).order_by("-id"))


def live_consent(*, person_id: int, purpose: str, source: str, at: datetime) -> Consent | None:
    """Return the living consent under which `source` may be asked about a person, or None."""
    living = Consent.objects.filter(
        person_id=person_id, purpose=purpose, revoked_at__isnull=True, signed_at__lte=at, valid_until__gt=at
    )
    return next((consent for consent in living.order_by("-id") if source in consent.sources), None)

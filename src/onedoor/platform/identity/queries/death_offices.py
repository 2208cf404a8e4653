"""Where a death can be recorded: one officer of an organ states it, another of it or of an organ above confirms it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from onedoor.platform.identity.models import Organization, Post
from onedoor.platform.identity.queries.divisions import NATION, chain, successors_of
from onedoor.platform.identity.queries.people import registered_place
from onedoor.platform.identity.queries.posts import held
from onedoor.platform.identity.roles import PERMISSIONS
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed, OneDoorError

MOST_NAMED = 2
MOST_ABOVE = 8  # how far up a line of organs goes: six tiers, some of them twice
UNKNOWN = "当地民政部门（平台上还没有能办理的单位，可以先拨打 12345 询问）"


class DeathElsewhere(NotAllowed):
    code, message = (
        "identity.death_elsewhere",
        "此人的死亡登记和更正不归本窗口办理，请到{offices}办理。",
    )


class NoSecondOfficer(OneDoorError):
    code, http_status, message = (
        "identity.no_second_officer",
        409,
        "本单位和上级单位没有另一位能确认的工作人员，现在提交了也不能生效。{instead}",
    )


def organs_above(organization_id: int) -> list[int]:
    """Return an organization and its superior organs, nearest first."""
    line: list[int] = []
    following: int | None = organization_id
    while following is not None and len(line) < MOST_ABOVE:
        line.append(following)
        following = Organization.objects.filter(pk=following).values_list("parent_id", flat=True).first()
    return line


def death_obstacle(*, person_id: int, actor: Actor, on: date) -> OneDoorError | None:
    """
    Return why an officer may not state the death of somebody, or its correction, and where that can be done instead.

    The place is the competent organ's; and nobody states what nobody else could confirm.
    """
    actor.require_one_of("identity.window")
    division = registered_place(person_id) or actor.division or NATION  # of no place: whichever window they come to
    if not actor.may("identity.window", division=division):
        return DeathElsewhere(offices=offices_named(division=division, on=on))
    line = organs_above(actor.organization_id or 0)
    posts = Post.objects.filter(held(on), organization_id__in=line, role__in=_roles("identity.deaths"))
    others = posts.exclude(login_id=actor.require_login()).values_list("reach", flat=True)
    if any(start <= division < end for reach in others for start, end in reach):
        return None
    return NoSecondOfficer(instead=_instead(division, actor, on))


def _instead(division: str, actor: Actor, on: date) -> str:
    offices = _offices(division, on)
    if any(organ.pk == actor.organization_id for organ in offices):  # the officer is the one who can confirm
        return "请由本单位另一位窗口人员提交，您来核对确认。"
    return f"请到{_named(offices)}办理。"


def offices_named(*, division: str, on: date) -> str:
    """Return in words where a death of a place can be recorded or corrected: the nearest organs that can."""
    return _named(_offices(division, on))


def _named(offices: Sequence[Organization]) -> str:
    return "或者".join(f"“{organ.name}”" for organ in offices[:MOST_NAMED]) or UNKNOWN


def _roles(permission: str) -> list[str]:
    return [role for role, permissions in PERMISSIONS.items() if permission in permissions]


def _offices(division: str, on: date) -> list[Organization]:
    """Return the organs with one officer who can state and another, there or above, who can confirm; nearest first."""
    places = list(dict.fromkeys([*chain(division), *_chains_of_successors(division, on)]))
    posts = Post.objects.filter(held(on), division_id__in=places).select_related("organization").order_by("pk")
    stating, confirming = _roles("identity.window"), _roles("identity.deaths")
    organs: dict[int, Organization] = {}
    nearest: dict[int, int] = {}
    clerks: dict[int, set[int]] = defaultdict(set)
    seconds: dict[int, set[int]] = defaultdict(set)
    for post in posts.filter(role__in=[*stating, *confirming]):
        if post.role in confirming:
            seconds[post.organization_id].add(post.login_id)
        if post.role in stating:
            organs[post.organization_id] = post.organization
            clerks[post.organization_id].add(post.login_id)
            place = places.index(post.division_id)
            nearest[post.organization_id] = min(place, nearest.get(post.organization_id, place))
    able = []
    for number in sorted(organs, key=lambda one: (nearest[one], one)):
        second = set().union(*(seconds[one] for one in organs_above(number)))
        if second and len(clerks[number] | second) > 1:
            able.append(organs[number])
            if len(able) == MOST_NAMED:
                break
    return able


def _chains_of_successors(division: str, on: date) -> list[str]:
    return [code for successor in successors_of(division, on=on) for code in chain(successor.code)]

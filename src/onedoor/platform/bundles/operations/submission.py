"""Hand a bundle in once: checked, numbered, receipted, and sent to its organs as ordinary cases in the order they depend."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import access, clocks, life, rules
from onedoor.platform.bundles.models import BundleCase, BundleMember
from onedoor.platform.bundles.releasing import file_member
from onedoor.platform.bundles.screens import Screens
from onedoor.platform.bundles.states import Kind, MemberState, State
from onedoor.platform.cases.completeness import MaterialsMissing
from onedoor.platform.cases.operations.delivery import CHOICES
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import MATCHED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError, StaleVersion
from onedoor.platform.kernel.numbers import next_number


class NothingPossible(OneDoorError):
    code, http_status, message = "bundles.nothing_possible", 409, "这次没有一项能提交：{reasons}"


@transaction.atomic
def submit_bundle(
    *, bundle_id: UUID, revision: int, delivery: str, together: bool = True, actor: Actor, at: datetime
) -> BundleCase:
    """
    Hand a bundle in: one receipt with its number and those of the cases it makes. The same bundle again changes nothing.

    A member that cannot be had is told with its reason and does not keep the others (R-BUN-2); what waits for another's
    result is begun when that is there.

    :raises StaleVersion: it was changed elsewhere since the person read it.
    :raises InvalidInput, MaterialsMissing, AssuranceTooLow: what is missing and how to mend it.
    :raises NothingPossible: not one member can be handed in; each with its reason.
    """
    case = access.require_own(bundle_id, actor=actor, lock=True)
    if case.submitted_at is not None:
        return case
    if case.expires_at <= at:
        raise access.BundleCaseNotFound
    if case.revision != revision:
        raise StaleVersion
    if delivery not in CHOICES:
        raise InvalidInput({"delivery": "请选择一种送达方式。"})
    screens = Screens.of(case, at=at)
    _check(screens, actor)
    _number(case, delivery, together, actor, at)
    life.append(case, Kind.SUBMIT, actor=actor, at=at, to=State.SUBMITTED, facts={"digest": case.digest})
    members = _members(screens, at)
    passed = _file_all(members, screens, actor, at)
    _promise(case, screens, at)
    life.append(case, Kind.PRE_CHECK, actor=actor, at=at, to=State.PRE_CHECKED, facts=passed)
    numbers = {one.code: one.case.number for one in members if one.case is not None}
    life.append(case, Kind.DISPATCH, actor=actor, at=at, to=State.DISPATCHED, facts={"cases": numbers})
    case.receipt = _receipt(case, members)
    life.set_state(case, State.DISPATCHED, at=at)
    case.save(update_fields=["receipt"])
    life.read_again(case, actor=actor, at=at)
    audit.record(
        "bundles.submit",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        number=case.number,
        digest=case.digest,
        cases=sorted(numbers.values()),
    )
    return case


def _check(screens: Screens, actor: Actor) -> None:
    levels = [screens.items[code].level_to_act for code in screens.begins]
    actor.require_level(max([MATCHED, *levels]))
    problems = screens.problems()
    if problems:
        raise InvalidInput(problems)
    given = {paper.code: paper for paper in screens.case.papers.select_related("file")}
    asked = screens.papers()
    missing = [paper.title for paper in asked if paper.code not in given and not _replaced(paper)]
    locked = [paper.title for paper in asked if paper.code in given and given[paper.code].file.is_quarantined]
    if missing or locked:
        told = [*missing, *(f"{title}（没有通过安全检查）" for title in locked)]
        raise MaterialsMissing(titles="、".join(told))


def _replaced(paper: Any) -> bool:
    """What data or a promise may stand for is settled in the member's own application."""
    return paper.definition.waiver is not None or paper.definition.commitment is not None


def _number(case: BundleCase, delivery: str, together: bool, actor: Actor, at: datetime) -> None:
    day = day_of(at)
    asked = Screens.of(case, at=at).asked()
    case.answers = {code: value for code, value in case.answers.items() if code in asked}
    case.typed = {}
    case.number = f"B{day:%Y%m%d}{next_number(f'bundle:{day.isoformat()}'):06d}"
    case.state, case.submitted_at, case.delivery, case.together = State.SUBMITTED, at, delivery, together
    case.channel, case.assurance = actor.channel, actor.assurance
    case.digest = sm3(canonical_json({"asks": dict(case.asks), "answers": dict(case.answers)})).hex()
    case.save()


def _members(screens: Screens, at: datetime) -> list[BundleMember]:
    """Put the members down: at the window, waiting for another, or about to be handed in."""
    case, bundle = screens.case, screens.case.bundle
    belonging = {member.code for member in screens.members}
    rows = []
    for place, member in enumerate(screens.members):
        item = screens.items.get(member.code)
        waits = [code for code in member.depends_on if code in belonging]
        state = MemberState.WAITING if waits else MemberState.TO_COMPLETE
        rows.append(
            BundleMember(
                bundle=case,
                place=place,
                code=member.code,
                title=member.title,
                organ=member.organ,
                item_code=member.item if item else "",
                optional=member.optional,
                depends_on=waits,
                state=state if item else MemberState.AT_WINDOW,
                reason="" if item else f"{member.window.where}：{member.window.how}",
            )
        )
        clocks.begin(rows[-1], bundle, case.asks, case.answers, at=at)
    return BundleMember.objects.bulk_create(rows)


def _file_all(members: list[BundleMember], screens: Screens, actor: Actor, at: datetime) -> dict[str, str]:
    """
    Hand in what can be handed in now; return the state of each member.

    :raises NothingPossible: not one is handed in, waits for the person, or waits for another.
    """
    for member in members:
        if member.state == MemberState.TO_COMPLETE:
            file_member(member, item=screens.items[member.code], refuse_faults=True, actor=actor, at=at)
    alive = {MemberState.DISPATCHED, MemberState.TO_COMPLETE}
    if not any(member.state in alive for member in members):
        raise NothingPossible(
            reasons="；".join(f"{one.title}：{one.reason}" for one in members if one.state == MemberState.NOT_POSSIBLE)
        )
    lost = rules.hopeless(
        {one.code: one.depends_on for one in members if one.state == MemberState.WAITING},
        {one.code: one.standing for one in members},
    )
    titles = {one.code: one.title for one in members}
    for member in members:
        if member.code in lost:
            why = f"要先办成“{titles[lost[member.code]]}”，那一项没有办成。"
            life.move(member, MemberState.NOT_POSSIBLE, reason=why, actor=actor, at=at)
    return {one.code: one.state for one in members}


def _promise(case: BundleCase, screens: Screens, at: datetime) -> None:
    """Keep until when all is promised, with the calculation (R-BUN-3)."""
    path = clocks.promised_path(case, screens.members, screens.items, at=at)
    case.due_at, case.calculation = path.due, list(path.trace)
    case.save(update_fields=["due_at", "calculation"])


def _receipt(case: BundleCase, members: list[BundleMember]) -> dict[str, Any]:
    """Return what the one receipt says: the number, the cases with their organs, what happens to each."""
    rows = [
        {
            "title": one.title,
            "organ": one.case.receiving_organization.name if one.case else one.organ,
            "number": one.case.number if one.case else "",
            "query_code": one.case.query_code if one.case else "",
            "stands": str(MemberState(one.state).label),
        }
        for one in members
    ]
    return {"number": case.number, "name": identity.name_of(case.applicant_id), "digest": case.digest, "members": rows}

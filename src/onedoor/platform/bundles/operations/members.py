"""What becomes of the members: handed in, followed, released when what they wait for is there, given up."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import access, life
from onedoor.platform.bundles.models import BundleCase, BundleMember
from onedoor.platform.bundles.releasing import lock_bundle, members_of, release_ready
from onedoor.platform.bundles.states import OPEN_TO_PERSON, Kind, MemberState
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.states import DECIDED, TERMINAL
from onedoor.platform.cases.states import State as CaseState
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import AssuranceTooLow, NotFound, OneDoorError

MACHINE = Actor.system("一件事")
UNDONE = "您撤销了这一项的提交，填的内容还在草稿里，可以改好再交。"


class MemberNotFound(NotFound):
    code, message = "bundles.member_not_found", "这件事里没有这一项，请刷新页面查看。"


class NotAtWindow(OneDoorError):
    code, http_status, message = (
        "bundles.not_at_window",
        409,
        "这一项在网上办理，办到哪里由办理部门告诉您，不用自己登记。",
    )


class NothingToCancel(OneDoorError):
    code, http_status, message = "bundles.nothing_to_cancel", 409, "没有还能取消的项目：各项都已经有了结果。"


@transaction.atomic
def follow_member(*, member_id: int, case: Case, actor: Actor, at: datetime) -> None:
    """Read a member from its case once more, release what waited for it, and read the bundle from its members."""
    actor.require("cases.machine", division="000000000000")
    found = BundleMember.objects.get(pk=member_id)
    bundle = lock_bundle(found.bundle_id)
    member = next(row for row in members_of(bundle) if row.pk == member_id)
    before = member.state
    if member.state == MemberState.CANCELLED:
        return
    member.case = case
    to, reason = _standing(member, case)
    life.move(member, to, reason=reason, actor=actor, at=at, facts={"case": case.number, "state": case.state})
    if member.state == before:
        member.save()
        return
    release_ready(bundle, actor=actor, at=at)
    life.read_again(bundle, actor=actor, at=at)
    audit.record("bundles.follow", actor=actor, at=at, target=bundle.target, member=member.code, state=member.state)


def _standing(member: BundleMember, case: Case) -> tuple[MemberState, str]:
    """Return how a member stands now; whoever took a submission back has its draft again."""
    draft = Draft.objects.filter(pk=member.draft_id, submitted_as=None) if member.draft_id else Draft.objects.none()
    if case.state == CaseState.WITHDRAWN and draft.exists():
        return MemberState.TO_COMPLETE, UNDONE
    return standing_of(case)


def standing_of(case: Case) -> tuple[MemberState, str]:
    """
    Return how a member stands whose case stands so. A grant counts once the case is completed: then its result is there.
    """
    state = CaseState(case.state)
    if state == CaseState.COMPLETED:
        return (MemberState.DONE if case.result == "granted" else MemberState.DENIED), ""
    if case.result == "denied":
        return MemberState.DENIED, "理由、怎样补救和救济途径见决定书。"
    if state in TERMINAL:
        return MemberState.NOT_HANDLED, f"这一项{state.label}，理由见办件页面的文书。"
    if state in DECIDED or state != CaseState.SUBMITTED:
        return MemberState.RUNNING, ""
    return MemberState.DISPATCHED, ""


@transaction.atomic
def report_member(*, bundle_id: UUID, member: str, actor: Actor, at: datetime) -> BundleCase:
    """
    Let the person note that a member was dealt with at the window; what waited for it is released.

    :raises MemberNotFound, NotAtWindow: there is no such member, or its organ tells how it stands.
    """
    bundle = access.require_own(bundle_id, actor=actor, lock=True)
    row = next((one for one in members_of(bundle) if one.code == member), None)
    if row is None:
        raise MemberNotFound
    if row.state == MemberState.DONE and not row.item_code:
        return bundle
    if row.state != MemberState.AT_WINDOW:
        raise NotAtWindow
    life.move(row, MemberState.DONE, kind=Kind.REPORT, reason="您登记的：已在窗口办好。", actor=actor, at=at)
    release_ready(bundle, actor=MACHINE, at=at)
    life.read_again(bundle, actor=actor, at=at)
    audit.record("bundles.report_member", actor=actor, at=at, target=bundle.target, member=member)
    return bundle


@transaction.atomic
def cancel_bundle(*, bundle_id: UUID, actor: Actor, at: datetime) -> BundleCase:
    """
    Give up what can still be given up: what waits is dropped, what is under way withdrawn; what is decided stays.

    :raises NothingToCancel: every member has its result.
    :raises AssuranceTooLow: withdrawing an application has effect in law.
    """
    bundle = access.require_own(bundle_id, actor=actor, lock=True)
    rows = members_of(bundle)
    open_rows = [row for row in rows if row.state in OPEN_TO_PERSON]
    given_up = [row.code for row in open_rows if _give_up(row, actor, at)]
    if not given_up:
        raise NothingToCancel
    for row in rows:
        if row.state == MemberState.AT_WINDOW:
            life.move(row, MemberState.CANCELLED, kind=Kind.CANCEL, actor=actor, at=at)
    life.read_again(bundle, actor=actor, at=at)
    audit.record("bundles.cancel", actor=actor, at=at, target=bundle.target, members=given_up)
    return bundle


def _give_up(row: BundleMember, actor: Actor, at: datetime) -> bool:
    """Give one member up; False where its case cannot be withdrawn any more."""
    if row.case_id is not None:
        try:
            with transaction.atomic():
                _withdraw(row.case_id, actor, at)
        except AssuranceTooLow:
            raise
        except OneDoorError:
            return False
    elif row.draft_id is not None and Draft.objects.filter(pk=row.draft_id, submitted_as__isnull=True).exists():
        cases.discard_draft(draft_id=row.draft_id, actor=actor, at=at)
    life.move(row, MemberState.CANCELLED, kind=Kind.CANCEL, reason="您取消了这一项。", actor=actor, at=at)
    return True


def _withdraw(case_id: int, actor: Actor, at: datetime) -> None:
    case = Case.objects.get(pk=case_id)
    if case.state == CaseState.SUBMITTED and at < case.undo_until:
        draft = cases.undo_submission(case_id=case.pk, actor=actor, at=at)
        cases.discard_draft(draft_id=draft.pk, actor=actor, at=at)
        return
    if case.state == CaseState.SUBMITTED:
        cases.hand_in_case(case_id=case.pk, actor=actor, at=at)
    cases.withdraw_case(case_id=case.pk, actor=actor, at=at)

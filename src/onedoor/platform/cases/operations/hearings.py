"""Hearings 听证: the right is told, requested within five working days, held within twenty, on record before the decision."""

from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, bias, clocks, documents, grounds, life, steps
from onedoor.platform.cases.models import Case, CaseDocument, Delivery, Hearing, Pause, StepPerformer
from onedoor.platform.cases.operations import arrivals
from onedoor.platform.cases.operations.delivery import (
    awaited_notice,
    drop_service,
    public_until,
    serve_notice,
    way_of,
)
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

BASIS = "《中华人民共和国行政许可法》第四十六条、第四十七条、第四十八条"
HOLD_DAYS, NOTICE_DAYS = 20, 7  # working days, natural days (Licensing Law arts. 47, 48)


class HearingNotPossible(OneDoorError):
    code, http_status, message = (
        "cases.hearing_not_possible",
        409,
        "听证现在是“{state}”，不能进行这一步，请刷新页面查看最新进展。",
    )


class HearingTooLate(OneDoorError):
    code, http_status, message = "cases.hearing_too_late", 409, "申请听证的期限到 {until} 止，已经过了。"


class PresiderElsewhere(OneDoorError):
    code, http_status, message = (
        "cases.presider_elsewhere",
        422,
        "听证主持人须是本单位的工作人员，请从列表中选择。",
    )


class HearingRightRuns(OneDoorError):
    code, http_status, message = (
        "cases.hearing_right_runs",
        409,
        "申请人{until}可以申请听证，这期间不能启动特别程序或者要求补正。申请人放弃听证或者期满后再办。",
    )


class PresiderHandles(OneDoorError):
    code, http_status, message = (
        "cases.presider_handles",
        403,
        "听证主持人不能是办理过本件的人员，请指定其他人员主持。",
    )


class HearingNotNotified(OneDoorError):
    code, http_status, message = (
        "cases.hearing_not_notified",
        409,
        "听证通知书没有在举行的七日前送达申请人，不能举行。请先送达，并重新安排举行时间；公告送达的，可以安排到公告期满以后。",
    )


@transaction.atomic
def inform_hearing_right(*, case_id: int, reason: str, actor: Actor, at: datetime) -> Hearing:
    """
    Tell the applicant that they may ask for a hearing, before the case is decided, within five working days after the
    notice has reached them (`serve_notice`).

    :raises HearingNotPossible: it was told before.
    :raises InvalidInput: what is intended, and why, says too little.
    """
    case = life.lock(case_id)
    if not actor.may("cases.review", division=case.handled_in, line=case.line):
        actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    life.check_move(case, Kind.INFORM_HEARING)
    earlier = Hearing.objects.filter(case=case).first()
    if earlier is not None:
        raise HearingNotPossible(state=earlier.get_state_display())
    grounds.check_reason(reason, BASIS)
    way = way_of(case, at=at)
    at_once = way == Delivery.Method.ELECTRONIC
    due = {"due_on": arrivals.hearing_until(case, at=at).day.isoformat()} if at_once else {}
    until = f"在 {due['due_on']} 前" if at_once else f"在收到本告知书之日起 {arrivals.REQUEST_DAYS} 个工作日内"
    letter = documents.Letter(
        paragraphs=[
            f"“{case.item_version.title}”拟作如下处理：{reason.strip()}",
            f"在作出决定之前，您有权{until}要求听证。组织听证不收取费用。",
        ],
        points=[f"依据：{BASIS}", "不要求听证的，可以在办件页面说明放弃，办理会更快继续。"],
    )
    organ = case.deciding_organization
    document = documents.issue(case, CaseDocument.Kind.HEARING_RIGHT, letter, organization=organ, at=at)
    hearing = Hearing.objects.create(case=case, state=Hearing.State.RIGHT_INFORMED)
    facts = {"document": document.number, "delivery": way, **due}
    told = life.append(case, Kind.INFORM_HEARING, actor=actor, at=at, note=reason.strip(), facts=facts)
    serve_notice(case, document, told, actor=actor, at=at)
    hearing.refresh_from_db()
    audit.record("cases.inform_hearing", actor=actor, at=at, target=case.target, division=case.division)
    return hearing


@transaction.atomic
def request_hearing(*, case_id: int, actor: Actor, at: datetime) -> Hearing:
    """
    Ask for a hearing as the applicant; the limits stand still from this day until its record is signed.

    :raises HearingTooLate: the five working days are over.
    """
    case, hearing = _own(case_id, actor, at)
    life.check_move(case, Kind.REQUEST_HEARING)
    _require(hearing, Hearing.State.RIGHT_INFORMED)
    on = day_of(at)
    if hearing.request_until is not None and on > hearing.request_until:
        raise HearingTooLate(until=hearing.request_until.isoformat())
    hearing.state, hearing.requested_on = Hearing.State.REQUESTED, on
    hearing.hold_until = _working_day(case, on, HOLD_DAYS).day
    hearing.save()
    drop_service(case, at=at)
    what = {"kind": Pause.Kind.HEARING, "reason": Pause.Kind.HEARING.label, "basis": BASIS}
    # If it is not held by then, the limits run again from the next day: the organ's delay is not the applicant's.
    last = hearing.hold_until
    clocks.pause(case, **what, planned_end=last, most_until=last, approved_by="依申请人要求", at=at)
    facts = {"hold_until": hearing.hold_until.isoformat()}
    life.append(case, Kind.REQUEST_HEARING, actor=actor, at=at, facts=facts)
    audit.record("cases.request_hearing", actor=actor, at=at, target=case.target, division=case.division)
    return hearing


@transaction.atomic
def waive_hearing(*, case_id: int, actor: Actor, at: datetime) -> Hearing:
    """Let the applicant say that they want no hearing, or take back that they wanted one; then the limits go on."""
    case, hearing = _own(case_id, actor, at)
    life.check_move(case, Kind.WAIVE_HEARING)
    _require(hearing, Hearing.State.RIGHT_INFORMED, Hearing.State.REQUESTED, Hearing.State.SCHEDULED)
    asked = hearing.state != Hearing.State.RIGHT_INFORMED
    drop_service(case, at=at)
    if asked:
        clocks.resume(case, at=at)
    to = _state_to_go_on(case) if asked else None
    _settle(case, hearing, Hearing.State.WAIVED, Kind.WAIVE_HEARING, actor=actor, at=at, to=to)
    audit.record("cases.waive_hearing", actor=actor, at=at, target=case.target, division=case.division)
    return hearing


def refuse_while_right_runs(case: Case) -> None:
    """
    Refuse what would stop a case while its applicant may ask for a hearing: the right cannot be used in a case that
    stands still, and would lapse (Licensing Law art. 47).

    :raises HearingRightRuns: until which day.
    """
    hearing = Hearing.objects.filter(case=case, state=Hearing.State.RIGHT_INFORMED).first()
    if hearing is not None:
        until = f"在 {hearing.request_until.isoformat()} 前" if hearing.request_until else "在告知书送达后"
        raise HearingRightRuns(until=until)


@transaction.atomic
def expire_hearing_right(*, case_id: int, actor: Actor, at: datetime) -> None:
    """Note that nobody asked in time for the hearing of this case; called by the machine."""
    case = life.lock(case_id)
    actor.require("cases.machine", division=case.handled_in)
    hearing = Hearing.objects.get(case=case)
    if hearing.state != Hearing.State.RIGHT_INFORMED:
        return  # another worker, or the applicant, was first
    if case.is_ended:
        hearing.state = Hearing.State.EXPIRED
        hearing.save(update_fields=["state"])
        return
    _settle(case, hearing, Hearing.State.EXPIRED, Kind.EXPIRE_HEARING, actor=actor, at=at)
    audit.record("cases.expire_hearing", actor=actor, at=at, target=case.target, division=case.division)


@transaction.atomic
def schedule_hearing(
    *, case_id: int, held_at: datetime, place: str, is_public: bool, presiding_post: int, actor: Actor, at: datetime
) -> Hearing:
    """
    Set time, place and presiding officer of a hearing and send the notice; again, to another officer after a challenge.

    :raises PresiderHandles, OwnCase, RelativeHandles: the officer did a step of the case, or has to stand back.
    :raises PresiderElsewhere: the officer is of another organ.
    :raises InvalidInput: less than seven days ahead, later than twenty working days from the request, or no place.
    """
    case, hearing = _office(case_id, actor)
    life.check_move(case, Kind.SCHEDULE_HEARING)
    _require(hearing, Hearing.State.REQUESTED, Hearing.State.SCHEDULED)
    presider = identity.actor_for_post(post_id=presiding_post, channel=actor.channel, on=day_of(at))
    login = presider.require_login()
    if StepPerformer.objects.filter(step__case=case, login_id=login).exists():
        raise PresiderHandles
    bias.require_unbiased(case, presider)
    if presider.organization_id != actor.organization_id:
        raise PresiderElsewhere
    presider.require("cases.view", division=case.division, line=case.line)
    problems = {} if place.strip() else {"place": "请填写听证地点。"}
    latest = _latest_day(case, hearing, at=at)
    if day_of(held_at) < day_of(at) + timedelta(days=NOTICE_DAYS):
        problems["held_at"] = f"听证通知须提前 {NOTICE_DAYS} 日送达，请往后安排。"
    elif day_of(held_at) > latest:
        problems["held_at"] = f"听证须在 {latest.isoformat()} 前举行，请往前安排。"
    if problems:
        raise InvalidInput(problems)
    put_off = _put_off(case, hearing, day_of(held_at))
    is_late = hearing.hold_until is not None and day_of(held_at) > hearing.hold_until
    hearing.state, hearing.scheduled_for, hearing.place = Hearing.State.SCHEDULED, held_at, place.strip()
    hearing.is_public = is_public
    hearing.presiding_login_id, hearing.presiding_name = login, presider.name
    hearing.save()
    letter = documents.Letter(
        paragraphs=["您要求的听证安排如下。"],
        rows=[
            ("时间", f"{held_at.astimezone(CHINA):%Y-%m-%d %H:%M}"),
            ("地点", hearing.place),
            ("方式", "公开举行" if is_public else "不公开举行"),
            ("主持人", f"{presider.name}（{presider.organization_name}）"),
            *(
                [("说明", "听证通知书须公告送达，听证顺延到公告期满以后，顺延的时间不计入办理期限。")]
                if put_off
                else []
            ),
            *([("说明", "本次听证晚于法定的二十个工作日，超过的时间计入办理期限。")] if is_late else []),
        ],
        points=[
            "认为主持人与本件有直接利害关系的，有权申请回避。",
            "您可以亲自参加，也可以委托代理人；可以提出证据，进行申辩和质证。不收取费用。",
        ],
    )
    organ = case.deciding_organization
    document = documents.issue(case, CaseDocument.Kind.HEARING_NOTICE, letter, organization=organ, at=at)
    facts = {"document": document.number, "held_at": held_at.isoformat(), "presiding": login, "late": is_late}
    facts["delivery"] = way_of(case, at=at)
    drop_service(case, at=at)  # an earlier notice, where the hearing has been put off
    told = life.append(case, Kind.SCHEDULE_HEARING, actor=actor, at=at, facts=facts)
    serve_notice(case, document, told, actor=actor, at=at)
    audit.record("cases.schedule_hearing", actor=actor, at=at, target=case.target, division=case.division)
    return hearing


@transaction.atomic
def hold_hearing(*, case_id: int, record: str, actor: Actor, at: datetime) -> Hearing:
    """
    Write the record of a hearing that has been held; only its presiding officer does.

    :raises PresiderHandles: another officer.
    :raises HearingNotNotified: its notice has not reached the applicant seven days before.
    :raises InvalidInput: before its time, or a record that says too little.
    """
    case = life.lock(case_id)
    actor.require("cases.view", division=case.division, line=case.line)
    hearing = _of(case)
    life.check_move(case, Kind.HOLD_HEARING)
    _require(hearing, Hearing.State.SCHEDULED)
    if actor.login_id != hearing.presiding_login_id:
        raise PresiderHandles
    problems = {}
    if hearing.scheduled_for is not None and at < hearing.scheduled_for:
        problems["record"] = "听证还没有到举行的时间。"
    if len(record.strip()) < grounds.SHORTEST_REASON:
        problems["record"] = "请写明参加人、各方意见和证据，作为听证笔录。"
    if problems:
        raise InvalidInput(problems)
    _require_notified(case, hearing)
    hearing.state, hearing.record = Hearing.State.HELD, record.strip()
    hearing.save()
    life.append(case, Kind.HOLD_HEARING, actor=actor, at=at, note=hearing.record)
    audit.record("cases.hold_hearing", actor=actor, at=at, target=case.target, division=case.division)
    return hearing


@transaction.atomic
def sign_hearing_record(*, case_id: int, signed_by: str, actor: Actor, at: datetime) -> Hearing:
    """
    Note that the participants have signed the record; it is numbered, and the limits go on after this day.

    :raises InvalidInput: nobody is named.
    """
    case, hearing = _office(case_id, actor)
    life.check_move(case, Kind.SIGN_RECORD)
    _require(hearing, Hearing.State.HELD)
    if not signed_by.strip():
        raise InvalidInput({"signed_by": "请填写在笔录上签字的人员；拒绝签字的，写明情况。"})
    letter = documents.Letter(
        paragraphs=[hearing.record],
        rows=[("主持人", hearing.presiding_name), ("签字", signed_by.strip())],
        points=["听证笔录是作出决定的依据。"],
    )
    organ = case.deciding_organization
    document = documents.issue(case, CaseDocument.Kind.HEARING_RECORD, letter, organization=organ, at=at)
    hearing.state, hearing.record_number = Hearing.State.RECORD_SIGNED, document.number
    hearing.save()
    clocks.resume(case, at=at)
    due = {clock.kind: clocks.spoken(clock) for clock in case.clocks.filter(kind__in=clocks.DECISION_CLOCKS)}
    life.append(
        case,
        Kind.SIGN_RECORD,
        actor=actor,
        at=at,
        to=_state_to_go_on(case),
        facts={"document": document.number, "promised_due": due.get("promised", "")},
    )
    audit.record("cases.sign_hearing_record", actor=actor, at=at, target=case.target, division=case.division)
    return hearing


def _latest_day(case: Case, hearing: Hearing, *, at: datetime) -> date:
    """Return the last day a hearing may be set for now."""
    today = day_of(at)
    # What was not held in time is held as soon as the notice allows; by then the limits run again.
    latest = max(hearing.hold_until or today, today + timedelta(days=2 * NOTICE_DAYS))
    if hearing.hold_until is not None and today + timedelta(days=NOTICE_DAYS) <= hearing.hold_until:
        latest = hearing.hold_until
    if _served_in_public(case):  # then the notice of the new day takes its thirty days too
        latest = max(latest, public_until(case, at=at) + timedelta(days=2 * NOTICE_DAYS))
    return latest


def _served_in_public(case: Case) -> bool:
    told = (CaseDocument.Kind.HEARING_RIGHT, CaseDocument.Kind.HEARING_NOTICE)
    public = Delivery.Method.PUBLIC
    return Delivery.objects.filter(document__case=case, document__kind__in=told, method=public).exists()


def _put_off(case: Case, hearing: Hearing, day: date) -> bool:
    """
    Let the pause go on until a hearing whose notice has to hang its thirty days first, and tell whether it does: that
    nobody is found is no delay of the organ. Where the limits run again already, they go on running.
    """
    if hearing.hold_until is None or day <= hearing.hold_until or not _served_in_public(case):
        return False
    pause = case.pauses.filter(kind=Pause.Kind.HEARING, to_at__isnull=True, over_at__isnull=True)
    if not pause.update(planned_end=day, most_until=day):
        return False
    hearing.hold_until = day
    return True


def _require_notified(case: Case, hearing: Hearing) -> None:
    """:raises HearingNotNotified: an officer still has to bring the notice, or it came too late."""
    if awaited_notice(case) is not None:
        raise HearingNotNotified
    notice = case.documents.filter(kind=CaseDocument.Kind.HEARING_NOTICE).order_by("-id").first()
    delivery = Delivery.objects.filter(document=notice).first()  # none where it was set before notices were served
    if delivery is None or delivery.delivered_at is None or hearing.scheduled_for is None:
        return
    if day_of(delivery.delivered_at) + timedelta(days=NOTICE_DAYS) > day_of(hearing.scheduled_for):
        raise HearingNotNotified


def _state_to_go_on(case: Case) -> State:
    found = steps.state_of_open_steps(case)
    return State.REVIEWING if found == State.SPECIAL else found


def _settle(
    case: Case,
    hearing: Hearing,
    state: Hearing.State,
    kind: Kind,
    *,
    actor: Actor,
    at: datetime,
    to: State | None = None,
) -> None:
    hearing.state = state
    hearing.save(update_fields=["state"])
    life.append(case, kind, actor=actor, at=at, to=to)


def _own(case_id: int, actor: Actor, at: datetime) -> tuple[Case, Hearing]:
    case = life.lock(case_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    return case, _of(case)


def _office(case_id: int, actor: Actor) -> tuple[Case, Hearing]:
    case = life.lock(case_id)
    if not actor.may("cases.review", division=case.handled_in, line=case.line):
        actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    return case, _of(case)


def _of(case: Case) -> Hearing:
    hearing = Hearing.objects.filter(case=case).first()
    if hearing is None:
        raise HearingNotPossible(state="未告知")
    return hearing


def _require(hearing: Hearing, *states: Hearing.State) -> None:
    if hearing.state not in states:
        raise HearingNotPossible(state=hearing.get_state_display())


def _working_day(case: Case, on: date, days: int) -> clocks.Due:
    return clocks.due_day(unit="workday", days=days, started_on=on, calendar=clocks.work_calendar(case.division))

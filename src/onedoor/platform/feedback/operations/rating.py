"""Rate: once for a case, a step or a visit, by whoever was served and from no officer's device (R-EVA-1 to 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.models import Case
from onedoor.platform.feedback import figures, opening, posting, rules
from onedoor.platform.feedback.devices import StaffMayNotRate, require_device
from onedoor.platform.feedback.models import BadReview, Evaluation, Invitation, Phase
from onedoor.platform.kernel import digit_codes, outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError

LONGEST_TEXT = 1000
LONGEST_ANSWER = 32767  # seconds


class InvitationNotFound(NotFound):
    code, message = (
        "feedback.invitation_not_found",
        "没有找到这次评价：评价码已经用过、过期，或者输错了。请核对 12 位评价码；也可以登录后在“我的”里评价。",
    )


class AlreadyRated(OneDoorError):
    code, http_status, message = "feedback.already_rated", 409, "这件事已经评价过了，每件事评价一次。谢谢您。"


class RatingOver(OneDoorError):
    code, http_status, message = (
        "feedback.rating_over",
        410,
        "评价期限到 {last_day} 已过。有意见可以随时投诉，投诉不受这个期限限制。",
    )


class ScreenOpened(OneDoorError):
    code, http_status, message = (
        "feedback.screen_opened",
        409,
        "这次服务的评价屏已经打开过，不能再开。群众还想评价的，请用短信里的评价码或者拨打评价电话。",
    )


class FollowupNotPossible(OneDoorError):
    code, http_status, message = (
        "feedback.followup_not_possible",
        409,
        "现在不能追加评价：差评办结以后可以追评一次，期限 {days} 个工作日。",
    )


@dataclass(frozen=True)
class Answer:
    """What somebody says of a service; `seconds` is how long it took them, None where nobody measured."""

    level: int
    channel: str
    anonymous: bool = True
    indicators: Sequence[str] = ()
    text: str = ""
    may_publish: bool = False  # the words, with what tells of a person left out
    seconds: int | None = None


@dataclass(frozen=True)
class Rated:
    """A rating taken, and the code by which an anonymous bad one is followed; told once, "" where there is none."""

    evaluation: Evaluation
    receipt: str = ""


@dataclass(frozen=True)
class Invited:
    invitation: Invitation
    code: str


@transaction.atomic
def invite(
    *, reference: str, phase: str, about: dict[str, object], actor: Actor, at: datetime, step: str = ""
) -> Invited | None:
    """Ask for a rating of a case, a step or a visit, once; `about` is what it is of. None where it was asked for already."""
    division = str(about["division"])
    actor.require("feedback.invite", division=division)
    on = day_of(at)
    window = figures.days(figures.WINDOW, division=division, on=on)
    code = digit_codes.new_code()
    row, created = Invitation.objects.get_or_create(
        reference=reference,
        phase=phase,
        step=step,
        defaults={
            **about,
            "code_digest": digit_codes.digest_of(code, purpose="feedback.rating"),
            "invited_on": on,
            "last_day": work_calendar(division).add_working_days(on, window).day,
        },
    )
    if not created:
        return None
    audit.record("feedback.invite", actor=actor, at=at, target=f"invitation:{row.pk}", division=division, phase=phase)
    return Invited(row, code)


@transaction.atomic
def rate_case(
    *, number: str, answer: Answer, device: str, actor: Actor, at: datetime, phase: str = Phase.FINAL, step: str = ""
) -> Rated:
    """
    Rate a case or a step of it, as its applicant or agent.

    :raises CaseNotFound: it is not the actor's.
    :raises StaffMayNotRate, StaffDevice, TooManyRatings: from where no rating is taken.
    :raises InvitationNotFound, AlreadyRated, RatingOver: nothing is there to be rated, or no more.
    """
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise access.CaseNotFound
    access.require_applicant_side(case, actor=actor, scope="view", on=day_of(at))
    found = Invitation.objects.select_for_update().filter(case=case, phase=phase, step=step).first()
    if found is None:
        raise InvitationNotFound
    require_device(answer.channel, division=found.division, device=device, actor=actor, at=at)
    return _take(found, answer, None if answer.anonymous else actor.require_person(), actor, at)


@transaction.atomic
def rate_by_code(*, code: str, answer: Answer, device: str, actor: Actor, at: datetime) -> Rated:
    """
    Rate with the code of an SMS, a slip of paper or the screen at the window, without an account; the code is then used up.

    :raises InvitationNotFound: no such code, or it has been used.
    """
    found = lock_by_code(code)
    require_device(answer.channel, division=found.division, device=device, actor=actor, at=at)
    return _take(found, answer, None if answer.anonymous else found.person_id, actor, at)


@transaction.atomic
def write_rating_down(*, code: str, answer: Answer, actor: Actor, at: datetime) -> Rated:
    """
    Write down what somebody has said on the telephone or on paper; the organ that was rated has no part in it.

    :raises InvitationNotFound: no such code, or it is of the officer's own organ's doing, or outside their reach.
    """
    found = lock_by_code(code)
    actor.require("feedback.transcribe", division=found.division)
    if actor.login_id in posting.hands_behind(found):
        raise StaffMayNotRate
    if answer.channel not in rules.WRITTEN_DOWN:
        raise InvalidInput({"channel": "请选择电话，或者纸质评价表。"})
    return _take(found, answer, None if answer.anonymous else found.person_id, actor, at)


@transaction.atomic
def rate_again(
    *, answer: Answer, device: str, actor: Actor, at: datetime, receipt: str = "", number: str = ""
) -> Evaluation:
    """
    追评: say once more how it is after a bad review is closed; both ratings stay, the figures take the first.

    An anonymous reviewer shows the receipt, a named one the number of the case.

    :raises InvitationNotFound: neither leads to a rating.
    :raises FollowupNotPossible: it is not closed yet, it is too late, or it has been done.
    """
    first = _first(receipt, number, actor, at)
    review = BadReview.objects.select_for_update().filter(evaluation=first).first()
    allowed = figures.days(figures.WINDOW, division=first.division, on=day_of(at))
    if review is None or review.closed_on is None or Evaluation.objects.filter(first=first).exists():
        raise FollowupNotPossible(days=allowed)
    if day_of(at) > work_calendar(first.division).add_working_days(review.closed_on, allowed).day:
        raise FollowupNotPossible(days=allowed)
    require_device(answer.channel, division=first.division, device=device, actor=actor, at=at)
    check_answer(answer, onsite=first.onsite)
    copied = ("phase", "step", "onsite", "organization_id", "division", "line", "item_code", "title", "window")
    row = Evaluation.objects.create(
        **{name: getattr(first, name) for name in copied},
        **_said(answer),
        anonymous=first.anonymous,
        case_id=first.case_id,
        person_id=first.person_id,
        first=first,
        submitted_on=day_of(at),
    )
    who = witness(actor, anonymous=first.anonymous)
    audit.record("feedback.rate_again", actor=who, at=at, target=first.target, division=first.division)
    return row


@transaction.atomic
def open_screen(*, invitation_id: int, actor: Actor, at: datetime) -> Invited:
    """
    Open the rating screen for a visit that is over, once; the code is for the tablet or the slip of paper.

    :raises InvitationNotFound: no such visit at the clerk's organ.
    :raises ScreenOpened, AlreadyRated, RatingOver: it is not opened a second time, nor for what is rated.
    """
    rows = Invitation.objects.select_for_update().filter(pk=invitation_id, case__isnull=True)
    found = rows.filter(organization_id=actor.organization_id or 0).first()
    if found is None:
        raise InvitationNotFound
    actor.require("feedback.screen", division=found.division)
    if found.screen_opened:
        raise ScreenOpened
    _require_open(found, at)
    code = digit_codes.new_code()
    found.code_digest, found.screen_opened = digit_codes.digest_of(code, purpose="feedback.rating"), True
    found.save(update_fields=["code_digest", "screen_opened"])
    audit.record("feedback.open_screen", actor=actor, at=at, target=f"invitation:{found.pk}", division=found.division)
    return Invited(found, code)


@transaction.atomic
def release_ratings(*, case: Case, actor: Actor, at: datetime) -> int:
    """
    Let go the ratings of a case's steps now that it has ended; bad ones become work from today on.

    They count from today too: a month whose figures are out does not change, which would tell whose case has ended.
    """
    actor.require("feedback.invite", division=case.division)
    held = list(Evaluation.objects.select_for_update().filter(held_for=case).order_by("pk"))
    hands = posting.hands_in(case) if held else set()
    for one in held:
        one.held_for, one.submitted_on = None, day_of(at)
        one.save(update_fields=["held_for", "submitted_on"])
        audit.record("feedback.release", actor=actor, at=at, target=one.target, division=one.division)
        if one.level in rules.BAD:
            opening.open_review(one, hands, actor=actor, at=at)
    return len(held)


def lock_by_code(code: str) -> Invitation:
    """:raises InvitationNotFound: no rating that waits is opened by this code."""
    digest = digit_codes.digest_of(code, purpose="feedback.rating")
    found = Invitation.objects.select_for_update().filter(~Q(code_digest=""), code_digest=digest).first()
    if found is None:
        raise InvitationNotFound
    return found


def check_answer(answer: Answer, *, onsite: bool) -> None:
    """:raises InvalidInput: there is no such level or indicator, or it is too long."""
    problems = {}
    if answer.level not in rules.LEVELS:
        problems["level"] = "请选择满意程度。"
    if not set(answer.indicators) <= set(rules.OFFLINE if onsite else rules.ONLINE):
        problems["indicators"] = "请重新勾选评价的方面。"
    if len(answer.text) > LONGEST_TEXT:
        problems["text"] = f"请写在 {LONGEST_TEXT} 个字以内。"
    if problems:
        raise InvalidInput(problems)


def witness(actor: Actor, *, anonymous: bool) -> Actor:
    """Return whom the audit record names: nobody where the rating is anonymous, an officer who wrote it down always."""
    if not anonymous or actor.kind == "officer":
        return actor
    return actor.unnamed()


def _take(found: Invitation, answer: Answer, person_id: int | None, actor: Actor, at: datetime) -> Rated:
    _require_open(found, at)
    onsite = found.case_id is None
    check_answer(answer, onsite=onsite)
    anonymous = person_id is None
    held = _running(found)
    bad = answer.level in rules.BAD
    receipt = digit_codes.new_code() if anonymous and bad else ""
    told = not anonymous or _is_crowd(found, at)
    row = Evaluation.objects.create(
        **_said(answer),
        phase=found.phase,
        step=found.step if told else "",
        anonymous=anonymous,
        onsite=onsite,
        organization_id=found.organization_id,
        division=found.division,
        line=found.line,
        item_code=found.item_code if told else "",
        title=found.title if told else "",
        window=found.window,
        case=None if anonymous else found.case,
        person_id=person_id,
        held_for=held,
        submitted_on=day_of(at),
        receipt_digest=digit_codes.digest_of(receipt, purpose="feedback.receipt"),
    )
    found.outcome, found.code_digest = Invitation.Outcome.EVALUATED, ""
    found.save(update_fields=["outcome", "code_digest"])
    who = witness(actor, anonymous=anonymous)
    audit.record("feedback.rate", actor=who, at=at, target=row.target, division=row.division, channel=row.channel)
    if bad and held is None:
        opening.open_review(row, posting.hands_behind(found), actor=who, at=at)
    outbox.publish("feedback.rated", key=row.target, evaluation_id=row.pk)
    return Rated(row, receipt)


def _running(found: Invitation) -> Case | None:
    """
    Return the case whose step is rated while it goes on, None where it has ended.

    Its row is locked: if it ended just now, what is said after its ratings were let go would be held for ever.
    """
    if found.phase != Phase.PROCESS or found.case_id is None:
        return None
    case = Case.objects.select_for_update(of=("self",)).get(pk=found.case_id)
    return None if case.is_ended else case


def _require_open(found: Invitation, at: datetime) -> None:
    if found.outcome == Invitation.Outcome.EVALUATED:
        raise AlreadyRated
    if day_of(at) > found.last_day:
        raise RatingOver(last_day=found.last_day)


def _is_crowd(found: Invitation, at: datetime) -> bool:
    """Tell whether enough others could have said it, so that the item does not say who did."""
    least = figures.days(figures.CROWD, division=found.division, on=day_of(at))
    same = Invitation.objects.filter(
        organization_id=found.organization_id, item_code=found.item_code, phase=found.phase, step=found.step
    )
    return same.filter(invited_on__lte=day_of(at), last_day__gte=day_of(at)).count() >= least


def _said(answer: Answer) -> dict[str, object]:
    seconds = None if answer.seconds is None else max(0, min(answer.seconds, LONGEST_ANSWER))
    said = {"level": answer.level, "channel": answer.channel, "text": answer.text.strip(), "seconds": seconds}
    return {**said, "may_publish": answer.may_publish, "indicators": sorted(set(answer.indicators))}


def _first(receipt: str, number: str, actor: Actor, at: datetime) -> Evaluation:
    if receipt:
        digest = digit_codes.digest_of(receipt, purpose="feedback.receipt")
        found = Evaluation.objects.filter(~Q(receipt_digest=""), receipt_digest=digest, first=None).first()
    else:
        case = Case.objects.filter(number=number).first()
        if case is None:
            raise access.CaseNotFound
        access.require_applicant_side(case, actor=actor, scope="view", on=day_of(at))
        rows = Evaluation.objects.filter(case=case, first=None, level__in=rules.BAD, bad_review__isnull=False)
        found = rows.order_by("-phase", "pk").first()
    if found is None:
        raise InvitationNotFound
    return found

"""投诉举报: filed by anybody, sealed from the unit complained of, answered by the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.feedback import figures, routing, rules
from onedoor.platform.feedback.models import Complaint, ComplaintRecusal, ComplaintStep
from onedoor.platform.identity.models import Organization
from onedoor.platform.identity.queries.organizations import in_force
from onedoor.platform.kernel import digit_codes, outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.numbers import next_number

SHORTEST, LONGEST = 10, 5000
COMPLAINANT = "反映人"
PREFIXES = {"complaint": "TS", "report": "JB", "ticket": "BB"}


class ComplaintNotFound(NotFound):
    code, message = "feedback.complaint_not_found", "没有找到这件投诉举报，请核对 12 位查询码；工作人员请回到列表查看。"


class ComplaintNotNow(OneDoorError):
    code, http_status, message = (
        "feedback.complaint_not_now",
        409,
        "这一步现在不能办：这件事现在“{state}”。请刷新页面，看接下来该做什么。",
    )


@dataclass(frozen=True)
class Filing:
    """What somebody complains of: `about` names a person or a window, `may_be_named` is the consent to be named there."""

    kind: str
    category: str
    organization_id: int
    text: str
    about: str = ""
    anonymous: bool = True
    name: str = ""
    contact: str = ""
    may_be_named: bool = False


@dataclass(frozen=True)
class Filed:
    """A complaint taken, and the code it is followed by: told once."""

    complaint: Complaint
    code: str


@transaction.atomic
def file_complaint(*, filing: Filing, actor: Actor, at: datetime) -> Filed:
    """
    Take a complaint or report from anybody; it goes to the organ above the unit complained of.

    :raises InvalidInput: what it is about is not said, or too briefly; a name is missing where one is to be given.
    """
    on = day_of(at)
    organ = Organization.objects.filter(in_force(on), pk=filing.organization_id).first()
    _check(filing, organ)
    assert organ is not None
    code = digit_codes.new_code()
    accept = days_to_take(filing.kind, organ.division_id, on)
    row = Complaint.objects.create(
        number=new_number(filing.kind, on),
        kind=filing.kind,
        category=filing.category,
        organization=organ,
        handled_by_id=routing.handler_of(organ, on=on),
        division=organ.division_id,
        text=filing.text.strip(),
        about=filing.about.strip(),
        anonymous=filing.anonymous,
        person_id=None if filing.anonymous or actor.kind != "citizen" else actor.person_id,
        name="" if filing.anonymous else filing.name.strip(),
        contact="" if filing.anonymous else filing.contact.strip(),  # it would tell who it is
        may_be_named=filing.may_be_named and not filing.anonymous,
        code_digest=digit_codes.digest_of(code, purpose="feedback.complaint"),
        filed_on=on,
        accept_due=days_after(organ.division_id, on, accept),
    )
    named = routing.named_in(f"{filing.about} {filing.text}", organ, on=on)
    ComplaintRecusal.objects.bulk_create(ComplaintRecusal(complaint=row, login_id=login) for login in sorted(named))
    note(row, "file", "", True, COMPLAINANT, at)
    # Who reads the record may sit in the unit complained of: only an officer who wrote a complaint down is named (R-HOT-3).
    who = actor if actor.kind == "officer" else actor.unnamed()
    audit.record("feedback.file_complaint", actor=who, at=at, target=row.target, division=row.division, kind=row.kind)
    return Filed(row, code)


@transaction.atomic
def answer_question(*, code: str = "", number: str = "", text: str, actor: Actor, at: datetime) -> Complaint:
    """
    Answer what the handler has asked back, by the code, or by the number of a ticket of one's own.

    :raises ComplaintNotFound: no complaint has this code.
    :raises ComplaintNotNow: nothing is asked.
    """
    own = lock_own(code, number, actor, day_of(at))
    row = own.complaint
    if len(text.strip()) < 2 or len(text) > LONGEST:
        raise InvalidInput({"text": f"请写下您的补充，{LONGEST} 个字以内。"})
    move(row, "answer")
    row.reply_due = after_question(row, day_of(at))
    row.asked_on = None
    row.save(update_fields=["reply_due", "asked_on"])
    note(row, "answer", text, True, COMPLAINANT, at)
    _record_own(own, "answer", at)
    return row


@transaction.atomic
def say_resolved(
    *, code: str = "", number: str = "", resolved: str, text: str, actor: Actor, at: datetime
) -> Complaint:
    """
    Say by the code, or by the number of a ticket of one's own, whether the reply has resolved it. "Yes" closes; "no" takes
    it up again, once, and after that nobody who replied can close it (R-HOT-1).
    """
    own = lock_own(code, number, actor, day_of(at))
    row = own.complaint
    if resolved not in Complaint.Resolved.values:
        raise InvalidInput({"resolved": "请选择解决了没有。"})
    if row.state != Complaint.State.REPLIED:
        raise ComplaintNotNow(state=row.get_state_display())
    row.resolved = resolved
    if resolved == Complaint.Resolved.YES:
        row.state, row.closed_on = Complaint.State.CLOSED, day_of(at)
    elif not row.again:
        row.state, row.again = Complaint.State.ACCEPTED, 1
        row.reply_due = days_after(row.division, day_of(at), reply_days(row, day_of(at)))
    row.save(update_fields=["resolved", "state", "closed_on", "again", "reply_due"])
    note(row, f"resolved_{resolved}", text[:LONGEST], True, COMPLAINANT, at)
    _record_own(own, "resolved", at)
    return row


def new_number(kind: str, on: date) -> str:
    return f"{PREFIXES[kind]}{on.year}{next_number(f'feedback.{kind}.{on.year}'):06d}"


@dataclass(frozen=True)
class Own:
    """
    A complaint in the hands of whose it is, and whom the record names: nobody for an act by the code, whoever holds it may
    be anybody; by a log-in its person, and beside an agent the principal.
    """

    complaint: Complaint
    witness: Actor
    audited: Mapping[str, Any]


def lock_own(code: str, number: str, actor: Actor, on: date) -> Own:
    """
    Return a complaint by its code, or with a `number` a ticket of the person's own or of somebody they act for, with its
    row locked.

    :raises ComplaintNotFound: there is none.
    :raises MandateMissing and its kin: it is about a case the person may look at for somebody, and no more.
    """
    if number:
        rows = Complaint.objects.select_for_update(of=("self",)).filter(number=number, kind=Complaint.Kind.TICKET)
        mine = rows.select_related("case").first()
        if mine is None or not is_own(mine, actor, on):
            raise ComplaintNotFound
        if mine.case is None or mine.person_id == actor.person_id:
            return Own(mine, actor, {})
        side = access.require_applicant_side(mine.case, actor=actor, scope="submit", on=on)
        return Own(mine, actor, side.audited)
    digest = digit_codes.digest_of(code, purpose="feedback.complaint")
    found = Complaint.objects.select_for_update().filter(code_digest=digest).first() if digest else None
    if found is None:
        raise ComplaintNotFound
    return Own(found, actor.unnamed(), {})


def is_own(row: Complaint, actor: Actor, on: date) -> bool:
    """Tell whether a ticket is a person's to look at: theirs, or about a case they apply in or still look after."""
    if row.person_id == actor.require_person():
        return True
    if row.case is None:
        return False
    try:
        access.require_applicant_side(row.case, actor=actor, scope="view", on=on)
    except OneDoorError:
        return False
    return True


def move(row: Complaint, act: str) -> None:
    """:raises ComplaintNotNow: the act is not possible in its state."""
    after = rules.complaint_leads_to(act, row.state)
    if after is None:
        raise ComplaintNotNow(state=row.get_state_display())
    row.state = after
    row.save(update_fields=["state"])


def note(row: Complaint, act: str, text: str, is_told: bool, by: str, at: datetime) -> None:
    """Write down what has happened; a name is told somebody who may know it."""
    ComplaintStep.objects.create(complaint=row, act=act, text=text.strip(), is_told=is_told, by=by, at=at)
    if is_told and by != COMPLAINANT:
        outbox.publish("feedback.complaint_moved", key=row.target, complaint_id=row.pk, act=act)


def reply_days(row: Complaint, on: date) -> int:
    """Return how many working days there are for the reply."""
    key = {"report": figures.REPORT, "ticket": figures.SETTLE}.get(row.kind, figures.REPLY)
    return figures.days(key, division=row.division, on=on)


def days_to_take(kind: str, division: str, on: date) -> int:
    """Return within how many working days somebody takes it, or says that it is not taken."""
    key = figures.TAKE if kind == Complaint.Kind.TICKET else figures.ACCEPT
    return figures.days(key, division=division, on=on)


def after_question(row: Complaint, on: date) -> date | None:
    """Return the last day of the reply; the days the question waited for an answer are added."""
    if row.reply_due is None or row.asked_on is None:
        return row.reply_due
    waited = work_calendar(row.division).working_days_between(row.asked_on, on)
    return days_after(row.division, row.reply_due, waited)


def last_day_to_say(row: Complaint) -> date | None:
    """Return until when whoever filed it may say whether a reply has resolved it, None where nothing is to be waited for."""
    if row.state != Complaint.State.REPLIED or row.resolved or row.replied_on is None:
        return None
    silence = figures.days(figures.SILENCE, division=row.division, on=row.replied_on)
    return days_after(row.division, row.replied_on, silence)


def days_after(division: str, day: date, number: int) -> date:
    return work_calendar(division).add_working_days(day, number).day


def _record_own(own: Own, act: str, at: datetime) -> None:
    where = {"target": own.complaint.target, "division": own.complaint.division}
    audit.record("feedback.complainant", actor=own.witness, at=at, **where, act=act, **own.audited)


def _check(filing: Filing, organ: Organization | None) -> None:
    categories = rules.REPORT_CATEGORIES if filing.kind == Complaint.Kind.REPORT else rules.CATEGORIES
    problems = {}
    if filing.kind not in (Complaint.Kind.COMPLAINT, Complaint.Kind.REPORT):
        problems["kind"] = "请选择投诉或者举报。"
    if filing.category not in categories:
        problems["category"] = "请选择类别。"
    if organ is None:
        problems["organization"] = "请选择被反映的单位。"
    if not SHORTEST <= len(filing.text.strip()) <= LONGEST:
        problems["text"] = f"请写明什么时候、什么事，{SHORTEST} 到 {LONGEST} 个字。"
    if len(filing.about) > 200 or len(filing.contact) > 200 or len(filing.name) > 100:
        problems["about"] = "写得太长了，请写在 200 个字以内。"
    if not filing.anonymous and not (filing.name.strip() and filing.contact.strip()):
        problems["name"] = "留名的请填写姓名和联系方式；不想留的请选匿名。"
    if problems:
        raise InvalidInput(problems)

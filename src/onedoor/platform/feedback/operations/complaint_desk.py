"""What the organ above does about a complaint or report: take it or not, ask, hear the unit, transfer, reply, close."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.feedback import figures, routing, rules
from onedoor.platform.feedback.models import Complaint, ComplaintRecusal, ReportAccess, UnitInquiry
from onedoor.platform.feedback.operations import complaints
from onedoor.platform.feedback.operations.complaints import ComplaintNotFound, ComplaintNotNow
from onedoor.platform.feedback.operations.reviews import NoSuchAct
from onedoor.platform.identity.models import Login, Organization, Post
from onedoor.platform.identity.queries.organizations import in_force
from onedoor.platform.identity.queries.posts import held
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError

SHORTEST = 10


class StillUnresolved(OneDoorError):
    code, http_status, message = (
        "feedback.still_unresolved",
        409,
        "反映人说没有解决，答复的人不能自己办结。请另一位有权限的工作人员看过以后办结。",
    )


class StillToSay(OneDoorError):
    code, http_status, message = (
        "feedback.still_to_say",
        409,
        "反映人还没有说解决了没有，{day} 以后没有回话才能办结。说解决了的，会自动办结。",
    )


class InquiryNotFound(NotFound):
    code, message = "feedback.inquiry_not_found", "没有找到这件要求说明的事，或者它不是问本单位的。请回到列表查看。"


class InquiryAnswered(OneDoorError):
    code, http_status, message = "feedback.inquiry_answered", 409, "已经说明过了，请刷新页面查看。"


class AccessStands(OneDoorError):
    code, http_status, message = "feedback.access_stands", 409, "这个岗位已经指定过，现在就能查阅举报。"


class AccessNotFound(NotFound):
    code, message = "feedback.access_not_found", "没有找到这个岗位，或者它不在您的管辖范围内。请从列表中选择。"


@transaction.atomic
def accept_complaint(*, complaint_id: int, actor: Actor, at: datetime) -> Complaint:
    """Take a complaint or ticket; whoever filed it reads by when there will be a reply."""
    row = _lock(complaint_id, actor, at)
    complaints.move(row, "accept")
    on = day_of(at)
    row.reply_due = complaints.days_after(row.division, on, complaints.reply_days(row, on))
    row.taken_on = row.taken_on or on  # of one handed on, when it was first taken
    row.save(update_fields=["reply_due", "taken_on"])
    _noted(row, "accept", "", True, actor, at)
    return row


@transaction.atomic
def decline_complaint(*, complaint_id: int, reason: str, note: str, actor: Actor, at: datetime) -> Complaint:
    """
    Do not take a complaint, for one of the listed reasons.

    :raises NoSuchAct: it is a ticket: whoever could not get something done is always told how it stands.
    :raises InvalidInput: the reason is none of them.
    """
    row = _lock(complaint_id, actor, at)
    if row.kind == Complaint.Kind.TICKET:
        raise NoSuchAct
    if reason not in rules.NOT_ACCEPTED:
        raise InvalidInput({"reason": "请选择不予受理的理由。"})
    complaints.move(row, "decline")
    row.not_accepted, row.closed_on = reason, day_of(at)
    row.save(update_fields=["not_accepted", "closed_on"])
    _noted(row, "decline", f"{rules.NOT_ACCEPTED[reason]}。{note.strip()}", True, actor, at)
    return row


@transaction.atomic
def ask_complainant(*, complaint_id: int, note: str, actor: Actor, at: datetime) -> Complaint:
    """Ask back; it is read and answered by the code, and the days until then do not count."""
    row = _lock(complaint_id, actor, at)
    _require_words(note, "请写明要补充什么")
    complaints.move(row, "ask")
    row.asked_on = day_of(at)
    row.save(update_fields=["asked_on"])
    _noted(row, "ask", note, True, actor, at)
    return row


@transaction.atomic
def go_on_unanswered(*, complaint_id: int, actor: Actor, at: datetime) -> Complaint:
    """Go on although a question was not answered."""
    row = _lock(complaint_id, actor, at)
    complaints.move(row, "go_on")
    row.reply_due, row.asked_on = complaints.after_question(row, day_of(at)), None
    row.save(update_fields=["reply_due", "asked_on"])
    _noted(row, "go_on", "", True, actor, at)
    return row


@transaction.atomic
def transfer_complaint(*, complaint_id: int, organization_id: int, note: str, actor: Actor, at: datetime) -> Complaint:
    """
    Hand a complaint on to another organ, never to the unit complained of. More than two transfers light a lamp (R-HOT-2).

    :raises InvalidInput: it is the unit complained of, nobody there could see it, or it is not said why.
    """
    row = _lock(complaint_id, actor, at)
    organ = Organization.objects.filter(in_force(day_of(at)), pk=organization_id).first()
    problems = {}
    if organ is None or organ.pk in (row.organization_id, row.handled_by_id):
        problems["organization"] = "请选择另一个单位；不能转给被反映的单位。"
    elif not routing.can_take(row, organ, on=day_of(at)):
        problems["organization"] = (
            "这个单位没有能办理这件事的工作人员，转过去就没人能看到。请选择别的单位，或者自己办理。"
        )
    if len(note.strip()) < SHORTEST:
        problems["note"] = f"请写明为什么转，不少于 {SHORTEST} 个字。"
    if problems or organ is None:
        raise InvalidInput(problems)
    complaints.move(row, "transfer")
    row.handled_by, row.transfers = organ, row.transfers + 1
    on = day_of(at)
    row.accept_due = complaints.days_after(row.division, on, complaints.days_to_take(row.kind, row.division, on))
    row.save(update_fields=["handled_by", "transfers", "accept_due"])
    _noted(row, "transfer", f"转{organ.name}办理。{note.strip()}", True, actor, at)
    return row


@transaction.atomic
def recuse_officer(*, complaint_id: int, username: str, actor: Actor, at: datetime) -> Complaint:
    """Keep an officer who is complained of from it, whichever post they work under; oneself too."""
    row = _lock(complaint_id, actor, at)
    login = Login.objects.filter(kind=Login.Kind.OFFICER, username=username.strip()).first()
    if login is None:
        raise InvalidInput({"username": "没有这个工号，请核对。"})
    ComplaintRecusal.objects.get_or_create(complaint=row, login_id=login.pk)
    _noted(row, "recuse", "", False, actor, at)
    return row


@transaction.atomic
def ask_unit(*, complaint_id: int, question: str, actor: Actor, at: datetime) -> UnitInquiry:
    """
    Ask the unit complained of to explain, in the handler's own words. Its officers read these words and no other; who
    complains stands beside them only with their consent (R-HOT-3).
    """
    row = _lock(complaint_id, actor, at)
    if row.state != Complaint.State.ACCEPTED or row.kind == Complaint.Kind.REPORT:
        raise ComplaintNotNow(state=row.get_state_display())
    if len(question.strip()) < SHORTEST:
        raise InvalidInput({"question": f"请用自己的话写明要说明什么，不少于 {SHORTEST} 个字，不写反映人。"})
    if not row.may_be_named and any(one and one in question for one in (row.name, row.contact)):
        raise InvalidInput({"question": "反映人没有同意让被反映单位知道，请不要写出姓名和联系方式。"})
    on = day_of(at)
    inquiry = UnitInquiry.objects.create(
        complaint=row,
        organization_id=row.organization_id,
        division=row.division,
        question=question.strip(),
        complainant=row.name if row.may_be_named else "",
        asked_at=at,
        due_on=complaints.days_after(row.division, on, figures.days(figures.ACCEPT, division=row.division, on=on)),
    )
    _noted(row, "ask_unit", question, False, actor, at)
    return inquiry


@transaction.atomic
def answer_inquiry(*, inquiry_id: int, answer: str, actor: Actor, at: datetime) -> UnitInquiry:
    """
    Explain, as an officer of the unit that was asked.

    :raises InquiryNotFound: it is not asked of the officer's organ.
    :raises InquiryAnswered: somebody has.
    """
    rows = UnitInquiry.objects.select_for_update().filter(pk=inquiry_id)
    row = rows.filter(organization_id=actor.organization_id or 0).first()
    if row is None:
        raise InquiryNotFound
    actor.require("feedback.handle", division=row.division)
    if row.answered_at is not None:
        raise InquiryAnswered
    if len(answer.strip()) < SHORTEST:
        raise InvalidInput({"answer": f"请写明情况和依据，不少于 {SHORTEST} 个字。"})
    row.answer, row.answered_by, row.answered_at = answer.strip(), actor.name, at
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record("feedback.answer_inquiry", actor=actor, at=at, target=row.target, division=row.division)
    return row


@transaction.atomic
def reply_to_complaint(*, complaint_id: int, note: str, evidence: str, actor: Actor, at: datetime) -> Complaint:
    """
    Reply; it is read by the code. What it rests on is written down too, or it is no reply (R-HOT-1).

    :raises NoSuchAct: it is a ticket: that is settled with what was done (`settle_ticket`).
    :raises InvalidInput: the reply or what it rests on is missing.
    """
    row = _lock(complaint_id, actor, at)
    if row.kind == Complaint.Kind.TICKET:
        raise NoSuchAct
    texts: Mapping[str, tuple[str, str]] = {
        "note": (note, "请写明答复"),
        "evidence": (evidence, "请写明怎样核实的、凭据在哪"),
    }
    problems = {
        name: f"{words}，不少于 {SHORTEST} 个字。"
        for name, (text, words) in texts.items()
        if len(text.strip()) < SHORTEST
    }
    if problems:
        raise InvalidInput(problems)
    complaints.move(row, "reply")
    row.replied_on, row.replied_by, row.resolved = day_of(at), actor.login_id, ""
    row.save(update_fields=["replied_on", "replied_by", "resolved"])
    _noted(row, "evidence", evidence, False, actor, at)
    _noted(row, "reply", note, True, actor, at)
    return row


@transaction.atomic
def settle_ticket(
    *, complaint_id: int, outcome: str, note: str, law: str = "", otherwise: str = "", actor: Actor, at: datetime
) -> Complaint:
    """
    Say what was done. What truly cannot be done is said with the law it rests on and with what else the person can do.

    :raises InvalidInput: something of that is missing.
    """
    row = _lock(complaint_id, actor, at)
    if row.kind != Complaint.Kind.TICKET:
        raise NoSuchAct
    problems = {} if outcome in rules.TICKET_OUTCOMES else {"outcome": "请选择办的结果。"}
    if len(note.strip()) < SHORTEST:
        problems["note"] = f"请写明做了什么、怎么答复本人，不少于 {SHORTEST} 个字。"
    if outcome == "impossible":
        if len(law.strip()) < SHORTEST:
            problems["law"] = f"请写明依据哪部法律法规第几条办不成，不少于 {SHORTEST} 个字。"
        if len(otherwise.strip()) < SHORTEST:
            problems["otherwise"] = f"请写明本人还可以怎么办，不少于 {SHORTEST} 个字。"
    if problems:
        raise InvalidInput(problems)
    complaints.move(row, "reply")
    row.outcome, row.replied_on, row.replied_by, row.resolved = outcome, day_of(at), actor.login_id, ""
    row.save(update_fields=["outcome", "replied_on", "replied_by", "resolved"])
    told = [rules.TICKET_OUTCOMES[outcome] + "。", note.strip()]
    told += [f"依据：{law.strip()}"] if law.strip() else []
    told += [f"还可以：{otherwise.strip()}"] if otherwise.strip() else []
    _noted(row, "reply", "\n".join(told), True, actor, at)
    return row


@transaction.atomic
def close_complaint(*, complaint_id: int, actor: Actor, at: datetime) -> Complaint:
    """
    Close what was replied to. Whoever filed it has some days to say whether it is resolved: once it is closed they cannot.

    :raises StillUnresolved: the complainant says it is not resolved, and the officer is the one who replied.
    :raises StillToSay: the complainant has not said anything, and those days are not over.
    """
    row = _lock(complaint_id, actor, at)
    last = complaints.last_day_to_say(row)
    if last is not None and day_of(at) <= last:
        raise StillToSay(day=last)
    if row.resolved == Complaint.Resolved.NO and row.replied_by == actor.login_id:
        raise StillUnresolved
    complaints.move(row, "close")
    row.closed_on = day_of(at)
    row.save(update_fields=["closed_on"])
    _noted(row, "close", "", True, actor, at)
    return row


@transaction.atomic
def name_post(*, post_id: int, reason: str, actor: Actor, at: datetime) -> ReportAccess:
    """
    Let a post see reports. Nobody sees them by a role: each post is named, by the security administrator.

    :raises AccessNotFound: no such post within reach.
    :raises AccessStands: it has been named.
    """
    post = Post.objects.filter(held(day_of(at)), pk=post_id).select_related("login").first()
    if post is None or not actor.reaches(post.division_id):
        raise AccessNotFound
    actor.require("identity.manage_security", division=post.division_id)
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": "请写明为什么由这个岗位查阅举报。"})
    if ReportAccess.objects.filter(post=post, ended_at=None).exists():
        raise AccessStands
    row = ReportAccess.objects.create(post=post, reason=reason.strip()[:200], named_by=actor.name, named_at=at)
    audit.record("feedback.name_post", actor=actor, at=at, target=f"post:{post.pk}", division=post.division_id)
    return row


@transaction.atomic
def end_report_access(*, access_id: int, actor: Actor, at: datetime) -> ReportAccess:
    """:raises AccessNotFound: no such post is named within reach."""
    row = ReportAccess.objects.select_for_update().filter(pk=access_id, ended_at=None).first()
    if row is None or not actor.reaches(row.post.division_id):
        raise AccessNotFound
    actor.require("identity.manage_security", division=row.post.division_id)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    audit.record(
        "feedback.end_report_access", actor=actor, at=at, target=f"post:{row.post_id}", division=row.post.division_id
    )
    return row


def _lock(complaint_id: int, actor: Actor, at: datetime) -> Complaint:
    """
    Return a complaint with its row locked for whoever handles it.

    :raises ComplaintNotFound: there is none, or it is not for this officer; both look alike.
    """
    from onedoor.platform.feedback.queries.complaints import visible_complaints, visible_reports

    rows = Complaint.objects.select_for_update(of=("self",)).filter(pk=complaint_id)
    sought = visible_complaints(actor, on=day_of(at)) | visible_reports(actor, on=day_of(at))
    row = rows.filter(sought).first()
    if row is None:
        raise ComplaintNotFound
    if row.kind != Complaint.Kind.REPORT:
        actor.require(routing.HANDLE, division=row.division)
    return row


def _require_words(text: str, words: str) -> None:
    if len(text.strip()) < SHORTEST:
        raise InvalidInput({"note": f"{words}，不少于 {SHORTEST} 个字。"})


def _noted(row: Complaint, act: str, text: str, is_told: bool, actor: Actor, at: datetime) -> None:
    complaints.note(row, act, text, is_told, actor.name, at)
    audit.record("feedback.act_on_complaint", actor=actor, at=at, target=row.target, division=row.division, act=act)

"""Complaints for whoever filed them, for the organ above, for the unit asked to explain; reports for named posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.clocks import work_calendar
from onedoor.platform.cases.remaining import Left, of_days, working_days_left
from onedoor.platform.feedback import routing, rules
from onedoor.platform.feedback.models import Complaint, ComplaintRecusal, ComplaintStep, ReportAccess, UnitInquiry
from onedoor.platform.feedback.operations.complaint_desk import InquiryNotFound
from onedoor.platform.feedback.operations.complaints import COMPLAINANT, ComplaintNotFound, last_day_to_say
from onedoor.platform.feedback.posting import roles_with
from onedoor.platform.files.models import FileGrant
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization, Post
from onedoor.platform.identity.queries.organizations import in_force
from onedoor.platform.identity.queries.posts import held
from onedoor.platform.kernel import digit_codes
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.kernel.scopes import within_reach

PAGE = 50
MOST_ORGANS = 300  # in one choice
OPEN_STATES = ("filed", "accepted", "asked", "replied")
ACTS = {
    "file": "收到",
    "file_by_itself": "同一事项第二次没有办成，自动生成",
    "drop": "本人不再反映",
    "accept": "受理",
    "decline": "不予受理",
    "ask": "请您补充",
    "answer": "补充",
    "paper": "补交",
    "go_on": "不等补充，继续办理",
    "transfer": "转办",
    "recuse": "加入回避",
    "ask_unit": "要求单位说明",
    "evidence": "核实情况",
    "reply": "答复",
    "close": "办结",
    "resolved_yes": "反映人说解决了",
    "resolved_no": "反映人说没有解决",
}


@dataclass(frozen=True)
class StepTold:
    title: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Tracked:
    """What whoever holds the code reads: how it stands, what was asked and replied."""

    id: int
    number: str
    kind: str
    kind_title: str
    title: str  # of a ticket: the matter
    organization: str
    state: str
    state_title: str
    filed_on: date
    accept_due: date
    reply_due: date | None
    closed_on: date | None
    resolved: str
    steps: list[StepTold]


@dataclass(frozen=True)
class ListedComplaint:
    id: int
    number: str
    kind: str
    title: str
    category: str
    organization: str
    state: str
    state_title: str
    filed_on: date
    due_on: date | None
    left: Left | None
    anonymous: bool


@dataclass(frozen=True)
class InquiryView:
    """What a unit is asked: the handler's words, and a name only where its owner has agreed."""

    id: int
    question: str
    complainant: str
    asked_at: datetime
    due_on: date
    left: Left | None
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True)
class ComplaintView:
    listed: ListedComplaint
    text: str
    about: str
    name: str
    contact: str
    may_be_named: bool
    accept_due: date
    reply_due: date | None
    resolved: str
    transfers: int
    acts: list[str]
    steps: list[StepTold]
    inquiries: list[InquiryView]
    recused: int
    papers: list[tuple[int, str]]  # file and name
    case_number: str
    outcome: str
    to_say_until: date | None  # the days whoever filed it has to say whether the reply resolves it


def organs_of_place(*, chain: Sequence[str], on: date) -> list[Organization]:
    """
    Return the units somebody in a place may complain of, the nearest first: those of the place, of the places above it, then
    those below it; public.
    """
    below = Q(pk__in=[])
    for start, end in identity.reach_of(chain[0], on=on):
        below |= Q(division_id__gte=start, division_id__lt=end)
    found = Organization.objects.filter(in_force(on))
    near = found.filter(division_id__in=chain).order_by("-tier", "division_id", "pk")[:MOST_ORGANS]
    others = found.filter(below).exclude(division_id__in=chain).order_by("tier", "division_id", "pk")[:MOST_ORGANS]
    return [*near, *others][:MOST_ORGANS]


def track(*, code: str) -> Tracked:
    """:raises ComplaintNotFound: no complaint has this code."""
    digest = digit_codes.digest_of(code, purpose="feedback.complaint")
    row = Complaint.objects.filter(code_digest=digest).select_related("organization").first() if digest else None
    if row is None:
        raise ComplaintNotFound
    return tracked(row)


def tracked(row: Complaint) -> Tracked:
    """Return what whoever filed it may read; the caller has checked that it is theirs."""
    return Tracked(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        kind_title=row.get_kind_display(),
        title=row.title,
        organization=row.organization.name,
        state=row.state,
        state_title=row.state_words,
        filed_on=row.filed_on,
        accept_due=row.accept_due,
        reply_due=row.reply_due,
        closed_on=row.closed_on,
        resolved=row.resolved,
        # an officer's name is not told: the organ speaks
        steps=[
            StepTold(one.title, one.text, "您" if one.by == COMPLAINANT else "办理单位", one.at)
            for one in _steps(row, told=True)
        ],
    )


def visible_complaints(actor: Actor, *, on: date) -> Q:
    """
    Return which complaints and tickets an officer may see: those of their organ to handle, or of nobody's, in their reach;
    never a complaint about a unit they have a post in, nor one about themselves, nor a ticket of what they have refused.
    """
    if routing.HANDLE not in actor.permissions:
        return Q(pk__in=[])
    mine = Q(handled_by=actor.organization_id or 0) | Q(handled_by__isnull=True)
    complaints = Q(kind=Complaint.Kind.COMPLAINT) & _outside(actor, on)
    tickets = Q(kind=Complaint.Kind.TICKET) & within_reach(actor, by_line=False) & ~Q(_recused(actor))
    return mine & (complaints | tickets)


def visible_reports(actor: Actor, *, on: date) -> Q:
    """Return which reports an officer may see: of their reach, under a post named for it; with the same exceptions."""
    if actor.post_id is None or not is_named(actor):
        return Q(pk__in=[])
    mine = Q(handled_by=actor.organization_id or 0) | Q(handled_by__isnull=True)
    return Q(kind=Complaint.Kind.REPORT) & mine & _outside(actor, on)


def is_named(actor: Actor) -> bool:
    """Tell whether the post in use is named for reports."""
    return ReportAccess.objects.filter(post_id=actor.post_id or 0, ended_at=None).exists()


def _outside(actor: Actor, on: date) -> Q:
    """Sealed from the unit complained of: whoever has any post there does not see it under another one either."""
    posts = Post.objects.filter(held(on), login_id=actor.login_id or 0).values("organization_id")
    unit = Q(organization=actor.organization_id or 0) | Q(organization__in=posts)
    return within_reach(actor, by_line=False) & ~unit & ~Q(_recused(actor))


def _recused(actor: Actor) -> Exists:
    return Exists(ComplaintRecusal.objects.filter(complaint=OuterRef("pk"), login_id=actor.login_id or 0))


def list_complaints(*, actor: Actor, on: date, closed: bool = False, before: int = 0) -> list[ListedComplaint]:
    """Return the complaints the officer's organ has to handle, the earliest day first; closed ones the newest first."""
    actor.require_one_of(routing.HANDLE)
    return _list(visible_complaints(actor, on=on) & Q(kind=Complaint.Kind.COMPLAINT), on, closed, before)


def list_tickets(*, actor: Actor, on: date, closed: bool = False, before: int = 0) -> list[ListedComplaint]:
    """Return what people could not get done and the officer's organ has to see to, in the order of complaints."""
    actor.require_one_of(routing.HANDLE)
    return _list(visible_complaints(actor, on=on) & Q(kind=Complaint.Kind.TICKET), on, closed, before)


def list_reports(*, actor: Actor, at: datetime, closed: bool = False, before: int = 0) -> list[ListedComplaint]:
    """
    Return the reports of the confidential queue; each look at it is recorded.

    :raises NotAllowed: the post in use is not named for reports.
    """
    if not is_named(actor):
        raise NotAllowed
    rows = _list(visible_reports(actor, on=day_of(at)), day_of(at), closed, before)
    audit.record_look("feedback.list_reports", actor=actor, at=at, division=actor.division)
    return rows


def get_complaint(*, complaint_id: int, actor: Actor, at: datetime) -> ComplaintView:
    """
    Return one complaint or report for its handler; each look is recorded.

    :raises ComplaintNotFound: there is none, or it is not for this officer; both look alike.
    """
    on = day_of(at)
    sought = visible_complaints(actor, on=on) | visible_reports(actor, on=on)
    row = Complaint.objects.filter(sought, pk=complaint_id).select_related("organization", "case").first()
    if row is None:
        raise ComplaintNotFound
    shown = ["name", "contact"] if row.name or row.contact else []
    audit.record_look(
        "feedback.look_complaint", actor=actor, at=at, target=row.target, division=row.division, fields=shown
    )
    return ComplaintView(
        listed=_listed(row, on),
        text=row.text,
        about=row.about,
        name=row.name,
        contact=row.contact,
        may_be_named=row.may_be_named,
        accept_due=row.accept_due,
        reply_due=row.reply_due,
        resolved=row.get_resolved_display() if row.resolved else "",
        transfers=row.transfers,
        acts=_acts(row, actor, on),
        steps=_steps(row, told=False),
        inquiries=[_inquiry(one, on) for one in row.inquiries.order_by("pk")],
        recused=row.recusals.count(),
        papers=papers_of(row),
        case_number=row.case.number if row.case is not None else "",
        outcome=row.get_outcome_display() if row.outcome else "",
        to_say_until=last_day_to_say(row),
    )


def papers_of(row: Complaint) -> list[tuple[int, str]]:
    """Return what was given with a complaint, the oldest first; the caller has checked that the actor may see it."""
    grants = FileGrant.objects.filter(target=row.target).order_by("pk")
    return [(one.file_id, str(one.name)) for one in grants]


def takes_papers(*, complaint_id: int) -> str:
    """Return under what the papers of a complaint are counted that somebody has opened by its code, "" once it is over."""
    row = Complaint.objects.filter(pk=complaint_id, closed_on=None).first()
    return row.target if row else ""


def list_inquiries(*, actor: Actor, on: date) -> list[InquiryView]:
    """Return what the officer's organ is asked to explain, unanswered ones first."""
    actor.require_one_of("feedback.handle")
    rows = UnitInquiry.objects.filter(within_reach(actor, by_line=False), organization=actor.organization_id or 0)
    found = sorted(rows.order_by("-pk")[:PAGE], key=lambda row: (row.answered_at is not None, row.due_on, row.pk))
    return [_inquiry(row, on) for row in found]


def get_inquiry(*, inquiry_id: int, actor: Actor, on: date) -> InquiryView:
    """:raises InquiryNotFound: it is not asked of the officer's organ."""
    actor.require_one_of("feedback.handle")
    rows = UnitInquiry.objects.filter(within_reach(actor, by_line=False), organization=actor.organization_id or 0)
    row = rows.filter(pk=inquiry_id).first()
    if row is None:
        raise InquiryNotFound
    return _inquiry(row, on)


def report_posts(*, actor: Actor) -> list[ReportAccess]:
    """Return the posts within reach that may see reports."""
    actor.require_one_of("identity.manage_security")
    rows = ReportAccess.objects.filter(within_reach(actor, prefix="post__", field="division_id", by_line=False))
    found = rows.filter(ended_at=None).select_related("post__login", "post__organization")
    return list(found.order_by("pk"))


def posts_to_name(*, actor: Actor, on: date) -> list[Post]:
    """Return the posts within reach that handle complaints and may be named for reports."""
    actor.require_one_of("identity.manage_security")
    here = within_reach(actor, field="division_id", by_line=False)
    posts = Post.objects.filter(here, held(on), role__in=roles_with(routing.HANDLE))
    named = ReportAccess.objects.filter(post=OuterRef("pk"), ended_at=None)
    return list(posts.filter(~Exists(named)).select_related("login", "organization").order_by("pk")[:300])


def _list(sought: Q, on: date, closed: bool, before: int) -> list[ListedComplaint]:
    rows = Complaint.objects.filter(sought).select_related("organization")
    if closed:
        done = rows.exclude(state__in=OPEN_STATES)
        if before:
            done = done.filter(pk__lt=before)
        return [_listed(row, on) for row in done.order_by("-pk")[:PAGE]]
    found = [_listed(row, on) for row in rows.filter(state__in=OPEN_STATES).order_by("pk")[: 4 * PAGE]]
    return sorted(found, key=lambda one: (one.due_on or date.max, one.id))


def _listed(row: Complaint, on: date) -> ListedComplaint:
    due = {"filed": row.accept_due, "accepted": row.reply_due}.get(row.state)
    calendar = work_calendar(row.division)
    return ListedComplaint(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        title=row.title,
        category=row.get_category_display(),
        organization=row.organization.name,
        state=row.state,
        state_title=row.state_words,
        filed_on=row.filed_on,
        due_on=due,
        left=of_days(working_days_left(on, due, calendar)) if due is not None else None,
        anonymous=row.anonymous,
    )


def _inquiry(row: UnitInquiry, on: date) -> InquiryView:
    left = None
    if row.answered_at is None:
        left = of_days(working_days_left(on, row.due_on, work_calendar(row.division)))
    return InquiryView(
        id=row.pk,
        question=row.question,
        complainant=row.complainant,
        asked_at=row.asked_at,
        due_on=row.due_on,
        left=left,
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )


def _steps(row: Complaint, *, told: bool) -> list[StepTold]:
    found = ComplaintStep.objects.filter(complaint=row)
    if told:
        found = found.filter(is_told=True)
    words = ACTS | rules.TICKET_ACTS if row.kind == Complaint.Kind.TICKET else ACTS
    return [StepTold(words[one.act], one.text, one.by, one.at) for one in found.order_by("pk")]


def _acts(row: Complaint, actor: Actor, on: date) -> list[str]:
    """Return what can be done now, in the order of the page."""
    acts = {
        "filed": ["accept", "decline", "transfer", "recuse"],
        "accepted": ["reply", "ask", "ask_unit", "transfer", "recuse"],
        "asked": ["go_on"],
        "replied": ["close"],
    }.get(row.state, [])
    if row.kind == Complaint.Kind.TICKET:
        acts = ["settle" if act == "reply" else act for act in acts if act != "decline"]
    if row.kind == Complaint.Kind.REPORT:
        acts = [act for act in acts if act != "ask_unit"]
    last = last_day_to_say(row)
    waits = last is not None and on <= last
    if waits or (row.resolved == Complaint.Resolved.NO and row.replied_by == actor.login_id):
        acts = [act for act in acts if act != "close"]
    return acts

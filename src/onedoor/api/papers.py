"""Papers beyond their upload: certificates, earlier papers and promises in their place, what a case waits for, doubted data."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.api.cases import SEEN, ActOut, MaterialOut, PaperReadOut, case_of, material, paper_read, standing
from onedoor.api.doors import applicant, caller, officer, person, somebody, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, page, whole
from onedoor.api.sendings import SentFiles, SentUploads, handed_in
from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.queries import Case
from onedoor.platform.kernel import clock

room = Room("papers")
REVIEWS, DECIDES = officer("cases.review"), officer("cases.decide")
STEWARD = officer("exchange.manage")


class ChoiceIn(Told):
    """怎样交这份材料：own 自己交，earlier 沿用，later 受理后补交，空为按建议。How a paper is given; empty: as proposed."""

    choice: Line = ""


class CasePaperOut(MaterialOut):
    """办件的一份材料：来源、等级、有效期。A paper of a case: how far it is relied on, and until when it holds."""

    grade: str
    proof: str
    valid_until: date | None
    is_current: bool
    must_be_checked: bool
    has_ended: bool
    read: PaperReadOut | None


class OwedOut(Told):
    """还要补交的材料。A paper the case waits for."""

    code: str
    title: str
    why: str
    due_on: date | None


class BreachOut(Told):
    """承诺不实的记录。The record of a promise that was not true."""

    state: str
    told_at: datetime
    heard_until: date
    statement: str
    stated_at: datetime | None
    reason: str
    repair: str


class CommitmentOut(Told):
    """代替材料的告知承诺。A promise in place of a paper, and what came of it."""

    id: int
    code: str
    title: str
    told: str
    text: str
    liability: str
    version: int
    signed_at: datetime
    check_kind: str
    due_on: date | None
    state: str
    finding: str
    is_late: bool
    breach: BreachOut | None


class ToleranceOut(Told):
    """约定受理后补交的材料。A paper promised for after acceptance."""

    code: str
    title: str
    promise: str
    state: str
    due_on: date | None


class PaperProofOut(Told):
    """已经由证照或数据证明、不必再要的材料。A paper that is proved already."""

    code: str
    title: str
    proof: str


class CasePapersOut(Told):
    """一个办件的材料。The papers of a case with all that stands in their place."""

    papers: list[CasePaperOut]
    owed: list[OwedOut]
    replaceable: list[str]
    commitments: list[CommitmentOut]
    tolerances: list[ToleranceOut]
    latest_day: date | None
    proofs: list[PaperProofOut]


class StatementIn(Told):
    """陈述申辩。What speaks against the finding."""

    statement: Text


class CheckIn(Told):
    """核查结论：kept 属实，broken 不实，unverifiable 无法核实。What a check found, and how."""

    outcome: Line
    finding: Text


class BreachIn(Told):
    """是否记入信用记录，理由。Whether the breach is put on record, and why."""

    upheld: bool
    reason: Text


class RepairIn(Told):
    """怎样纠正的。How it was made good."""

    reason: Text


class CheckToDoOut(Told):
    """待核查的承诺，姓名隐去部分。A promise that waits for its check, the name masked."""

    id: int
    case_number: str
    title: str
    item: str
    applicant: str
    check_kind: str
    due_on: date
    days_left: int


class OriginalIn(Told):
    """原件写明的有效期。The last valid day as the original says."""

    valid_until: Day | None = None


class OwnPaperOut(CasePaperOut):
    """本人交过的一份材料。A paper one has given, and what it was taken for since."""

    case_number: str
    holds: bool
    reused_in: list[str]


class CreditOut(BreachOut):
    """本人承诺不实的记录。A record about one's own promise."""

    case_number: str
    commitment: int


class MyPapersOut(Told):
    """我交过的材料。The papers one has given, and what is on record about promises."""

    papers: list[OwnPaperOut]
    records: list[CreditOut]


class TicketOut(Told):
    """数据质量工单。A doubt about data."""

    id: int
    case_number: str
    code: str
    title: str
    proof: str
    reason: str
    owner: str
    state: str
    raised_at: datetime
    raised_organization: str
    answer: str
    answered_at: datetime | None


class AnswerTicketIn(Told):
    """核查结果：数据已更正或无误。Whether the data were mended or are sound, and how that was found."""

    mended: bool
    answer: Text


@room.read("/me/papers", person, "我交过的材料", MyPapersOut)
def my_papers(request: HttpRequest) -> dict[str, Any]:
    """List the papers one has given, what each was taken for again, and records about promises."""
    papers = [_own(one) for one in queries.my_papers(**who(request))]
    records = [
        {**_breach(one), "case_number": one.case.number, "commitment": one.commitment_id}
        for one in queries.my_records(actor=caller(request))
    ]
    return {"papers": papers, "records": records}


def _own(one: queries.OwnPaper) -> dict[str, Any]:
    told = _paper(one.paper) | {"is_current": True, "must_be_checked": False, "has_ended": not one.holds, "read": None}
    reused = [use.case.number for use in one.uses if use.case is not None]
    return told | {"case_number": one.paper.case.number, "holds": one.holds, "reused_in": reused}  # type: ignore[union-attr]


def _paper(one: Any) -> dict[str, Any]:
    return material(one) | {name: getattr(one, name) for name in ("grade", "proof", "valid_until")}


def _breach(one: Any) -> dict[str, Any]:
    names = ("state", "told_at", "heard_until", "statement", "stated_at", "reason", "repair")
    return {name: getattr(one, name) for name in names}


@room.write("/drafts/{uuid:draft_id}/materials/{code}/choice", applicant, "选择怎样交材料", Done)
def choose_paper(request: HttpRequest, draft_id: UUID, code: Line, sent: ChoiceIn) -> dict[str, Any]:
    """Choose for one paper: one's own, an earlier one, after acceptance; or what is proposed."""
    operations.choose_paper(draft_id=draft_id, material=code, choice=sent.choice, **who(request))
    return {"done": True}


@room.write("/drafts/{uuid:draft_id}/materials/{code}/commitment", applicant, "用承诺代替材料", Done)
def sign_commitment(request: HttpRequest, draft_id: UUID, code: Line) -> dict[str, Any]:
    """Promise in place of a paper, as it was told; it is checked after submission and may be taken back till then."""
    operations.sign_commitment(draft_id=draft_id, material=code, **who(request))
    return {"done": True}


@room.read("/cases/{number}/papers", somebody, "办件的材料", CasePapersOut)
def get_papers(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read the papers of a case: what counts, what is owed, promises, and for officers what is proved already."""
    case, at = case_of(request, number), clock.now()
    left = queries.open_papers(case, at=at)
    by_officer = caller(request).kind == "officer"
    proofs = queries.proofs_of(case, at=at) if by_officer else {}
    papers = queries.materials_of(case)
    read = queries.seen_on_case(case, papers, shown=() if by_officer else None)
    return {
        "papers": [_case_paper(one) for one in queries.papers_of_case(papers, left=left.owed, read=read)],
        "owed": [_owed(one) for one in left.owed],
        "replaceable": [one.code for one in left.replaceable],
        "commitments": [_commitment(one) for one in queries.commitments_on(case, on=clock.today())],
        "tolerances": [_tolerance(one) for one in queries.tolerances_of(case)],
        "latest_day": queries.promised_later(case, at=at).last if by_officer else None,
        "proofs": [{"code": code, "title": one.definition.title, "proof": one.words} for code, one in proofs.items()],
    }


def _case_paper(one: queries.CasePaper) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("is_current", "must_be_checked", "has_ended")}
    return _paper(one.paper) | told | {"read": paper_read(one.paper.pk, one.seen) if one.seen else None}


def _owed(one: Any) -> dict[str, Any]:
    return {"code": one.definition.code, "title": one.definition.title, "why": one.why.value, "due_on": one.due_on}


def _commitment(view: queries.CommitmentView) -> dict[str, Any]:
    one = view.commitment
    names = ("told", "text", "liability", "version", "signed_at", "check_kind", "due_on", "state", "finding")
    told = {"id": one.pk, "code": one.paper.code, "title": one.paper.title, "is_late": view.is_late}
    breach = {"breach": _breach(view.breach) if view.breach else None}
    return told | breach | {name: getattr(one, name) for name in names}


def _acted(case: Case, commitment_id: int, act: Callable[..., Any]) -> dict[str, Any]:
    """Act on a commitment that this case has, and return it as it stands then."""
    act(commitment_id=queries.commitment_of(case, commitment_id=commitment_id).commitment.pk)
    return _commitment(queries.commitment_of(case, commitment_id=commitment_id))


def _tolerance(one: Any) -> dict[str, Any]:
    return {"code": one.material} | {name: getattr(one, name) for name in ("title", "promise", "state", "due_on")}


@room.write("/cases/{number}/papers/{code}", somebody, "补交材料", Page[MaterialOut])
def give_papers(
    request: HttpRequest,
    number: Line,
    code: Line,
    files: SentFiles = None,
    uploads: SentUploads = None,
    seen: int = SEEN,
) -> dict[str, Any]:
    """Hand in, all its pages at once, a paper the case waits for; by the applicant's side, or taken in at the window."""
    case = case_of(request, number, seen=seen)

    def give(contents: Any) -> Any:
        return operations.give_papers(case_id=case.pk, material=code, contents=contents, **who(request))

    return whole(handed_in(request, files, uploads, give), material)


@room.write("/cases/{number}/papers/{code}/original", officer("cases.accept"), "核对原件", ActOut)
def check_original(
    request: HttpRequest, number: Line, code: Line, sent: OriginalIn, seen: int = SEEN
) -> dict[str, Any]:
    """Note that the original of an uploaded paper was seen and agrees: grade C becomes B."""
    case = case_of(request, number, seen=seen)
    operations.check_original(case_id=case.pk, material=code, valid_until=sent.valid_until, **who(request))
    return standing(case)


@room.write("/cases/{number}/papers/{code}/certificate", officer("cases.supplement"), "用电子证照代替", ActOut)
def take_certificate(request: HttpRequest, number: Line, code: Line, seen: int = SEEN) -> dict[str, Any]:
    """Take the applicant's certificate in place of a paper."""
    case = case_of(request, number, seen=seen)
    operations.take_certificate(case_id=case.pk, material=code, **who(request))
    return standing(case)


@room.write("/cases/{number}/overdue-return", officer("cases.accept"), "逾期未补交退件", ActOut)
def return_overdue(request: HttpRequest, number: Line, seen: int = SEEN) -> dict[str, Any]:
    """Return a case whose promised paper has not come."""
    case = case_of(request, number, seen=seen)
    operations.return_overdue(case_id=case.pk, **who(request))
    return standing(case)


@room.write("/cases/{number}/commitments/{commitment_id}/retraction", person, "撤回承诺", CommitmentOut)
def retract_commitment(request: HttpRequest, number: Line, commitment_id: Id) -> dict[str, Any]:
    """Take a promise back before the decision; the paper is owed then."""
    case = case_of(request, number)
    found = queries.commitment_of(case, commitment_id=commitment_id)
    operations.retract_commitment(commitment_id=found.commitment.pk, **who(request))
    return _commitment(queries.commitment_of(case, commitment_id=commitment_id))


@room.write("/cases/{number}/commitments/{commitment_id}/statement", person, "对承诺不实陈述申辩", CommitmentOut)
def answer_breach(request: HttpRequest, number: Line, commitment_id: Id, sent: StatementIn) -> dict[str, Any]:
    """Say what speaks against the finding that a promise was not true."""
    case = case_of(request, number)
    act = partial(operations.answer_breach, statement=sent.statement, **who(request))
    return _acted(case, commitment_id, act)


@room.read("/commitments", officer("cases.review", "supervision.view"), "待核查的承诺", Page[CheckToDoOut])
def list_checks(request: HttpRequest, after: Line = "") -> dict[str, Any]:
    """List the promises within reach that wait for their check, the most urgent first."""
    rows = queries.checks_to_do(actor=caller(request), on=clock.today(), after=after)
    return page(rows, size=queries.CHECKS_A_PAGE, cursor=lambda row: row.place, out=_check)


def _check(row: queries.CheckToDo) -> dict[str, Any]:
    one = row.commitment
    told = {"id": one.pk, "case_number": row.case.number, "title": one.paper.title, "item": row.case.item_version.title}
    due = {"check_kind": one.check_kind, "due_on": one.due_on, "days_left": row.days_left}
    return told | due | {"applicant": row.applicant}


@room.write("/cases/{number}/commitments/{commitment_id}/check", REVIEWS, "核查承诺", CommitmentOut)
def check_commitment(
    request: HttpRequest, number: Line, commitment_id: Id, sent: CheckIn, seen: int = SEEN
) -> dict[str, Any]:
    """Write down what the check of a promise found; of one that was not true its signer is told first."""
    case = case_of(request, number, seen=seen)
    act = partial(operations.check_commitment, **sent.dict(), **who(request))
    return _acted(case, commitment_id, act)


@room.write("/cases/{number}/commitments/{commitment_id}/settlement", DECIDES, "处理承诺不实", CommitmentOut)
def settle_breach(
    request: HttpRequest, number: Line, commitment_id: Id, sent: BreachIn, seen: int = SEEN
) -> dict[str, Any]:
    """Put a breach on record, or let it go, after its signer could be heard."""
    case = case_of(request, number, seen=seen)
    act = partial(operations.settle_breach, **sent.dict(), **who(request))
    return _acted(case, commitment_id, act)


@room.write("/cases/{number}/commitments/{commitment_id}/repair", DECIDES, "信用修复", CommitmentOut)
def repair_credit(
    request: HttpRequest, number: Line, commitment_id: Id, sent: RepairIn, seen: int = SEEN
) -> dict[str, Any]:
    """Note that a breach was made good."""
    case = case_of(request, number, seen=seen)
    act = partial(operations.repair_credit, reason=sent.reason, **who(request))
    return _acted(case, commitment_id, act)


@room.read("/quality-tickets", STEWARD, "数据质量工单", Page[TicketOut])
def list_tickets(request: HttpRequest, before: Id = 0) -> dict[str, Any]:
    """List the doubts about data of the steward's place, newest first."""
    rows = queries.quality_tickets(actor=caller(request), before=before)
    return page(rows, size=queries.TICKETS_A_PAGE, cursor=lambda one: one.pk, out=_ticket)


def _ticket(one: Any) -> dict[str, Any]:
    names = ("title", "proof", "reason", "state", "raised_at", "raised_organization", "answer", "answered_at")
    told = {"id": one.pk, "case_number": one.case.number, "code": one.material, "owner": one.owner.name}
    return told | {name: getattr(one, name) for name in names}


@room.read("/quality-tickets/{ticket_id}", STEWARD, "一张数据质量工单", TicketOut)
def get_ticket(request: HttpRequest, ticket_id: Id) -> dict[str, Any]:
    """Read one doubt about data."""
    return _ticket(queries.get_ticket(ticket_id=ticket_id, actor=caller(request)))


@room.write("/quality-tickets/{ticket_id}/answer", STEWARD, "答复数据质量工单", TicketOut)
def answer_ticket(request: HttpRequest, ticket_id: Id, sent: AnswerTicketIn) -> dict[str, Any]:
    """Say whether the data were mended or are sound."""
    found = queries.get_ticket(ticket_id=ticket_id, actor=caller(request))
    operations.answer_ticket(ticket_id=found.pk, **sent.dict(), **who(request))
    return _ticket(queries.get_ticket(ticket_id=ticket_id, actor=caller(request)))

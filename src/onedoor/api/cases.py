"""Cases as their applicants follow them: mine, one, its papers and decisions, and what an applicant does about it."""

from datetime import date, datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Form, Header

from onedoor.api import forms
from onedoor.api.answers import Answers, inside, typed
from onedoor.api.catalog import JudgementOut
from onedoor.api.doors import (
    applicant,
    caller,
    officer,
    person,
    reader,
    reader_applying,
    somebody,
    somebody_applying,
    who,
)
from onedoor.api.forms import PaperOut, SectionOut
from onedoor.api.public import ClockOut
from onedoor.api.rooms import PDF, Room, pdf
from onedoor.api.schemas import LARGEST, Id, Line, Page, Text, Told, whole
from onedoor.api.sendings import SentFile, SentUpload, one_handed_in
from onedoor.platform.cases import drawing, operations, queries
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.queries import Case
from onedoor.platform.certificates import faces
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.files import queries as files
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput

room = Room("cases")
SEEN: Any = Header(  # type: ignore[type-arg]
    ...,
    alias="If-Match",
    ge=0,
    le=LARGEST,
    description="最后看到的办件的 position；此后办件有变化的，不办理 · The position of the case as it was last seen;"
    " if anything has happened since, nothing is done.",
)


class CaseOut(Told):
    """办件的一行。A case in a list."""

    number: str
    position: int  # of its last action: an act names it (If-Match)
    item: str
    title: str
    state: str
    state_title: str
    result: str
    holder: str
    division: str
    submitted_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    completed_at: datetime | None


class MilestoneOut(Told):
    """办理过程的一站。A stretch of the road of a case."""

    title: str
    standing: str


class TimelineOut(Told):
    """办理经过的一条。Something that happened to a case."""

    at: datetime
    title: str
    by: str
    note: str
    step: str
    linked: str


class DocumentOut(Told):
    """一份文书。A notice, receipt or decision."""

    id: int
    kind: str
    number: str
    title: str
    issued_at: datetime


class IssuedOut(Told):
    """办件颁发的证照。A certificate the case led to."""

    id: int
    identifier: str
    number: str
    title: str


class LinkOut(Told):
    """关联的办件。A case linked to this one."""

    number: str
    title: str
    follows: bool


class HearingOut(Told):
    """听证。The hearing of a case."""

    state: str
    request_until: date | None
    hold_until: date | None
    scheduled_for: datetime | None
    place: str
    is_public: bool


class RevocationOut(Told):
    """撤销、注销或吊销程序。A proceeding to revoke, cancel or withdraw what was granted."""

    ending: str
    reason: str
    basis: str
    heard_until: date | None
    stated_at: datetime | None


class DeliveryOut(Told):
    """决定、或者等待送达的通知的送达。How the decision, or the notice that waits, is delivered."""

    method: str
    sent_at: datetime
    delivered_at: datetime | None


class OfferOut(Told):
    """还可以另行申请的事。What may be applied for next."""

    relation: str
    title: str


class PauseOut(Told):
    """暂停计时的一段。A time a case stood still."""

    kind: str
    reason: str
    basis: str
    from_at: datetime
    planned_end: date
    to_at: datetime | None
    over_at: datetime | None
    approved_by: str
    proof: int | None


class SignatureGivenOut(Told):
    """与申请人共同签字的一位。Somebody who has signed the application as well."""

    role: str
    name: str
    signed_by: str
    signed_at: datetime
    way: str
    level: int
    digest: str


class CaseWholeOut(CaseOut):
    """一个办件的全貌，申请人一方所见。A case as its applicant follows it."""

    undo_until: datetime | None
    delivery_choice: str
    road: list[MilestoneOut]
    timeline: list[TimelineOut]
    clocks: list[ClockOut]
    pauses: list[PauseOut]
    documents: list[DocumentOut]
    certificates: list[IssuedOut]
    asked_papers: list[str]
    signatures: list[SignatureGivenOut]
    hearing: HearingOut | None
    revocation: RevocationOut | None
    delivery: DeliveryOut | None
    links: list[LinkOut]
    offered: list[OfferOut]
    may_apply_again: bool


class ActOut(Told):
    """办理以后办件的状态。The case after the act."""

    number: str
    state: str
    state_title: str
    result: str


class DraftRefOut(Told):
    """接下来要填写的草稿。The draft to fill in next."""

    draft: str


class ReceiptOut(Told):
    """收件凭证。The receipt of a submission."""

    number: str
    query_code: str
    title: str
    check_url: str
    undo_until: datetime | None
    document: DocumentOut


class MaterialOut(Told):
    """已交的一份材料。A paper that was given."""

    id: int
    code: str
    title: str
    source: str
    file: int | None
    scan: str
    given_at: datetime


class PaperSeenOut(Told):
    """材料上识别的一项与申报的对照，仅供核对。One answer as declared and as a recogniser saw it on the paper; it decides nothing."""

    path: str
    label: str
    declared: str
    found: str
    agrees: bool
    confidence: int | None


class PaperReadOut(Told):
    """一份材料的识别情况。What a recogniser has made of one paper; masked for officers like the answers."""

    id: int
    state: str
    rows: list[PaperSeenOut]


def paper_read(number: int, one: queries.PaperSeen) -> dict[str, Any]:
    names = ("path", "label", "declared", "found", "agrees", "confidence")
    rows = [{name: getattr(row, name) for name in names} for row in one.rows]
    return {"id": number, "state": one.reading.state, "rows": rows}


class AskedOut(Told):
    """补正要求的一份材料和已补交的。A paper asked for, and what was given for it."""

    paper: PaperOut
    given: list[MaterialOut]


class SupplementOut(Told):
    """补正要求。What is asked in addition."""

    asked: list[AskedOut]
    clocks: list[ClockOut]


class HearingAnswerIn(Told):
    """对听证权利的答复：request 要求，waive 不要求。Whether a hearing is wanted: request or waive."""

    answer: Line


class DefenceIn(Told):
    """陈述申辩。What speaks against a revocation."""

    statement: Text


class DeliveryChoiceIn(Told):
    """希望的送达方式。How decisions shall arrive."""

    delivery: Line


class LinkedIn(Told):
    """另行申请什么。What to apply for next."""

    relation: Line


class CorrectionIn(Answers):
    """当场更正的回答；工作人员办理时须确认申请人在场。Corrected answers; an officer confirms that the applicant is present."""

    present: bool = False


class FieldsOut(Told):
    """可以更正的问题和现在的回答。What may be corrected, with its present answers."""

    section: SectionOut
    answers: dict[str, Any]


def case_of(request: HttpRequest, number: str, *, shown: bool = False, seen: int | None = None) -> Case:
    """
    Return the case if the caller may see it; the look is recorded.

    With `seen` it is held for an act, which goes on only if nothing has happened since the caller saw it.

    :raises CaseChanged: something has.
    """
    held = seen is not None
    case = queries.get_visible_case(number=number, on=clock.today(), shown=shown, held=held, **who(request))
    if seen is not None:
        operations.require_unchanged(case, seen=seen)
    return case


def row(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "position": case.last_seq,
        "item": case.item_code,
        "title": case.item_version.title,
        "state": case.state,
        "state_title": case.get_state_display(),
        "result": case.result,
        "holder": queries.holder_of(case),
        "division": case.division,
        "submitted_at": case.submitted_at,
        "accepted_at": case.accepted_at,
        "decided_at": case.decided_at,
        "completed_at": case.completed_at,
    }


def followed(case: Case, actor: Actor) -> dict[str, Any]:
    """Return a case as it is followed: road, timeline, limits, papers, and what goes on beside the road."""
    proceedings = queries.proceedings_of(case, actor=actor)
    return {
        **row(case),
        "undo_until": case.undo_until if case.state == "submitted" else None,
        "delivery_choice": case.delivery,
        "road": queries.road(case),
        "timeline": queries.timeline(case, for_citizen=actor.kind != "officer"),
        "clocks": queries.clocks_of(case, at=clock.now()),
        "pauses": stood_still(case),
        "documents": queries.documents_of(case),
        "certificates": certificates.certificates_of_case(case_number=case.number),
        "asked_papers": [one.definition.code for one in queries.asked_papers(case)],
        "signatures": [
            {"role": role, "name": one.person.name, "signed_by": one.signed_by.name if one.signed_by else ""}
            | {name: getattr(one, name) for name in ("signed_at", "way", "level", "digest")}
            for role, one in queries.signatures_of_case(case)
        ],
        "hearing": proceedings.hearing,
        "revocation": proceedings.revocation,
        "delivery": proceedings.delivery,
        "links": [
            {"number": one.case.number, "title": one.relation, "follows": one.follows} for one in proceedings.links
        ],
        "offered": [{"relation": relation, "title": title} for relation, title in proceedings.offered],
        "may_apply_again": proceedings.may_apply_again,
    }


def stood_still(case: Case) -> list[dict[str, Any]]:
    names = ("kind", "reason", "basis", "from_at", "planned_end", "to_at", "over_at", "approved_by")
    return [{"proof": one.proof_id} | {name: getattr(one, name) for name in names} for one in queries.pauses_of(case)]


def standing(case: Case) -> dict[str, Any]:
    """Return how a case stands after an act."""
    case.refresh_from_db(fields=["state", "result"])
    return {
        "number": case.number,
        "state": case.state,
        "state_title": case.get_state_display(),
        "result": case.result,
    }


def material(given: Any) -> dict[str, Any]:
    names = ("code", "title", "source", "given_at")
    scan = given.file.scan if given.file else ""
    return {"id": given.pk, "file": given.file_id, "scan": scan, **{name: getattr(given, name) for name in names}}


@room.read("/cases", person, "我的办件", Page[CaseOut])
def my_cases(request: HttpRequest) -> dict[str, Any]:
    """List one's own cases and those one is the agent of, newest first."""
    return whole(queries.my_cases(actor=caller(request), on=clock.today()), row)


@room.read("/cases/{number}", reader, "一个办件", CaseWholeOut)
def get_case(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Follow one case: where it is, who has it, by when, what is to be done now."""
    return followed(case_of(request, number, shown=True), caller(request))


@room.read("/cases/{number}/receipt", somebody_applying, "收件凭证", ReceiptOut)
def get_receipt(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read the receipt of a submission with the query code, and until when it may be taken back."""
    case = case_of(request, number)
    receipt = queries.receipt_of(case)
    return {
        "number": case.number,
        "query_code": case.query_code,
        "title": receipt.title,
        "check_url": drawing.check_url(receipt),
        "undo_until": case.undo_until if case.state == "submitted" else None,
        "document": receipt,
    }


@room.write("/cases/{number}/handing-in", applicant, "立即提交", ActOut)
def hand_in(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Hand the application in now, without waiting for the ten minutes to pass."""
    case = case_of(request, number)
    operations.hand_in_case(case_id=case.pk, **who(request))
    return standing(case)


@room.write("/cases/{number}/undoing", applicant, "撤销提交", DraftRefOut)
def undo(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Take a submission back within its ten minutes; the draft is there again."""
    draft = operations.undo_submission(case_id=case_of(request, number).pk, **who(request))
    return {"draft": str(draft.pk)}


@room.read("/cases/{number}/supplement", applicant, "补正要求", SupplementOut)
def get_supplement(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read which papers are asked for and what has been given since."""
    case = case_of(request, number)
    asked = [
        {"paper": forms.paper(one.definition), "given": [material(given) for given in one.given]}
        for one in queries.asked_papers(case)
    ]
    return {"asked": asked, "clocks": queries.clocks_of(case, at=clock.now())}


@room.write("/cases/{number}/supplement/materials", applicant, "上传补正材料", MaterialOut)
def add_supplement(
    request: HttpRequest, number: Line, code: Form[Line], file: SentFile = None, upload: SentUpload = None
) -> dict[str, Any]:
    """Attach a paper that was asked for, sent here or in parts beforehand."""
    case = case_of(request, number)

    def attach(name: str, content: Any) -> Any:
        return operations.attach_material(
            draft_id=None, case_id=case.pk, material=code, content=content, name=name, **who(request)
        )

    return material(one_handed_in(request, file, upload, attach))


@room.write("/cases/{number}/supplement", applicant, "提交补正", ActOut)
def supply(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Hand in the papers that were asked for, together."""
    case = case_of(request, number)
    operations.supply_supplement(case_id=case.pk, **who(request))
    return standing(case)


@room.write("/cases/{number}/withdrawal", person, "撤回申请", ActOut)
def withdraw(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Withdraw the application before it is decided."""
    case = case_of(request, number)
    operations.withdraw_case(case_id=case.pk, **who(request))
    return standing(case)


@room.write("/cases/{number}/new-application", person, "再次申请", DraftRefOut)
def apply_again(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Apply once more with what was declared before."""
    draft = operations.start_again(case_id=case_of(request, number).pk, **who(request))
    return {"draft": str(draft.pk)}


@room.write("/cases/{number}/linked-application", person, "申请更正、变更、补发或注销", DraftRefOut)
def apply_linked(request: HttpRequest, number: Line, wanted: LinkedIn) -> dict[str, Any]:
    """Begin the application that corrects, changes, reissues or cancels what this case granted."""
    case = case_of(request, number)
    draft = operations.start_linked(case_id=case.pk, relation=wanted.relation, **who(request))
    return {"draft": str(draft.pk)}


@room.write("/cases/{number}/hearing-answer", person, "答复听证权利", ActOut)
def answer_hearing(request: HttpRequest, number: Line, given: HearingAnswerIn) -> dict[str, Any]:
    """Ask for a hearing, or say that none is wanted."""
    case = case_of(request, number)
    acts = {"request": operations.request_hearing, "waive": operations.waive_hearing}
    if given.answer not in acts:
        raise InvalidInput({"answer": "请选择要求听证或者不要求。"})
    acts[given.answer](case_id=case.pk, **who(request))
    return standing(case)


@room.write("/cases/{number}/defence", person, "陈述申辩", ActOut)
def state_defence(request: HttpRequest, number: Line, given: DefenceIn) -> dict[str, Any]:
    """Say what speaks against a revocation."""
    case = case_of(request, number)
    operations.state_defence(case_id=case.pk, statement=given.statement, **who(request))
    return standing(case)


@room.replace("/cases/{number}/delivery-choice", person, "选择送达方式", ActOut)
def choose_delivery(request: HttpRequest, number: Line, chosen: DeliveryChoiceIn) -> dict[str, Any]:
    """Choose how decisions arrive; consent to the inbox is given, and taken back, here."""
    case = case_of(request, number)
    operations.choose_delivery(case_id=case.pk, method=chosen.delivery, **who(request))
    return standing(case)


@room.read("/cases/{number}/corrections", somebody, "可以更正的内容", FieldsOut)
def get_correctable(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read what may be corrected before acceptance; an officer is not shown sensitive answers."""
    case = case_of(request, number)
    section = queries.correctable_section(case, for_officer=caller(request).kind == "officer")
    answers = case.declared.content
    present = {field.code: answers[field.code] for field in section.fields if field.code in answers}
    return {"section": forms.section(section), "answers": present}


@room.write("/cases/{number}/corrections", somebody, "当场更正", ActOut)
def correct(request: HttpRequest, number: Line, sent: CorrectionIn, seen: int = SEEN) -> dict[str, Any]:
    """Correct slips before acceptance: the applicant alone, an officer in the applicant's presence."""
    case = case_of(request, number, seen=seen)
    for_officer = caller(request).kind == "officer"
    section = queries.correctable_section(case, for_officer=for_officer)
    cleaned = read_section(section, typed(section, sent), known=case.declared.content)
    problems = inside(cleaned.problems)
    if for_officer and not sent.present:
        problems["present"] = "请确认申请人在场并同意更正。"
    if problems:
        raise InvalidInput(problems)
    operations.correct_answers(case_id=case.pk, corrections=cleaned.answers, **who(request))
    return standing(case)


@room.read("/cases/{number}/judgement", officer("cases.view"), "规则计算", JudgementOut)
def get_judgement(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read what the item's rule says with the facts known today."""
    return queries.judge_now(case_of(request, number), on=clock.today()).as_data()


@room.read("/cases/{number}/documents/{document_id}/file", reader_applying, "文书文件", PDF)
def get_document(request: HttpRequest, number: Line, document_id: Id) -> HttpResponse:
    """Draw a notice, receipt or decision as a signed PDF."""
    paper = queries.get_document(case_of(request, number), document_id=document_id)
    return pdf(drawing.document_pdf(paper))


@room.read("/cases/{number}/certificates/{certificate_id}/file", reader, "办件的证照文件", PDF)
def get_issued(request: HttpRequest, number: Line, certificate_id: Id) -> HttpResponse:
    """Draw the certificate of a case as a signed PDF, for whoever may follow that case."""
    case = case_of(request, number)
    issued = [one for one in certificates.certificates_of_case(case_number=case.number) if one.pk == certificate_id]
    if not issued:
        raise certificates.CertificateNotFound
    return pdf(faces.face_pdf(issued[0], viewer=caller(request).person_id))


@room.read("/files/{file_id}", reader_applying, "上传的材料", "*/*")
def get_file(request: HttpRequest, file_id: Id) -> FileResponse:
    """Open an uploaded paper of a case or draft one may see."""
    opened = files.open_file(file_id=file_id, **who(request))
    return FileResponse(opened.content, content_type=opened.media_type, headers=opened.headers)

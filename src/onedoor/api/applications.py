"""A whole application in one call: begun, filled in, its papers given, signed, submitted and, if wanted, handed in."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from onedoor.api.answers import Answers, typed
from onedoor.api.cases import CaseOut, row
from onedoor.api.doors import applicant, caller, who
from onedoor.api.problems import Fault, pointer
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Text, Told
from onedoor.api.sendings import one_handed_in
from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.queries import Draft
from onedoor.platform.catalog.forms import Section
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import AssuranceTooLow, InvalidInput, OneDoorError, StaleVersion

room = Room("drafts")


class ApplicationPaperIn(Told):
    """一份材料：事先为这份草稿分段上传的文件。A paper: a file that was sent in parts beforehand."""

    code: Line
    upload: UUID


class ApplicationIn(Told):
    """
    一次交齐的申请：为谁、各屏的回答、材料、签署的授权。A whole application: for whom, every section, papers, consents.

    已有没提交的草稿时，写明草稿编号和读到的修订号；没写的屏按草稿里的提交。Where a draft is open, `draft` and the `revision` that was
    read name it, and sections not sent are submitted as they stand in it.
    """

    item: Line
    applicant: Id | None = None
    draft: UUID | None = None
    revision: Id | None = None
    opinion: Text = ""
    sections: dict[str, Answers]
    papers: list[ApplicationPaperIn] = []
    consents: list[Line] = []
    delivery: Line = "electronic"
    hand_in: bool = False
    keep_draft: bool = False


class ApplicationOut(Told):
    """提交了的办件；要求保留草稿而没有通过时，草稿和原因。The case; or the draft that was kept, and why it did not go through."""

    case: CaseOut | None
    draft: UUID
    code: str
    problems: list[Fault]


@room.write("/applications", applicant, "一次提交整份申请", ApplicationOut)
def apply(request: HttpRequest, sent: ApplicationIn) -> dict[str, Any]:
    """
    Do what beginning, saving each section, giving papers, signing, submitting and handing in would do, in one transaction.

    What does not go through leaves nothing behind; with `keep_draft` what was filled in stays as a draft and the answer says why.
    """
    acting = who(request)
    draft = _filled_in(request, sent, acting)
    told: dict[str, Any] = {"draft": draft.pk, "case": None, "code": "", "problems": []}
    try:
        case = _handed_over(request, sent, draft, acting)
    except AssuranceTooLow:
        raise
    except OneDoorError as refusal:
        faults = _by_section(draft, refusal.by_field)
        if not sent.keep_draft:
            raise InvalidInput(faults) if isinstance(refusal, InvalidInput) else refusal from None
        audit.record_refusal(refusal.code, path=request.path, **acting)
        problems = [{"pointer": pointer(path), "detail": detail} for path, detail in faults.items()]
        return told | {"code": refusal.code, "problems": problems}
    return told | {"case": row(case)}


def _filled_in(request: HttpRequest, sent: ApplicationIn, acting: Mapping[str, Any]) -> Draft:
    """Return the draft with every section that was sent in it. What nobody asks for is refused here, nothing is kept then."""
    person = caller(request).require_person()
    wanted = sent.applicant if sent.applicant is not None else person
    draft = _begun(sent, wanted, acting)
    identity_operations.record_opinion(ward_id=wanted, reference=draft.target, text=sent.opinion, **acting)
    for definition in _sections(draft, sent.sections):
        draft = _saved(draft, definition, sent.sections[definition.code], acting)
    if set(sent.consents) - {one.code for one in draft.item_version.item.consents}:
        raise InvalidInput({"consents": "没有这一份授权，请对照事项核对。"})
    return draft


def _handed_over(request: HttpRequest, sent: ApplicationIn, draft: Draft, acting: Mapping[str, Any]) -> Any:
    """Give the papers, sign, submit and, if wanted, hand in. What was given and signed before a refusal may stay in the draft."""
    for paper in sent.papers:
        with transaction.atomic():
            _give(request, draft, paper, acting)
    if sent.consents:
        _sign(draft, frozenset(sent.consents), acting)
    if sent.papers or sent.consents:
        draft = queries.get_draft(draft_id=draft.pk, actor=acting["actor"], on=clock.today())
    with transaction.atomic():
        case = operations.submit_draft(draft_id=draft.pk, revision=draft.revision, delivery=sent.delivery, **acting)
        return operations.hand_in_case(case_id=case.pk, **acting) if sent.hand_in else case


def _begun(sent: ApplicationIn, applicant_id: int, acting: Mapping[str, Any]) -> Draft:
    """
    Return a new draft, or the open one that was named with the revision that was read.

    :raises DraftOpen: there is an open draft that was not named; nobody submits what they have not seen.
    :raises InvalidInput: of `draft` and `revision` only one was sent; the open draft is another one, or there is none.
    :raises StaleVersion: it was changed since it was read.
    """
    if (sent.draft is None) != (sent.revision is None):
        raise InvalidInput({"revision" if sent.draft else "draft": "草稿编号（draft）和修订号（revision）要一起写。"})
    named = sent.draft is not None
    draft = operations.start_draft(item_code=sent.item, applicant_id=applicant_id, take_up=named, **acting)
    if named and draft.pk != sent.draft:
        raise InvalidInput({"draft": "没有这份草稿，或者它不是这个人这个事项的草稿，请重新读取草稿核对。"})
    if named and draft.revision != sent.revision:
        raise StaleVersion
    return draft


def _sections(draft: Draft, sent: Iterable[str]) -> list[Section]:
    """:raises InvalidInput: the form has no section of that name."""
    known = draft.item_version.item.form.sections
    unknown = sorted(set(sent) - {one.code for one in known})
    if unknown:
        raise InvalidInput({f"sections.{code}": "表单里没有这一屏，请对照事项的表单核对。" for code in unknown})
    return [one for one in known if one.code in sent]


def _saved(draft: Draft, definition: Section, sent: Answers, acting: Mapping[str, Any]) -> Draft:
    """:raises InvalidInput: an answer is not of a shape the question has, or nobody asks for it."""
    known = queries.known_answers(draft=draft, actor=acting["actor"], on=clock.today())
    try:
        form = typed(definition, sent)
    except InvalidInput as refusal:
        faults = {f"sections.{definition.code}.{path}": detail for path, detail in refusal.by_field.items()}
        raise InvalidInput(faults) from None
    cleaned = read_section(definition, form, known=draft.answers, offered=known)
    return operations.save_section(
        draft_id=draft.pk, revision=draft.revision, section=definition.code, cleaned=cleaned, **acting
    )


def _give(request: HttpRequest, draft: Draft, paper: ApplicationPaperIn, acting: Mapping[str, Any]) -> None:
    def attach(name: str, content: Any) -> Any:
        return operations.attach_material(
            draft_id=draft.pk, case_id=None, material=paper.code, content=content, name=name, **acting
        )

    one_handed_in(request, None, paper.upload, attach)


def _sign(draft: Draft, codes: Collection[str], acting: Mapping[str, Any]) -> None:
    """Sign consents for everybody the caller may sign for; whose is still missing is told when the draft is submitted."""
    for one in queries.needed_consents(draft=draft, on=clock.today(), **acting):
        if one.request.code in codes and not one.signed:
            with suppress(*identity.NO_MANDATE):
                operations.sign_consent(draft_id=draft.pk, consent=one.request.code, id_number=one.id_number, **acting)


def _by_section(draft: Draft, faults: Mapping[str, str]) -> dict[str, str]:
    """Return faults by their path in the body that was sent; what is about no answer keeps its own."""
    form = draft.item_version.item.form
    sections = {field.code: section.code for section in form.sections for field in section.fields}
    told = {}
    for path, detail in faults.items():
        section = sections.get(path.split(".")[0])
        told[f"sections.{section}.answers.{path}" if section else path] = detail
    return told

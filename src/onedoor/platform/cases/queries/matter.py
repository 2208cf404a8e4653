"""The matter of a case: people, answers, papers, documents, notices. The caller has fetched the case through a checked door."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from onedoor.platform.audit import queries as record
from onedoor.platform.audit.queries import Proof
from onedoor.platform.cases import applications, handlers
from onedoor.platform.cases.access import CaseNotFound, rows_of
from onedoor.platform.cases.documents import DECISIONS, is_as_issued, require_as_issued
from onedoor.platform.cases.forms.binding import division_codes
from onedoor.platform.cases.forms.kinds import spoken
from onedoor.platform.cases.forms.masking import mask
from onedoor.platform.cases.models import (
    AnswerSources,
    Case,
    CaseDocument,
    CasePerson,
    Draft,
    Material,
    Objection,
    PublicNotice,
)
from onedoor.platform.cases.operations.desk import asked_materials
from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.certificates.queries.holding import EndedUse
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound
from onedoor.standards.judgement import Judgement


class DocumentNotFound(NotFound):
    code, message = "cases.document_not_found", "没有找到该文书，请从办件页面打开。"


@dataclass(frozen=True)
class AskedPaper:
    """A paper asked for in a supplement notice, and what has been given for it since."""

    definition: PaperDefinition
    given: Sequence[Material]


@dataclass(frozen=True)
class SpokenRow:
    """
    One answer as people read it; a table has rows of (label, value).

    `source` is who else knows it; `differs` tells that something else was declared, `offered` what they know,
    `reason` why the applicant says that it is wrong.
    """

    label: str
    value: str
    table: Sequence[Sequence[tuple[str, str]]] = ()
    source: str = ""
    differs: bool = False
    offered: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SpokenSection:
    title: str
    rows: Sequence[SpokenRow]


def holder_of(case: Case) -> str:
    """Return the organ that has the case now, never a person (R-CASE-6)."""
    if case.state == "supplement_wait":
        return "等待申请人补齐材料"
    if case.state in ("deciding", "certifying", "granted", "denied", "delivering", "completed"):
        return case.deciding_organization.name
    return case.receiving_organization.name


def documents_of(case: Case) -> list[CaseDocument]:
    """Return the notices and decisions of a case, newest first."""
    return sorted(case.documents.all(), key=lambda one: -one.pk)


@dataclass(frozen=True)
class Decided:
    """What a case came to, in the words of its decision."""

    document: CaseDocument
    good: bool
    sentences: Sequence[str]
    rows: Sequence[tuple[str, str]]
    advice: Sequence[str]
    taken_back: bool  # by a later decision: revoked, cancelled or withdrawn


def decided(case: Case, *, taken_back: bool) -> Decided | None:
    """
    Return the newest decision of a case as its letter words it; None while there is none, and for a letter that is no
    longer what was signed. No query.
    """
    document = next((one for one in documents_of(case) if one.kind in DECISIONS), None)
    if document is None or not is_as_issued(document):
        return None
    content = document.content
    return Decided(
        document=document,
        good=document.kind in (CaseDocument.Kind.GRANT, CaseDocument.Kind.SILENT_GRANT),
        sentences=content["paragraphs"],
        rows=[(label, value) for label, value in content["rows"]],
        advice=content["advice"],
        taken_back=taken_back,
    )


def get_document(case: Case, *, document_id: int) -> CaseDocument:
    """:raises DocumentNotFound: this case has no such document."""
    document = case.documents.filter(pk=document_id).first()
    if document is None:
        raise DocumentNotFound
    return document


def latest_document(case: Case, kind: str) -> CaseDocument | None:
    return next((one for one in documents_of(case) if one.kind == kind), None)


def receipt_of(case: Case) -> CaseDocument:
    """:raises DocumentNotFound: cannot happen for a submitted case."""
    receipt = latest_document(case, CaseDocument.Kind.RECEIPT)
    if receipt is None:
        raise DocumentNotFound
    return receipt


@dataclass(frozen=True)
class DocumentCheck:
    """The answer about a document: what its row says of it, and whether everything in it is what was signed."""

    document: CaseDocument
    is_as_signed: bool

    @property
    def organ(self) -> str:
        """Return the organ that signed; "" when the content cannot be believed."""
        return str(self.document.content["organ"]) if self.is_as_signed else ""

    @property
    def can_be_proved(self) -> bool:
        return self.is_as_signed and _can_be_proved(self.document)


def verify_document(*, token: str) -> DocumentCheck | None:
    """
    Check the document whose printed check token this is (32 hexadecimal digits of its digest), for anybody.

    The content comes apart from the row: one that somebody changed so that it cannot be read gets an answer too.
    """
    document = _document_with(token)
    return None if document is None else DocumentCheck(document, is_as_issued(document))


def _document_with(token: str) -> CaseDocument | None:
    if len(token) != 32:
        return None
    found = CaseDocument.objects.filter(digest__startswith=token.lower()).defer("content")
    return found.select_related("case__item_version").first()


_RECORDED_BY = {
    CaseDocument.Kind.RECEIPT: "cases.submit",
    CaseDocument.Kind.GRANT: "cases.decide",
    CaseDocument.Kind.DENIAL: "cases.decide",
    CaseDocument.Kind.SILENT_GRANT: "cases.mind_silence",
}


def _can_be_proved(document: CaseDocument) -> bool:
    """Tell whether documents of this kind are in the sealed record by their digest: receipts and decisions."""
    return document.kind in _RECORDED_BY


def provable_document(*, token: str) -> CaseDocument:
    """
    Return the document with this check token, to be proved.

    :raises DocumentNotFound: there is none, or its kind is not proved.
    :raises DocumentChanged: it is not what was signed; the record proves what was.
    """
    document = _document_with(token)
    if document is None or not _can_be_proved(document):
        raise DocumentNotFound
    require_as_issued(document)
    return document


def proof_of(document: CaseDocument) -> Proof | None:
    """Return the proof that a receipt or decision is in the sealed record; None until the next seal, or never."""
    if not _can_be_proved(document):
        return None
    event = _RECORDED_BY[CaseDocument.Kind(document.kind)]
    return record.prove(target=document.case.target, event=event, digest=document.digest)


def asked_papers(case: Case) -> list[AskedPaper]:
    """Return what the latest supplement notice asks for, while the case waits for it."""
    if case.state != "supplement_wait":
        return []
    item = case.item_version.item
    given: dict[str, list[Material]] = {}
    for paper in case.materials.filter(round=case.supplement_round):
        given.setdefault(paper.code, []).append(paper)
    definitions = [item.material(code) for code in asked_materials(case)]
    return [AskedPaper(paper, given.get(paper.code, [])) for paper in definitions if paper is not None]


def materials_of(owner: Case | Draft) -> list[Material]:
    """Return the papers of a case or draft in the order they were given."""
    return list(owner.materials.select_related("file").order_by("round", "id"))


def ended_certificates(case: Case, *, at: datetime) -> list[EndedUse]:
    """Return the certificates that stood in for papers of the case and hold no longer."""
    return certificates.ended_uses(target=case.target, at=at) if getattr(case, "has_certificates", True) else []


def people_of(case: Case) -> list[CasePerson]:
    """Return the people named in the application, in the order of the form."""
    return list(rows_of(case, "people").select_related("person").order_by("role", "row"))


def ward_opinion(case: Case) -> str:
    """Return what a ward has said about the application a guardian made for them, "" if nothing."""
    if case.agent_id is None:
        return ""
    draft = Draft.objects.filter(submitted_as=case).values_list("pk", flat=True).first()
    return identity.ward_opinion(f"draft:{draft}") if draft else ""


def declared_sections(case: Case) -> list[SpokenSection]:
    """Return what the applicant declared, section by section, as an officer reads it: numbers of people masked."""
    answers = case.declared.content
    if not answers:  # begun by an organ: nobody has declared anything
        return []
    kept: AnswerSources | None = getattr(case, "answer_sources", None)  # most answers are known from nowhere else
    sections = case.item_version.item.form.shown_sections(answers)
    return speak(sections, answers, sources=kept.content if kept else {}, shown=())


def sources_of(draft: Draft) -> dict[str, dict[str, Any]]:
    """Return where the answers of a draft come from, as its case will keep it; the caller has checked the actor."""
    return applications.sources_of(draft, draft.answers)


def speak(
    sections: Sequence[Section],
    answers: dict[str, Any],
    *,
    sources: Mapping[str, Mapping[str, Any]] | None = None,
    shown: Collection[str] | None = None,
) -> list[SpokenSection]:
    """
    Return answers as people read them with their sources, leaving out what was not asked. One query for places.

    `shown` names the masked answers that are shown whole ("members.id_number"); None shows all, for their owner.
    """
    names = division_names([field for section in sections for field in section.fields], answers)
    return [
        SpokenSection(
            section.title,
            [
                _speak_field(field, answers, names, (sources or {}).get(field.code, {}), shown)
                for field in section.fields
                if field.shown_when is None or field.shown_when.holds(answers)
            ],
        )
        for section in sections
    ]


def division_names(fields: Sequence[FormField], answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the full name of every division that stands in these answers, by code. One query, or none."""
    return {row.code: row.full_name for row in identity.divisions_with(division_codes(fields, answers))}


def _speak_field(
    field: FormField,
    answers: dict[str, Any],
    names: Mapping[str, str],
    kept: Mapping[str, Any],
    shown: Collection[str] | None,
) -> SpokenRow:
    def words(one: FormField, value: Any, path: str) -> str:
        return covered(one, spoken(one, value, names), path)

    def covered(one: FormField, text: str, path: str) -> str:
        return text if shown is None or path in shown else mask(one, text)

    value, rows = answers.get(field.code), []
    said = f"{len(value or [])} 行" if field.type == "table" else words(field, value, field.code)
    if field.type == "table":
        rows = [
            [(one.label, words(one, row.get(one.code), f"{field.code}.{one.code}")) for one in field.columns]
            for row in value or []
        ]
    return SpokenRow(
        field.label,
        said,
        rows,
        source="，".join(part for part in (kept.get("source", ""), kept.get("as_of", "")) if part),
        differs=bool(kept.get("changed")),
        offered=covered(field, kept["offered"], field.code) if kept.get("offered") else "",
        reason=kept.get("reason", ""),
    )


def notices_of(case: Case) -> list[PublicNotice]:
    """Return the public notices of a case with their objections, newest first."""
    return list(rows_of(case, "notices").prefetch_related("objections").order_by("-id"))


def open_notice(case: Case, *, step: str) -> PublicNotice | None:
    return case.notices.filter(step=step, closed_at__isnull=True).first()


def notice_preview(case: Case, *, on: date) -> list[list[str]]:
    """Return the masked lines a notice of this case would show."""
    handler = handlers.for_item(case.item_code)
    return handler.notice_lines(case, on) if handler.notice_lines else []


def judge_now(case: Case, *, on: date) -> Judgement:
    """Return what the item's rule says with the facts known today; nothing is stored."""
    return handlers.judge(case, on)


def get_objection(*, objection_id: int, actor: Actor) -> Objection:
    """:raises CaseNotFound: there is none, or it is not within the actor's reach; both look alike."""
    objection = (
        Objection.objects.select_related("notice__case__applicant", "notice__case__receiving_organization")
        .filter(pk=objection_id)
        .first()
    )
    if objection is None or not actor.may(
        "cases.review", division=objection.notice.division, line=objection.notice.case.line
    ):
        raise CaseNotFound
    return objection

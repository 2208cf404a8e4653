"""Notices and decisions of a case: structured content, numbered and signed; the PDF is drawn from it on demand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from onedoor.platform.cases.models import Case, CaseDocument
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import Signature, TamperedValue, UnknownKey, canonical_json, sign, sm3, verify
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.numbers import next_number
from onedoor.standards.document_numbers import document_number

TEMPLATE = "document.1"
REVIEW_ORGAN, COURT = "〈复议机关〉", "〈法院〉"  # `issue` puts the names of the organ's place in their stead
# Administrative Reconsideration Law arts. 20, 24 and 25, Administrative Litigation Law arts. 14, 15 and 46.
NAMED_REVIEW_ORGAN, NAMED_COURT = "remedy.review_organ", "remedy.court"
NATION = 1  # level of a division
LOWEST_COURT = 4  # there is neither a court nor an organ of review below the county
REMEDIES = (
    f"如不服本决定，可以自收到本决定书之日起六十日内向{REVIEW_ORGAN}申请行政复议。",
    f"也可以自收到本决定书之日起六个月内依法向{COURT}提起行政诉讼。",
)

# What has to reach its recipient by an act of service: decisions, and the notices whose limit runs from receipt or up to what they tell.
DECISIONS = (
    CaseDocument.Kind.GRANT,
    CaseDocument.Kind.SILENT_GRANT,
    CaseDocument.Kind.DENIAL,
    CaseDocument.Kind.REVOCATION,
    CaseDocument.Kind.CANCELLATION,
    CaseDocument.Kind.PENALTY,
)
NOTICES = (
    CaseDocument.Kind.SUPPLEMENT,
    CaseDocument.Kind.HEARING_RIGHT,
    CaseDocument.Kind.HEARING_NOTICE,
    CaseDocument.Kind.INTENT,
)

_SERIES = {
    CaseDocument.Kind.RECEIPT: "收",
    CaseDocument.Kind.SUPPLEMENT: "补",
    CaseDocument.Kind.ACCEPTANCE: "受",
    CaseDocument.Kind.TOLERANCE: "容",
    CaseDocument.Kind.REFUSAL: "不受",
    CaseDocument.Kind.RETURN: "退",
    CaseDocument.Kind.NOTICE: "示",
    CaseDocument.Kind.EXTENSION: "延",
    CaseDocument.Kind.GRANT: "准",
    CaseDocument.Kind.SILENT_GRANT: "默准",
    CaseDocument.Kind.LIMIT_MISSED: "逾告",
    CaseDocument.Kind.DENIAL: "不准",
    CaseDocument.Kind.WITHDRAWAL: "撤",
    CaseDocument.Kind.NO_NEED: "无",
    CaseDocument.Kind.SPECIAL: "特",
    CaseDocument.Kind.TERMINATION: "终",
    CaseDocument.Kind.TRANSFER: "转",
    CaseDocument.Kind.HEARING_RIGHT: "听告",
    CaseDocument.Kind.HEARING_NOTICE: "听通",
    CaseDocument.Kind.HEARING_RECORD: "听录",
    CaseDocument.Kind.INTENT: "撤告",
    CaseDocument.Kind.REVOCATION: "撤决",
    CaseDocument.Kind.CANCELLATION: "注决",
    CaseDocument.Kind.PENALTY: "吊决",
    CaseDocument.Kind.BREACH: "诺告",
    CaseDocument.Kind.SERVICE: "达",
}


@dataclass(frozen=True)
class Letter:
    """The content of a document: paragraphs, titled parts (facts, reasons), rows of label and value, points, remedies."""

    paragraphs: Sequence[str]
    parts: Sequence[tuple[str, Sequence[str]]] = ()
    rows: Sequence[tuple[str, str]] = ()
    points: Sequence[str] = ()
    advice: Sequence[str] = ()  # what the recipient can do besides the remedies
    remedies: Sequence[str] = ()
    trace: Sequence[dict[str, Any]] = field(default=())


def issue(
    case: Case, kind: CaseDocument.Kind, letter: Letter, *, organization: Organization, at: datetime
) -> CaseDocument:
    """Number, sign and store a document of a case. The numbers of an organ run without gaps within a year."""
    year = day_of(at).year
    # Counted by what is printed, so that two organs of one short name never give out the same number.
    running = next_number(f"document:{organization.short_name}{_SERIES[kind]}:{year}")
    number = document_number(organization.short_name, _SERIES[kind], year, running)
    content = {
        "template": TEMPLATE,
        "organ": organization.name,
        "number": number,
        "title": kind.label,
        "recipient": case.applicant.name,
        "case_number": case.number,
        "item": case.item_version.title,
        "date": day_of(at).isoformat(),
        "at": at.isoformat(),
        "paragraphs": list(letter.paragraphs),
        "parts": [[title, list(lines)] for title, lines in letter.parts if lines],
        "rows": [list(row) for row in letter.rows],
        "points": list(letter.points),
        "advice": list(letter.advice),
        "remedies": named(letter.remedies, organization, on=day_of(at)),
        "trace": list(letter.trace),
    }
    digest = sm3(canonical_json(content))
    return CaseDocument.objects.create(
        case=case,
        kind=kind,
        template=TEMPLATE,
        number=number,
        title=kind.label,
        content=content,
        digest=digest.hex(),
        signature=sign(digest, signer="issuer").as_text(),
        issued_at=at,
    )


class DocumentChanged(OneDoorError):
    code, http_status, message = (
        "cases.document_changed",
        409,
        "这份文书现在的内容与签发时不一致，不能使用。请保留您手里原来的文书，并联系制发机关核对。",
    )


def is_as_issued(document: CaseDocument) -> bool:
    """
    Tell whether a document still is what was signed: its content by digest and signature, its row by its content.

    The signature is checked with the key it was made with, which stays in the keys directory after it is succeeded.
    """
    try:
        content = document.content
        digest = sm3(canonical_json(content))
        signed = verify(digest, Signature.parse(document.signature))
    except (TamperedValue, UnknownKey, TypeError):  # content or signature cannot even be read
        return False
    row = (document.number, document.title, document.case.number, document.issued_at)
    told = (content["number"], content["title"], content["case_number"], datetime.fromisoformat(content["at"]))
    return signed and digest.hex() == document.digest and row == told


def require_as_issued(document: CaseDocument) -> None:
    """:raises DocumentChanged: it is not what was signed."""
    if not is_as_issued(document):
        raise DocumentChanged


def named(remedies: Sequence[str], organization: Organization, *, on: date) -> list[str]:
    """
    Put the names of the organ of review and of the court into the remedies.

    The parameters `remedy.review_organ` and `remedy.court` of the place say them; without these they are the people's
    government of the county (of the organ's own level above it) and the court of that place.
    """
    if not remedies:
        return []
    chain = identity.chain(organization.division_id)
    place = organization.division
    while place.level > LOWEST_COURT and place.parent is not None:
        place = place.parent
    if place.level == NATION:  # a department of the State Council reviews itself; an intermediate court hears the case
        return [
            line.replace(REVIEW_ORGAN, organization.name).replace(COURT, "有管辖权的中级人民法院") for line in remedies
        ]
    organ, court = parameters.figures(NAMED_REVIEW_ORGAN, NAMED_COURT, chain=chain, on=on)
    organ, court = organ or f"{place.full_name}人民政府", court or f"{place.full_name}人民法院"
    return [line.replace(REVIEW_ORGAN, organ).replace(COURT, court) for line in remedies]

"""Notices and decisions of a case: structured content, numbered and signed; the PDF is drawn from it on demand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from onedoor.platform.cases.models import Case, CaseDocument
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sign, sm3
from onedoor.platform.kernel.numbers import next_number
from onedoor.standards.document_numbers import document_number

# Administrative Reconsideration Law art. 20, Administrative Litigation Law art. 46.
REMEDIES = (
    "如不服本决定，可以自收到本决定书之日起六十日内向上一级民政部门或者本级人民政府申请行政复议。",
    "也可以自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。",
)

_SERIES = {
    CaseDocument.Kind.RECEIPT: "收",
    CaseDocument.Kind.SUPPLEMENT: "补",
    CaseDocument.Kind.ACCEPTANCE: "受",
    CaseDocument.Kind.REFUSAL: "不受",
    CaseDocument.Kind.RETURN: "退",
    CaseDocument.Kind.NOTICE: "示",
    CaseDocument.Kind.EXTENSION: "延",
    CaseDocument.Kind.GRANT: "准",
    CaseDocument.Kind.DENIAL: "不准",
    CaseDocument.Kind.WITHDRAWAL: "撤",
    CaseDocument.Kind.NO_NEED: "无",
    CaseDocument.Kind.SPECIAL: "特",
    CaseDocument.Kind.TERMINATION: "终",
}


@dataclass(frozen=True)
class Letter:
    """The content of a document: paragraphs, then a list of label and value, numbered points, remedies."""

    paragraphs: Sequence[str]
    rows: Sequence[tuple[str, str]] = ()
    points: Sequence[str] = ()
    remedies: Sequence[str] = ()
    trace: Sequence[dict[str, Any]] = field(default=())


def issue(
    case: Case, kind: CaseDocument.Kind, letter: Letter, *, organization: Organization, at: datetime
) -> CaseDocument:
    """Number, sign and store a document of a case. The numbers of an organ run without gaps within a year."""
    year = day_of(at).year
    running = next_number(f"document:{organization.pk}:{kind}:{year}")
    number = document_number(organization.short_name, _SERIES[kind], year, running)
    content = {
        "organ": organization.name,
        "number": number,
        "title": kind.label,
        "recipient": case.applicant.name,
        "case_number": case.number,
        "item": case.item_version.title,
        "date": day_of(at).isoformat(),
        "at": at.isoformat(),
        "paragraphs": list(letter.paragraphs),
        "rows": [list(row) for row in letter.rows],
        "points": list(letter.points),
        "remedies": list(letter.remedies),
        "trace": list(letter.trace),
    }
    digest = sm3(canonical_json(content))
    return CaseDocument.objects.create(
        case=case,
        kind=kind,
        number=number,
        title=kind.label,
        content=content,
        digest=digest.hex(),
        signature=sign(digest, signer="issuer").as_text(),
        issued_at=at,
    )

"""What the cases room holds about people, and what of it they are given; papers and letters go out as files."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import Q

from onedoor.platform.cases import drawing
from onedoor.platform.cases.models import CaseDocument, Material
from onedoor.platform.files import storage
from onedoor.platform.files.models import StoredFile
from onedoor.platform.kernel.holdings import Holding, Piece, Withheld

HOLDINGS = (
    Holding(
        "cases.Case",
        (
            *("number", "query_code", "item_code", "receiving_organization__name", "deciding_organization__name"),
            *("applicant__name", "agent__name", "delivery", "channel", "state", "result", "submitted_at"),
            *("received_at", "accepted_at", "decided_at", "completed_at"),
        ),
        by=("applicant",),
    ),
    Holding("cases.CaseAnswers", ("case__number", "content"), by=("case__applicant",)),
    Holding("cases.CasePerson", ("case__item_code", "role"), by=("person",)),
    Holding(
        "cases.Action",
        ("case__number", "seq", "kind", "step", "from_state", "to_state", "organization_name", "channel", "at"),
        by=("case__applicant",),
    ),
    Holding(
        "cases.Material",
        (
            *("case__number", "draft_id", "code", "title", "source", "proof", "as_of", "valid_until", "given_at"),
            *("checked_at", "replaced_at", "file_id"),
        ),
        by=("case__applicant", "draft__applicant"),
    ),
    Holding("cases.CaseDocument", ("case__number", "kind", "number", "title", "issued_at"), by=("case__applicant",)),
    Holding(
        "cases.Draft",
        ("pk", "item_version__code", "applicant__name", "answers", "typed", "created_at", "saved_at", "expires_at"),
        by=("applicant",),
        where=Q(submitted_as=None),
    ),
    Holding("cases.KnownFact", ("draft_id", "path", "value", "source", "as_of"), by=("draft__applicant",)),
    Holding(
        "cases.Signatory",
        ("draft__item_version__code", "role", "state", "phone", "asked_at", "due_on", "signed_at", "level", "way"),
        by=("person",),
    ),
    Holding(
        "cases.Commitment",
        ("case__number", "paper__title", "told", "text", "liability", "method", "signed_at", "due_on", "state"),
        by=("signer", "case__applicant"),
    ),
    Holding(
        "cases.CreditRecord",
        (
            *("case__number", "told_at", "heard_until", "statement", "stated_at", "state", "reason", "settled_at"),
            *("repair", "repaired_at"),
        ),
        by=("person",),
    ),
    Holding("cases.Explanation", ("conflict__label", "text", "at"), by=("person",)),
    Holding(
        "cases.SubjectRequest",
        ("kind", "state", "received_at", "answered_at", "deleted_drafts", "restricted_at"),
        by=("person",),
    ),
    Withheld("cases.WantedSignature", "只是等您签署授权的索引，要签的授权书在“待我签署”里看。"),
    Withheld("cases.EarlyDraft", "没有登录先填的表不属于任何人，凭草稿码打开。"),
    Withheld("cases.CaseAddress", "只是地址比对的索引，地址本身在“申报内容”里。"),
)


def files_of(person_id: int, at: datetime) -> Iterator[Piece]:
    """Yield the papers a person has given with their own applications, and the letters they were sent."""
    own = Q(case__applicant_id=person_id) | Q(draft__applicant_id=person_id)
    found = Material.objects.filter(own, file__isnull=False, reused_from=None).select_related("file")
    for paper in found.order_by("pk"):
        if paper.file is not None and paper.file.may_be_opened:
            ending = paper.file.media_type.rpartition("/")[2].replace("jpeg", "jpg")
            yield Piece("材料", f"{paper.pk}-{paper.title}.{ending}", _content(paper.file))
    for letter in CaseDocument.objects.filter(case__applicant_id=person_id).order_by("pk"):
        yield Piece("文书", f"{letter.pk}-{letter.title}.pdf", _drawn(letter))


def _content(file: StoredFile) -> Callable[[], bytes]:
    return lambda: storage.open_content(file.digest, file.file_key).read()


def _drawn(letter: CaseDocument) -> Callable[[], bytes]:
    return lambda: drawing.document_pdf(letter)

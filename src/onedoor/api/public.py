"""For everybody: follow a case by its code, public notices and objections, whether a document is genuine and on record."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from onedoor.api.doors import anybody, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, whole
from onedoor.platform.cases import operations, queries
from onedoor.platform.certificates import operations as certifying
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.certificates import statements
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotFound

room = Room("public")
check_door = anybody(most=120, name="check")


class LeftOut(Told):
    """还剩多少：一句话和灯的颜色。What is left of a limit: in words, and as a lamp."""

    words: str
    lamp: str


class ClockOut(Told):
    """一个时限。A running limit."""

    kind: str
    label: str
    due_on: date
    due_at: datetime | None
    left: LeftOut
    paused: bool
    provisional: bool


class ProgressIn(Told):
    """查询码和申请人证件号后四位。The query code and the last four characters of the applicant's number."""

    query_code: Line
    last_four: Line


class ProgressOut(Told):
    """办件进度，不含个人信息。How a case stands, without personal data."""

    number: str
    title: str
    state: str
    state_title: str
    holder: str
    submitted_at: datetime
    clocks: list[ClockOut]


class NoticeOut(Told):
    """一份公示。A public notice; its lines are masked."""

    id: int
    title: str
    lines: list[list[str]]
    division: str
    posted_on: date
    last_day: date


class ObjectionIn(Told):
    """对公示的异议。An objection to a notice."""

    text: Text
    contact: Line = ""


class Done(Told):
    """已办理。It is done."""

    done: bool = True


class CheckOut(Told):
    """证照核验结果，持证人姓名隐去部分。The answer about a certificate; names of persons masked."""

    identifier: str
    title: str
    number: str
    holders: list[str]
    issuer_name: str
    issued_on: date | None
    valid_from: date | None
    last_valid_on: date | None
    status: str
    word: str
    in_force: bool
    is_as_signed: bool
    imported_from: str
    checked_at: datetime


class DocumentCheckOut(Told):
    """文书核验结果。The answer about a document."""

    number: str
    title: str
    item: str
    organ: str
    issued_at: datetime
    is_as_signed: bool
    can_be_proved: bool


class RecordOut(Told):
    """文书的入册情况。Where a document stands in the sealed record."""

    sealed: bool
    seal: int | None
    record_number: int | None
    sealed_at: datetime | None
    stamped_at: datetime | None
    authority: str


class ShownOut(Told):
    """持证人出示的内容。What the holder of a certificate chose to show."""

    title: str
    number: str
    holder: str
    issuer_name: str
    word: str
    in_force: bool
    lines: list[list[str]]
    purpose: str
    seen_at: datetime


@room.ask(
    "/progress",
    anybody(most=30, name="progress"),
    "凭查询码查进度",
    ProgressOut,
    why="it reads; the query code stays out of the address",
)
def progress(request: HttpRequest, asked: ProgressIn) -> dict[str, Any]:
    """Follow a case without an account."""
    found = queries.progress_by_code(query_code=asked.query_code, last_four=asked.last_four)
    return {
        "number": found.number,
        "title": found.item_version.title,
        "state": found.state,
        "state_title": found.get_state_display(),
        "holder": queries.holder_of(found),
        "submitted_at": found.submitted_at,
        "clocks": queries.clocks_of(found, at=clock.now()),
    }


@room.read("/notices", anybody(), "公示", Page[NoticeOut])
def list_notices(request: HttpRequest, division: Line = identity.NATION) -> dict[str, Any]:
    """List the public notices that are up for a place and everything below it."""
    ranges = identity.subtree_range(identity.division(division).code, on=clock.today())
    return whole(queries.public_notices(divisions=ranges, on=clock.today()))


@room.read("/notices/{notice_id}", anybody(), "一份公示", NoticeOut)
def read_notice(request: HttpRequest, notice_id: Id) -> Any:
    """Read a public notice while it is up."""
    return queries.public_notice(notice_id=notice_id, on=clock.today())


@room.write("/notices/{notice_id}/objections", anybody(most=30, name="objection"), "对公示提出异议", Done)
def object_to_notice(request: HttpRequest, notice_id: Id, objection: ObjectionIn) -> dict[str, Any]:
    """Object to a notice, with or without a name."""
    operations.raise_objection(notice_id=notice_id, text=objection.text, contact=objection.contact, **who(request))
    return {"done": True}


@room.read("/certificate-keys", anybody(), "核验公钥", dict[str, Any])
def certificate_keys(request: HttpRequest) -> HttpResponse:
    """Publish the keys by which certificates and status lists are checked without this site."""
    return JsonResponse(statements.published_keys(), headers={"Cache-Control": "public, max-age=3600"})


@room.read("/certificate-statuses/{part}", anybody(), "证照状态清单", dict[str, Any])
def certificate_statuses(request: HttpRequest, part: Id) -> HttpResponse:
    """Publish the signed statuses of one part of the certificates."""
    found = statements.status_list(part=part, at=clock.now())
    return JsonResponse(found, headers={"Cache-Control": f"public, max-age={statements.STATUS_MAX_AGE}"})


@room.read("/certificate-checks/{token}", check_door, "核验证照", CheckOut)
def check_certificate(request: HttpRequest, token: Line) -> certificates.CertificateCheck:
    """Check a certificate by the code on it, or by its identifier, as it stands now."""
    found = certificates.verify(token=token, **who(request))
    if found is None:
        raise certificates.CertificateNotFound
    return found


@room.read("/document-checks/{token}", check_door, "核验文书", DocumentCheckOut)
def check_document(request: HttpRequest, token: Line) -> dict[str, Any]:
    """Check a notice, receipt or decision by the code on it."""
    checked = queries.verify_document(token=token)
    if checked is None:
        raise NotFound
    paper = checked.document
    return {
        "number": paper.number,
        "title": paper.title,
        "item": paper.case.item_version.title,
        "organ": checked.organ,
        "issued_at": paper.issued_at,
        "is_as_signed": checked.is_as_signed,
        "can_be_proved": checked.can_be_proved,
    }


@room.read("/document-checks/{token}/record", check_door, "文书入册证明", RecordOut)
def read_record(request: HttpRequest, token: Line) -> dict[str, Any]:
    """Tell under which number and seal a receipt or decision stands in the sealed record."""
    found = queries.proof_of(queries.provable_document(token=token))
    if found is None:
        nothing = dict.fromkeys(("seal", "record_number", "sealed_at", "stamped_at"))
        return {"sealed": False, "authority": "", **nothing}
    return {
        "sealed": True,
        "seal": found.seal,
        "record_number": found.number,
        "sealed_at": found.sealed_at,
        "stamped_at": found.stamped_at,
        "authority": found.authority,
    }


@room.read("/document-checks/{token}/proof", check_door, "入册证明文件", dict[str, Any])
def read_proof(request: HttpRequest, token: Line) -> dict[str, Any]:
    """Give the file that proves it, to be checked without this site."""
    found = queries.proof_of(queries.provable_document(token=token))
    if found is None:
        raise NotFound
    return found.file


@room.write("/show-codes/{code}/look", check_door, "查看出示的证照", ShownOut)
def look_at_shown(request: HttpRequest, code: Line) -> dict[str, Any]:
    """Use up a show code and see what the holder shows; it is good for one look within a minute."""
    show = certifying.see_shown(code=code, **who(request))
    return vars(certificates.shown_certificate(show=show, at=clock.now()))

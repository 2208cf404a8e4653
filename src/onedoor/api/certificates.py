"""Certificates for their officers: lists, one with its history, acts on it, checks in a batch, imports from an archive."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from onedoor.api.doors import caller, officer, who
from onedoor.api.rooms import PDF, Room, pdf
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, page, whole
from onedoor.platform.certificates import faces, operations, queries
from onedoor.platform.certificates.operations import ImportRow
from onedoor.platform.certificates.queries import Certificate
from onedoor.platform.kernel import clock
from onedoor.platform.registers import queries as registers

room = Room("certificates")
SEES, CERTIFIES, STOPS = officer("certificates.view"), officer("cases.certify"), officer("certificates.stop")
SIZE = 50


class CertificateOut(Told):
    """证照列表的一行，姓名隐去部分。A line of the list; names masked."""

    id: int
    identifier: str
    title: str
    number: str
    holders: list[str]
    issuer_name: str
    issued_on: date
    last_valid_on: date | None
    status: str
    word: str
    in_force: bool


class EventOut(Told):
    """证照上发生的一件事。Something that happened to a certificate."""

    operation: str
    at: datetime
    to_status: str
    reason: str
    basis: str


class CertificateWholeOut(Told):
    """证照全貌、经过和现在能办什么。The whole certificate, what happened to it, what may be done now."""

    identifier: str
    title: str
    number: str
    status: str
    case_number: str
    face: dict[str, Any]
    events: list[EventOut]
    may_certify: bool
    may_stop: bool


class GroundsIn(Told):
    """理由和依据。Reason and basis."""

    reason: Text
    basis: Line


class PrintIn(Told):
    """再次打印的理由。Why it is printed again."""

    reason: Text = ""


class BatchIn(Told):
    """要核验的标识，最多 1000 个。Identifiers to check, 1,000 at most."""

    references: list[Line]


class BatchLineOut(Told):
    """一个标识的核验结果。The answer about one identifier."""

    reference: str
    title: str
    number: str
    word: str
    in_force: bool


class ImportRowIn(Told):
    """档案里的一张证照。A certificate of the archive."""

    title: Line
    number: Line
    issuer_name: Line
    holders: list[Line]
    identifier: Line = ""
    issued_on: Day | None = None
    last_valid_on: Day | None = None


class ImportIn(Told):
    """从哪个档案导入哪些证照。What is imported, from which archive."""

    source: Line
    rows: list[ImportRowIn]


class ImportReportOut(Told):
    """导入结果。What came of an import."""

    batch: str
    waiting: int
    quarantined: int


class ImportedOut(Told):
    """导入的一张证照。An imported certificate."""

    id: int
    title: str
    number: str
    issuer_name: str
    identifier: str
    issued_on: date | None
    last_valid_on: date | None
    source: str
    state: str


class SettleImportIn(Told):
    """与卷宗核对的结论。What the comparison with the archive gave."""

    accept: bool
    note: Text


class RegisterOut(Told):
    """一本登记簿。A register."""

    code: str
    title: str
    columns: list[str]


class RegisterRowOut(Told):
    """登记簿的一行，姓名隐去部分。A line of a register, masked."""

    id: int
    number: str
    in_force: bool
    cells: list[str]


class HistoryOut(Told):
    """登记的一段沿革。An entry before or after this one."""

    number: str
    in_force_from: date
    in_force_to: date | None
    recorded_at: datetime
    end_recorded_at: datetime | None


class EntryOut(Told):
    """一条登记及其沿革。An entry with its history."""

    id: int
    number: str
    in_force_from: date
    in_force_to: date | None
    facts: list[list[str]]
    history: list[HistoryOut]
    case_number: str


@room.read("/certificates", SEES, "证照", Page[CertificateOut])
def list_certificates(
    request: HttpRequest, number: Line = "", status: Line = "", kind: Line = "", before: Id = 0
) -> dict[str, Any]:
    """List the certificates issued within reach, newest first."""
    filters = {"number": number.strip(), "status": status, "kind": kind, "before": before}
    found = queries.list_certificates(**filters, most=SIZE, **who(request))  # type: ignore[arg-type]
    return page(found, size=SIZE, cursor=lambda one: one.id, out=lambda one: one)


def _found(request: HttpRequest, identifier: str) -> Certificate:
    return queries.get_visible_certificate(identifier=identifier, **who(request))


@room.read("/certificates/{identifier}", SEES, "一张证照", CertificateWholeOut)
def get_certificate(request: HttpRequest, identifier: Line) -> dict[str, Any]:
    """Read a certificate with its face, what happened to it, and what may be done with it now."""
    return _whole(request, _found(request, identifier))


def _whole(request: HttpRequest, found: Certificate) -> dict[str, Any]:
    actor = caller(request)
    return {
        **{name: getattr(found, name) for name in ("identifier", "title", "number", "status", "case_number")},
        "face": faces.face_data(found),
        "events": queries.history_of(found),
        "may_certify": queries.may_certify(certificate=found, actor=actor),
        "may_stop": queries.may_stop(certificate=found, actor=actor),
    }


@room.read("/certificates/{identifier}/file", SEES, "证照文件", PDF)
def get_file(request: HttpRequest, identifier: Line) -> HttpResponse:
    """Draw a certificate as a signed PDF."""
    return pdf(faces.face_pdf(_found(request, identifier)))


def _after(request: HttpRequest, found: Certificate) -> CertificateWholeOut:
    found.refresh_from_db()
    return CertificateWholeOut.from_orm(_whole(request, found))


@room.write("/certificates/{identifier}/voiding", STOPS, "作废证照", CertificateWholeOut)
def void(request: HttpRequest, identifier: Line, sent: GroundsIn) -> CertificateWholeOut:
    """Declare a certificate void that was made by mistake; everybody who checks it sees it at once."""
    found = _found(request, identifier)
    operations.void_certificate(certificate_id=found.pk, **sent.dict(), **who(request))
    return _after(request, found)


@room.write("/certificates/{identifier}/suspension", STOPS, "暂扣证照", CertificateWholeOut)
def suspend(request: HttpRequest, identifier: Line, sent: GroundsIn) -> CertificateWholeOut:
    """Suspend a valid certificate."""
    found = _found(request, identifier)
    operations.suspend_certificate(certificate_id=found.pk, **sent.dict(), **who(request))
    return _after(request, found)


@room.write("/certificates/{identifier}/resumption", STOPS, "恢复证照", CertificateWholeOut)
def resume(request: HttpRequest, identifier: Line, sent: GroundsIn) -> CertificateWholeOut:
    """Let a suspended certificate hold again."""
    found = _found(request, identifier)
    operations.resume_certificate(certificate_id=found.pk, **sent.dict(), **who(request))
    return _after(request, found)


@room.write("/certificates/{identifier}/prints", CERTIFIES, "登记打印", CertificateWholeOut)
def record_print(request: HttpRequest, identifier: Line, sent: PrintIn) -> CertificateWholeOut:
    """Count one more paper copy, with a reason from the second on; the file is read at `/file`."""
    found = _found(request, identifier)
    operations.record_print(certificate_id=found.pk, reason=sent.reason, **who(request))
    return _after(request, found)


@room.write("/certificates/{identifier}/reissues", CERTIFIES, "补发证照", CertificateWholeOut)
def reissue(request: HttpRequest, identifier: Line, sent: GroundsIn) -> CertificateWholeOut:
    """Reissue a lost or damaged certificate: the next version, with every word as it was."""
    found = _found(request, identifier)
    made = operations.reissue_certificate(
        certificate_id=found.pk, case_number=found.case_number, **sent.dict(), **who(request)
    )
    return _after(request, made)


@room.ask(
    "/certificate-batches", SEES, "批量核验证照", Page[BatchLineOut], why="it reads; the list stays out of the address"
)
def check_batch(request: HttpRequest, sent: BatchIn) -> dict[str, Any]:
    """Check up to 1,000 identifiers at once, without personal data."""
    return whole(queries.verify_batch(references=sent.references, **who(request)))


@room.read("/certificate-imports", CERTIFIES, "导入的证照", Page[ImportedOut])
def list_imported(request: HttpRequest, batch: Line = "", state: Line = "", before: Id = 0) -> dict[str, Any]:
    """List what was imported from archives, and what waits for a comparison."""
    rows = queries.list_imported(actor=caller(request), batch=batch, state=state, before=before, most=SIZE)
    return page(rows, size=SIZE, cursor=lambda one: one.pk, out=lambda one: one)


@room.write("/certificate-imports", CERTIFIES, "导入历史证照", ImportReportOut)
def import_certificates(request: HttpRequest, sent: ImportIn) -> dict[str, Any]:
    """Import certificates from an archive; what cannot be trusted yet waits for a person."""
    rows = [ImportRow(**one.dict(exclude={"holders"}), holders=tuple(one.holders)) for one in sent.rows]
    place = caller(request).division
    report = operations.import_certificates(rows=rows, source=sent.source, division=place, **who(request))
    return {"batch": str(report.batch), "waiting": report.waiting, "quarantined": report.quarantined}


@room.read("/certificate-imports/{imported_id}", CERTIFIES, "导入的一张证照", ImportedOut)
def get_imported(request: HttpRequest, imported_id: Id) -> Any:
    """Read an imported certificate."""
    return queries.get_imported(imported_id=imported_id, **who(request))


@room.write("/certificate-imports/{imported_id}/settlement", CERTIFIES, "核对导入的证照", ImportedOut)
def settle_imported(request: HttpRequest, imported_id: Id, sent: SettleImportIn) -> ImportedOut:
    """Settle an imported certificate after comparing it with the archive."""
    queries.get_imported(imported_id=imported_id, **who(request))
    operations.settle_imported(imported_id=imported_id, **sent.dict(), **who(request))
    return ImportedOut.from_orm(queries.get_imported(imported_id=imported_id, **who(request)))


@room.read("/registers", officer("registers.view"), "登记簿", Page[RegisterOut])
def list_registers(request: HttpRequest) -> dict[str, Any]:
    """List the registers the post may see."""
    return whole(
        registers.visible_registers(actor=caller(request)),
        lambda one: {"code": one.code, "title": one.title, "columns": [column.title for column in one.columns]},
    )


@room.read("/registers/{code}", officer("registers.view"), "一本登记簿", Page[RegisterRowOut])
def list_entries(
    request: HttpRequest,
    code: Line,
    number: Line = "",
    on: Day | None = None,
    known_on: Day | None = None,
    before: Id = 0,
) -> dict[str, Any]:
    """List the entries of a register within reach, newest first; or what held `on` a day, as it was `known` on another."""
    view = registers.view_of(on=on, known=known_on, today=clock.today())
    _, rows = registers.list_entries(code=code, number=number, view=view, before=before, **who(request))
    return page(rows, size=registers.PAGE, cursor=lambda one: one.id, out=lambda one: one)


@room.read("/registers/{code}/{entry_id}", officer("registers.view"), "一条登记", EntryOut)
def get_entry(request: HttpRequest, code: Line, entry_id: Id) -> dict[str, Any]:
    """Read an entry with its history and the case that caused it."""
    found = registers.read_entry(code=code, entry_id=entry_id, **who(request))
    names = ("id", "number", "in_force_from", "in_force_to", "case_number")
    return {
        **{name: getattr(found, name) for name in names},
        "facts": [list(fact) for fact in found.facts],
        "history": found.history,
    }

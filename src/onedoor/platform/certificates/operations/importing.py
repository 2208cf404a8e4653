"""Take in certificates of before this platform and of other issuers: nothing is dropped, nothing is believed unseen."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.models import Certificate, ImportedCertificate
from onedoor.platform.certificates.queries.imported import ImportedNotFound
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.standards.certificate_ids import parse_certificate_id

State = ImportedCertificate.State
PERMISSION = "cases.certify"
MOST_IN_AN_IMPORT = 5000
SHORTEST_NOTE = 10  # characters: which record was compared, with what result


class ImportedSettled(OneDoorError):
    code, http_status = "certificates.imported_settled", 409
    message = "这条导入的证照已经处理过了，请刷新后查看结果。"


class OwnImport(OneDoorError):
    code, http_status = "certificates.own_import", 403
    message = "这条证照是您导入的，须由另一人对照档案确认，请转交同事。"


class ImporterUnknown(OneDoorError):
    code, http_status = "certificates.importer_unknown", 409
    message = "导入时没有记下是谁导入的，不能确认。请不予采用，再由一人重新导入，由另一人对照档案确认。"


class ImportTooLong(OneDoorError):
    code, http_status = "certificates.import_too_long", 422
    message = "一次最多导入 {most} 行，请分几次导入。"


@dataclass(frozen=True)
class ImportRow:
    """One line of an archive's list."""

    title: str
    number: str
    issuer_name: str
    holders: tuple[str, ...]
    identifier: str = ""
    issued_on: date | None = None
    last_valid_on: date | None = None


@dataclass(frozen=True)
class ImportReport:
    """What became of an import; the lines themselves are listed by `queries.list_imported`."""

    batch: uuid.UUID
    waiting: int
    quarantined: int


@transaction.atomic
def import_certificates(
    *, rows: Sequence[ImportRow], source: str, division: str, actor: Actor, at: datetime
) -> ImportReport:
    """
    Store every line: sound ones wait for a person to compare them with the archive, the others are quarantined with
    the reason (an identifier whose check character fails, one known already, a line without number or title, dates
    that cannot be).

    :raises ImportTooLong: more than 5,000 lines.
    :raises InvalidInput: no source, or no line.
    :raises NotLoggedIn: nobody could be told from who confirms them.
    """
    actor.require(PERMISSION, division=division)
    login_id = actor.require_login()
    if len(rows) > MOST_IN_AN_IMPORT:
        raise ImportTooLong(most=MOST_IN_AN_IMPORT)
    missing = {"source": "请写明档案或来源单位。"} if not source.strip() else {}
    if not rows:
        missing["rows"] = "请贴上或者上传至少一行证照。"
    if missing:
        raise InvalidInput(missing)
    batch = uuid.uuid4()
    problems = _problems(rows, on=day_of(at))
    ImportedCertificate.objects.bulk_create(
        ImportedCertificate(
            batch=batch,
            line=line,
            source=source.strip(),
            division=division,
            title=row.title,
            identifier=row.identifier,
            number=row.number,
            issuer_name=row.issuer_name,
            issued_on=row.issued_on,
            last_valid_on=row.last_valid_on,
            holders=list(row.holders),
            state=State.QUARANTINED if problem else State.WAITING,
            problem=problem,
            imported_at=at,
            imported_login_id=login_id,
        )
        for line, (row, problem) in enumerate(zip(rows, problems, strict=True), start=1)
    )
    bad = sum(1 for problem in problems if problem)
    audit.record(
        "certificates.import",
        actor=actor,
        at=at,
        target=f"import:{batch}",
        division=division,
        waiting=len(rows) - bad,
        quarantined=bad,
    )
    return ImportReport(batch=batch, waiting=len(rows) - bad, quarantined=bad)


@transaction.atomic
def settle_imported(*, imported_id: int, accept: bool, note: str, actor: Actor, at: datetime) -> ImportedCertificate:
    """
    Confirm a line that was compared with the archive, so that it can be checked, or reject it. Who imported it does
    not confirm it. Quarantined lines, and those of which nobody knows who imported them, can only be rejected: they
    have to be imported anew.

    :raises ImportedNotFound, ImportedSettled: there is none, or somebody was faster.
    :raises OwnImport: the actor has imported it.
    :raises ImporterUnknown: the line is so old that nobody noted who imported it.
    :raises InvalidInput: no note of how it was compared, or a quarantined line is to be confirmed.
    """
    row = ImportedCertificate.objects.select_for_update().filter(pk=imported_id).first()
    if row is None:
        raise ImportedNotFound
    actor.require(PERMISSION, division=row.division)
    if row.state not in (State.WAITING, State.QUARANTINED):
        raise ImportedSettled
    if len(note.strip()) < SHORTEST_NOTE:
        raise InvalidInput({"note": f"请写明核对了哪份档案、结果如何（不少于 {SHORTEST_NOTE} 个字）。"})
    if accept and row.state == State.QUARANTINED:
        raise InvalidInput({"accept": "已隔离的证照不能确认，请由原颁发机关更正后重新导入。"})
    if accept and row.imported_login_id is None:
        raise ImporterUnknown
    if accept and row.imported_login_id == actor.require_login():
        raise OwnImport
    row.state = State.CONFIRMED if accept else State.REJECTED
    row.settled_at, row.settled_by, row.note = at, actor.name, note.strip()[:200]
    row.save(update_fields=["state", "settled_at", "settled_by", "note"])
    audit.record(
        "certificates.settle_import",
        actor=actor,
        at=at,
        target=f"imported:{row.pk}",
        division=row.division,
        state=row.state,
    )
    return row


def _problems(rows: Sequence[ImportRow], *, on: date) -> list[str]:
    """Return for each line why it is quarantined, "" where nothing is wrong."""
    asked = [row.identifier for row in rows if row.identifier]
    known = set(Certificate.objects.filter(identifier__in=asked).values_list("identifier", flat=True))
    earlier = ImportedCertificate.objects.filter(identifier__in=asked, state__in=[State.WAITING, State.CONFIRMED])
    known |= set(earlier.values_list("identifier", flat=True))
    often = {identifier for identifier, times in Counter(asked).items() if times > 1}
    return [_problem(row, known, often) or _wrong_dates(row, on) for row in rows]


def _problem(row: ImportRow, known: set[str], often: set[str]) -> str:
    if not row.title or not row.number:
        return "缺少证照名称或者编号"
    if not row.identifier:
        return ""
    try:
        sound = parse_certificate_id(row.identifier).check_ok
    except ValueError:
        return "电子证照标识格式不对"
    if not sound:
        return "电子证照标识校验位不符"
    if row.identifier in known:
        return "电子证照标识已在库中"
    return "电子证照标识在本次导入中重复" if row.identifier in often else ""


def _wrong_dates(row: ImportRow, on: date) -> str:
    if row.issued_on is not None and row.issued_on > on:
        return "颁发日期还没有到"
    if row.issued_on is not None and row.last_valid_on is not None and row.last_valid_on < row.issued_on:
        return "有效期截止早于颁发日期"
    return ""

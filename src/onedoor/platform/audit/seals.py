"""Hourly seals over the audit record, so that a changed, missing, moved or added row is found; proofs for single rows."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from onedoor.platform.audit import evidence
from onedoor.platform.audit.evidence import GENESIS, Fault, Seal
from onedoor.platform.audit.models import AuditEntry, AuditSeal
from onedoor.platform.audit.timestamps import stamp_fault
from onedoor.platform.kernel import append_only
from onedoor.platform.kernel.crypto import UnknownKey, public_key, sign

# No transaction lives longer than a web request may take, so entries this old can no longer appear between others.
SETTLED_AFTER = timedelta(minutes=10)
EPOCH_MICROSECONDS = 1_000_000
UNGUARDED = "防改触发器不在，请系统管理员运行 guard_history 装上"


def seal_entries(*, at: datetime) -> AuditSeal | None:
    """Seal every settled entry since the last seal and return the seal, or None when there is nothing to seal."""
    seal = _seal_entries(at)
    if seal is not None:
        _note_outside(seal)
    return seal


@transaction.atomic
def _seal_entries(at: datetime) -> AuditSeal | None:
    last = AuditSeal.objects.select_for_update().order_by("-last_id").first()
    after = last.last_id if last else 0
    settled = AuditEntry.objects.filter(id__gt=after, at__lte=at - SETTLED_AFTER).aggregate(last=Max("id"))["last"]
    if settled is None:
        return None
    leaves = leaves_between(after, settled)
    seal = Seal(
        number=last.number + 1 if last else 1,
        first_number=last.first_number + last.count if last else 1,
        count=len(leaves),
        first_id=after + 1,
        last_id=settled,
        root=evidence.root_of(leaves).hex(),
        previous_hash=last.hash if last else GENESIS,
        sealed_at=microseconds(at),
    )
    signature = sign(bytes.fromhex(seal.hash), signer="platform").as_text()
    return AuditSeal.objects.create(**asdict(seal) | {"sealed_at": at}, hash=seal.hash, signature=signature)


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970: the one spelling of a moment that is hashed."""
    return round(moment.timestamp() * EPOCH_MICROSECONDS)


def content_of(entry: AuditEntry) -> dict[str, Any]:
    """Return a row as it is hashed and exported."""
    content = {field.attname: getattr(entry, field.attname) for field in entry._meta.concrete_fields}
    return content | {"at": microseconds(entry.at)}


def entries_between(after: int, last: int) -> Iterator[AuditEntry]:
    """Yield the entries with `after < id <= last` in their order."""
    return AuditEntry.objects.filter(id__gt=after, id__lte=last).order_by("id").iterator(chunk_size=2000)


def leaves_between(after: int, last: int) -> list[bytes]:
    return [evidence.leaf(content_of(entry)) for entry in entries_between(after, last)]


def read_seal(stored: AuditSeal) -> Seal:
    """Return a stored seal as what was hashed."""
    content = {name: getattr(stored, name) for name in Seal.__dataclass_fields__}
    return Seal(**content | {"sealed_at": microseconds(stored.sealed_at)})


def own_key(key_id: str) -> bytes | None:
    """Return the public half of one of this node's signing keys, current or older."""
    try:
        return public_key(key_id)
    except UnknownKey:
        return None


def find_faults(*, latest: int | None = None) -> list[Fault]:
    """
    Check every seal, or the latest few, against the rows as they are now and return what does not hold; and which tables
    of history could be changed at this moment.
    """
    faults = [Fault(table, UNGUARDED) for table in append_only.missing(connection)]
    stored = list(reversed(AuditSeal.objects.select_related("time_stamp").order_by("-last_id")[:latest]))
    before = _seal_before(stored[0]) if stored else None
    for row in stored:
        seal = read_seal(row)
        leaves = leaves_between(row.first_id - 1, row.last_id)
        faults += evidence.seal_faults(
            seal, stored_hash=row.hash, signature=row.signature, leaves=leaves, before=before, key_of=own_key
        )
        problem = stamp_fault(row)
        faults += [Fault(f"第 {row.number} 号封印", problem)] if problem else []
        before = seal
    return faults + _faults_outside(stored)


def _seal_before(first: AuditSeal) -> Seal | None:
    earlier = AuditSeal.objects.filter(last_id__lt=first.last_id).order_by("-last_id").first()
    return read_seal(earlier) if earlier else None


# The copy outside


def _note_outside(seal: AuditSeal) -> None:
    """Note a seal in a file beside the database, to be copied to where the database's administrator cannot write."""
    if settings.ONEDOOR_SEAL_LOG is None:
        return
    with settings.ONEDOOR_SEAL_LOG.open("a", encoding="ascii") as file:
        file.write(f"{seal.number} {seal.last_id} {seal.hash} {seal.sealed_at.isoformat()}\n")


def _faults_outside(stored: list[AuditSeal]) -> list[Fault]:
    """Compare the last seal noted outside with those checked: cutting off the end of the record is found by it."""
    log = settings.ONEDOOR_SEAL_LOG
    lines = log.read_text(encoding="ascii").splitlines() if log is not None and log.exists() else []
    noted = [line.split(" ") for line in lines if line.count(" ") == 3]  # notes of three words are of an older form
    if not noted or any((str(seal.number), seal.hash) == (noted[-1][0], noted[-1][2]) for seal in stored):
        return []
    return [Fault(f"第 {noted[-1][0]} 号封印", "库外记下了它，库中没有")]

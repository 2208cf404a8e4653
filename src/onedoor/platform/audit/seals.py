"""Hourly seals over the audit record: a chain of hashes, signed, so that a changed, missing or added row is found."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from onedoor.platform.audit.models import AuditEntry, AuditSeal
from onedoor.platform.kernel.crypto import Signature, canonical_json, sign, sm3, verify

# No transaction lives longer than a web request may take, so entries this old can no longer appear between others.
SETTLED_AFTER = timedelta(minutes=10)
GENESIS = "0" * 64


@dataclass(frozen=True)
class SealFault:
    seal_id: int
    problem: str


def seal_entries(*, at: datetime) -> AuditSeal | None:
    """Seal every settled entry since the last seal and return the seal, or None when there is nothing to seal."""
    seal = _seal_entries(at)
    if seal is not None:
        _note_outside(seal)
    return seal


def _note_outside(seal: AuditSeal) -> None:
    """Note a seal in a file beside the database, to be copied to where the database's administrator cannot write."""
    if settings.ONEDOOR_SEAL_LOG is None:
        return
    with settings.ONEDOOR_SEAL_LOG.open("a", encoding="ascii") as file:
        file.write(f"{seal.last_id} {seal.hash} {seal.sealed_at.isoformat()}\n")


def _last_noted() -> tuple[int, str] | None:
    """Return (last entry, hash) of the last seal noted outside, or None when nothing is noted."""
    log = settings.ONEDOOR_SEAL_LOG
    if log is None or not log.exists():
        return None
    lines = log.read_text(encoding="ascii").splitlines()
    if not lines:
        return None
    number, digest, _ = lines[-1].split(" ")
    return int(number), digest


@transaction.atomic
def _seal_entries(at: datetime) -> AuditSeal | None:
    last = AuditSeal.objects.select_for_update().order_by("-last_id").first()
    after = last.last_id if last else 0
    settled = AuditEntry.objects.filter(id__gt=after, at__lte=at - SETTLED_AFTER).aggregate(last=Max("id"))["last"]
    if settled is None:
        return None
    previous = last.hash if last else GENESIS
    digest, count = chain_hash(previous, after, settled)
    return AuditSeal.objects.create(
        first_id=after + 1,
        last_id=settled,
        count=count,
        previous_hash=previous,
        hash=digest,
        sealed_at=at,
        signature=sign(bytes.fromhex(digest), signer="platform").as_text(),
    )


def chain_hash(previous: str, after: int, last: int) -> tuple[str, int]:
    """Return the chained hash of the entries with `after < id <= last` and how many there are."""
    digest, count = previous, 0
    for entry in AuditEntry.objects.filter(id__gt=after, id__lte=last).order_by("id").iterator(chunk_size=2000):
        digest = sm3(digest.encode() + canonical(entry)).hex()
        count += 1
    return digest, count


def canonical(entry: AuditEntry) -> bytes:
    """Return the one spelling of an entry that is hashed: canonical JSON, the time in microseconds since 1970."""
    content = {field.attname: getattr(entry, field.attname) for field in entry._meta.concrete_fields}
    content["at"] = round(entry.at.timestamp() * 1_000_000)
    return canonical_json(content)


def find_faults(*, latest: int | None = None) -> list[SealFault]:
    """Check every seal, or the latest few, against the rows as they are now and return what does not hold."""
    faults = []
    previous, after = GENESIS, 0
    seals = list(reversed(AuditSeal.objects.order_by("-last_id")[:latest]))
    if latest is not None and seals:
        previous, after = seals[0].previous_hash, seals[0].first_id - 1
    for seal in seals:
        digest, count = chain_hash(seal.previous_hash, seal.first_id - 1, seal.last_id)
        if seal.previous_hash != previous or seal.first_id != after + 1:
            faults.append(SealFault(seal.id, "封印不连续"))
        if (digest, count) != (seal.hash, seal.count):
            faults.append(SealFault(seal.id, "记录与封印不符"))
        if not verify(bytes.fromhex(seal.hash), Signature.parse(seal.signature)):
            faults.append(SealFault(seal.id, "封印签名无效"))
        previous, after = seal.hash, seal.last_id
    noted = _last_noted()
    if noted is not None and not any((seal.last_id, seal.hash) == noted for seal in seals):
        faults.append(SealFault(0, f"库外记下的最后一个封印（到第 {noted[0]} 条）不在库中"))
    return faults

"""What is read out of the audit record: the state of its seals, an export that outsiders can check, proofs, looks."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from onedoor.platform.audit import evidence
from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.evidence import Fault
from onedoor.platform.audit.models import AuditEntry, AuditSeal, QuerySuspension, TimeStamp
from onedoor.platform.audit.seals import content_of, entries_between, find_faults, leaves_between, own_key, read_seal
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import Signature, canonical_json, keyring, sign, sm3_hasher
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, NotFound
from onedoor.platform.kernel.scopes import within_reach

SEALS_CHECKED = 24  # the last day at the least; the command check_audit looks at all
EXPORT_FORMAT, PROOF_FORMAT = "onedoor.audit-export/1", "onedoor.audit-proof/1"


class SealsNotFound(NotFound):
    code, message = "audit.seals_not_found", "没有这些封印，请核对起止号；新的记录每小时封存一次。"


@dataclass(frozen=True)
class SealState:
    """How far the audit record is sealed and time-stamped, and what does not hold."""

    seals: int
    last_number: int
    sealed_until: datetime | None
    stamped_until: datetime | None
    stamp_authority: str
    waiting: int  # seals without a time-stamp
    waiting_since: datetime | None
    has_authority: bool
    faults: tuple[Fault, ...]


def seal_state(*, actor: Actor) -> SealState:
    """:raises NotAllowed: only for auditors."""
    require_auditor(actor)
    last = AuditSeal.objects.order_by("-last_id").first()
    stamp = TimeStamp.objects.order_by("-seal__number").first()
    waiting = AuditSeal.objects.filter(time_stamp__isnull=True)
    oldest = waiting.order_by("number").first()
    return SealState(
        seals=AuditSeal.objects.count(),
        last_number=last.number if last else 0,
        sealed_until=last.sealed_at if last else None,
        stamped_until=stamp.stamped_at if stamp else None,
        stamp_authority=stamp.authority if stamp else "",
        waiting=waiting.count(),
        waiting_since=oldest.sealed_at if oldest else None,
        has_authority=bool(settings.ONEDOOR_TSA_URL),
        faults=tuple(find_faults(latest=SEALS_CHECKED)),
    )


def require_auditor(actor: Actor) -> None:
    """:raises NotAllowed: the post may not view the audit record at all."""
    if actor.kind != "system" and "audit.view" not in actor.permissions:
        raise NotAllowed


# Export


def export(*, first: int, last: int, reason: str, actor: Actor, at: datetime) -> Iterator[str]:
    """
    Return the lines of an export of the seals numbered `first` to `last` with their rows, as JSON lines.

    A row out of the auditor's reach is given as its hash only, so that the whole chain can still be checked. The last
    line signs all the others. Making the export is itself recorded.

    :raises NotAllowed: only for the audit administrator.
    :raises InvalidInput: no purpose is given.
    :raises SealsNotFound: there are no such seals.
    """
    require_auditor(actor)
    if len(reason.strip()) < 4:
        raise InvalidInput({"reason": "请写明导出用途，例如：年度审计核对。"})
    if AuditSeal.objects.filter(number__in={first, last}).count() != len({first, last}) or first > last:
        raise SealsNotFound
    audit.record_look("audit.export", actor=actor, at=at, target=f"seals:{first}-{last}", reason=reason.strip()[:200])
    return _signed(_export_lines(first, last, actor, at))


def _signed(lines: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines, then one that signs their digest."""
    hasher = sm3_hasher()
    for content in lines:
        line = canonical_json(content) + b"\n"
        hasher.update(line)
        yield line.decode()
    digest = hasher.digest()
    end = {"kind": "end", "digest": digest.hex(), "signature": sign(digest, signer="platform").as_text()}
    yield canonical_json(end).decode() + "\n"


def _export_lines(first: int, last: int, actor: Actor, at: datetime) -> Iterator[dict[str, Any]]:
    before = AuditSeal.objects.filter(number=first - 1).first()
    yield {
        "kind": "begin",
        "format": EXPORT_FORMAT,
        "node": settings.ONEDOOR_NODE,
        "made_at": at.isoformat(),
        "keys": platform_keys(),
        "first_seal": first,
        "last_seal": last,
        "before": _seal_line(before) if before else None,
    }
    seals = AuditSeal.objects.select_related("time_stamp").filter(number__gte=first, number__lte=last)
    for seal in seals.order_by("number").iterator(chunk_size=100):
        yield from _entry_lines(seal, actor)
        yield _seal_line(seal)


def _entry_lines(seal: AuditSeal, actor: Actor) -> Iterator[dict[str, Any]]:
    for number, entry in enumerate(entries_between(seal.first_id - 1, seal.last_id), start=seal.first_number):
        content = content_of(entry)
        line = {"kind": "entry", "number": number, "leaf": evidence.leaf(content).hex()}
        shown = actor.kind == "system" or actor.reaches(entry.division)
        yield line | {"content": content} if shown else line


def _seal_line(seal: AuditSeal) -> dict[str, Any]:
    stamp = TimeStamp.objects.filter(seal=seal).first()
    return {
        "kind": "seal",
        "seal": asdict(read_seal(seal)),
        "hash": seal.hash,
        "signature": seal.signature,
        "time_stamp": b64encode(bytes(stamp.token)).decode() if stamp else None,
    }


def platform_keys() -> dict[str, str]:
    """Return the public keys the record is sealed with, current and older, by key id, in hexadecimal."""
    return {key.id: key.public.hex() for key in keyring().keys.values() if key.purpose == "signing-platform"}


# Proofs


@dataclass(frozen=True)
class Proof:
    """That one row is in the chain: its number, its seal, the seal's time-stamp, and the file that proves it."""

    number: int
    seal: int
    sealed_at: datetime
    stamped_at: datetime | None
    authority: str
    file: dict[str, Any]


def prove(*, target: str, event: str, digest: str) -> Proof | None:
    """
    Prove that the document with this digest was recorded by `event` about `target`; None while no seal covers it.

    The file shows what was done, never by whom or from where. Whoever asks has been let in by the caller.
    """
    entries = AuditEntry.objects.filter(target=target, event=event, outcome=AuditEntry.Outcome.DONE).order_by("id")
    entry = next((one for one in entries if one.details.get("digest") == digest), None)
    if entry is None:
        return None
    stored = AuditSeal.objects.select_related("time_stamp").filter(last_id__gte=entry.pk).order_by("last_id").first()
    if stored is None:
        return None
    leaves, content = leaves_between(stored.first_id - 1, stored.last_id), content_of(entry)
    index = leaves.index(evidence.leaf(content))
    line = _seal_line(stored)
    key_id = Signature.parse(stored.signature).key_id
    file = {
        "format": PROOF_FORMAT,
        "digest": digest,
        "entry": evidence.public_part(content),
        "who": evidence.who_hash(content),
        "number": stored.first_number + index,
        "path": [one.hex() for one in evidence.path_to(index, leaves)],
        "seal": {name: line[name] for name in ("seal", "hash", "signature", "time_stamp")},
        "keys": {key_id: (own_key(key_id) or b"").hex()},
    }
    stamp = TimeStamp.objects.filter(seal=stored).first()
    return Proof(
        number=stored.first_number + index,
        seal=stored.number,
        sealed_at=stored.sealed_at,
        stamped_at=stamp.stamped_at if stamp else None,
        authority=stamp.authority if stamp else "",
        file=file,
    )


def proof_json(proof: Proof) -> str:
    return json.dumps(proof.file, ensure_ascii=False, indent=1, sort_keys=True)


# Looks and rows


def looks_at(*, targets: Sequence[str], before: int = 0, most: int = 50) -> list[AuditEntry]:
    """Return the looks officers took at these things, newest first; the caller may see the things."""
    found = AuditEntry.objects.filter(target__in=targets, outcome=AuditEntry.Outcome.LOOKED, actor_kind="officer")
    if before:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-id")[:most])


def done_since(event: str, *, target: str, since: datetime) -> int:
    """Return how often something was done to one target since a moment: what a figure of so many a day is measured by."""
    done = AuditEntry.objects.filter(target=target, event=event, outcome=AuditEntry.Outcome.DONE)
    return done.filter(at__gt=since).count()


def hash_of(entry: AuditEntry) -> str:
    """Return the hash under which a row is sealed."""
    return evidence.leaf(content_of(entry)).hex()


def suspensions(*, actor: Actor) -> list[QuerySuspension]:
    """
    Return the suspended query rights in reach, the open ones first.

    :raises NotAllowed: only for security administrators.
    """
    if actor.kind != "system" and "identity.manage_security" not in actor.permissions:
        raise NotAllowed
    found = QuerySuspension.objects.filter(within_reach(actor, by_line=False))
    open_first = found.filter(Q(released_at__isnull=True)).order_by("-id")
    return [*open_first, *found.filter(released_at__isnull=False).order_by("-id")[:50]]

"""What the node signs for checkers beyond its own pages: statements for QR codes, keys, status lists, credentials."""

from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max

from onedoor.platform.certificates.kinds import HOLDER_NUMBERS
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.certificates.offline import PART_SIZE, PREFIX, decode, encode, holder_digest, pack_statuses
from onedoor.platform.kernel.clock import CHINA
from onedoor.platform.kernel.crypto import canonical_json, keyring, public_key, sign
from onedoor.platform.kernel.crypto.document_signer import document_signer
from onedoor.platform.kernel.errors import NotFound

KEPT_SECONDS = 20  # with the 30 seconds a browser or proxy may keep it, a change is seen within 60 (STATUS_MAX_AGE)
STATUS_MAX_AGE = 30
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_PREFIX = b"\xed\x01"  # multicodec of an Ed25519 public key


class NoSuchStatusList(NotFound):
    code = "certificates.no_status_list"
    message = "没有这一分区的状态清单，请从状态清单目录重新选择。"


def place_of(certificate: Certificate) -> tuple[int, int]:
    """Return part and place of a certificate in the status lists."""
    return divmod(certificate.pk, PART_SIZE)


def statement_of(certificate: Certificate) -> str:
    """Return the signed statement that a QR code and the PDF carry for checks without a network (see `offline`)."""
    last = certificate.last_valid_on
    rows = sorted(certificate.holders.all(), key=lambda row: row.seq)
    payload = canonical_json(
        {
            "id": certificate.identifier,
            "t": certificate.title,
            "n": certificate.number,
            "d": encode(bytes.fromhex(certificate.payload_digest)),
            "h": [holder_digest(certificate.identifier, row.name) for row in rows],
            "i": certificate.issued_on.isoformat(),
            "f": certificate.valid_from.isoformat(),
            "u": last.isoformat() if last else None,
            "s": list(place_of(certificate)),
        }
    )
    signature = sign(payload, signer="issuer")
    return f"{PREFIX}.{encode(payload)}.{signature.key_id}.{signature.value}"


def published_keys() -> dict[str, Any]:
    """Return the public keys checkers need, older ones included, and the root of the document signer."""
    keys = [key for key in keyring().keys.values() if key.purpose in ("signing-issuer", "signing-credential")]
    return {
        "keys": [
            {"key_id": key.id, "algorithm": key.algorithm, "public": encode(public_key(key.id))}
            for key in sorted(keys, key=lambda key: key.id)
        ],
        "document_root": b64encode(document_signer().root).decode(),
    }


def status_parts() -> list[int]:
    """Return the parts there are lists for."""
    last = Certificate.objects.aggregate(last=Max("pk"))["last"]
    return [] if last is None else list(range(last // PART_SIZE + 1))


def status_list(*, part: int, at: datetime) -> dict[str, Any]:
    """
    Return the statuses of one part of the certificates, signed in both suites, at most KEPT_SECONDS old.

    :raises NoSuchStatusList: no certificate lies in this part.
    """
    name = f"certificates.status_list.{part}"
    kept = cache.get(name)
    if kept is not None and timedelta(0) <= at - kept[0] < timedelta(seconds=KEPT_SECONDS):
        return dict(kept[1])
    made = _make_list(part, at)
    cache.set(name, (at, made), KEPT_SECONDS)
    return made


def credential(certificate: Certificate, *, viewer: int | None) -> dict[str, Any]:
    """
    Return the certificate as a W3C Verifiable Credential (data model 2.0) with an Ed25519 proof (eddsa-jcs-2022).

    For its holder (`viewer`): the whole face, other holders' document numbers left out. The same record in another
    envelope; `recordDigest` ties the two together, the status is the public list's.
    """
    key = keyring().signer("credential")
    public = "z" + _base58(ED25519_PREFIX + key.public)
    issuer = f"did:key:{public}"
    part, place = place_of(certificate)
    last = certificate.last_valid_on
    rows = sorted(certificate.holders.all(), key=lambda row: row.seq)
    face = dict(certificate.face)
    numbers = face.pop(HOLDER_NUMBERS, [])
    own = [number for row, number in zip(rows, numbers, strict=False) if row.person_id == viewer]
    document: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": f"urn:oid:{certificate.identifier}",
        "type": ["VerifiableCredential"],
        "issuer": {"id": issuer, "name": certificate.issuer_name, "creditCode": certificate.issuer_code},
        "validFrom": f"{certificate.valid_from.isoformat()}T00:00:00+08:00",
        "credentialSubject": {
            "certificate": certificate.title,
            "number": certificate.number,
            "identifier": certificate.identifier,
            "holders": [row.name for row in rows],
            "documentNumbers": own,
            "recordDigest": certificate.payload_digest,
            "face": face,
        },
        "credentialStatus": {
            "id": f"{settings.ONEDOOR_PUBLIC_URL}/check/status/{part}.json#{place}",
            "type": "OneDoorStatusList",
        },
    }
    if last is not None:
        document["validUntil"] = f"{last.isoformat()}T23:59:59+08:00"
    return document | {"proof": _proof(document, f"{issuer}#{public}", certificate)}


def _proof(document: dict[str, Any], method: str, certificate: Certificate) -> dict[str, Any]:
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": f"{certificate.issued_on.isoformat()}T00:00:00+08:00",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "@context": document["@context"],
    }
    hashed = sha256(canonical_json(options)).digest() + sha256(canonical_json(document)).digest()
    value = decode(sign(hashed, signer="credential").value)
    return options | {"proofValue": "z" + _base58(value)}


def _make_list(part: int, at: datetime) -> dict[str, Any]:
    first = part * PART_SIZE
    own = Certificate.objects.filter(pk__gte=first, pk__lt=first + PART_SIZE)
    last = own.aggregate(last=Max("pk"))["last"]
    if last is None:
        raise NoSuchStatusList
    ended = own.exclude(status=Certificate.Status.VALID).values_list("pk", "status")
    body = {
        "part": part,
        "first": first,
        "issued_at": at.astimezone(CHINA).isoformat(timespec="seconds"),
        "next_update": (at + timedelta(seconds=60)).astimezone(CHINA).isoformat(timespec="seconds"),
        "encoding": "digits-deflate-base64url",
        "statuses": pack_statuses({pk - first: status for pk, status in ended}, last=last - first),
    }
    signatures = [sign(canonical_json(body), signer=name) for name in ("issuer", "credential")]
    return {
        "list": body,
        "signatures": [{"algorithm": one.algorithm, "key_id": one.key_id, "value": one.value} for one in signatures],
    }


def _base58(data: bytes) -> str:
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text

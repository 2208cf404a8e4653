"""The word for a certificate's state on a day, and whom it names."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from onedoor.platform.certificates.models import Certificate
from onedoor.platform.kernel.clock import day_of
from onedoor.standards.masks import mask_name

Status = Certificate.Status
WORDS = {
    Status.VALID: "有效",
    Status.SUSPENDED: "已暂扣",
    Status.REVOKED: "已撤销",
    Status.CANCELLED: "已注销",
    Status.LAPSED: "已失效",
    Status.TRANSFERRED: "已转出",
    Status.WITHDRAWN: "已吊销",
    Status.VOID: "已作废",
}


def with_standing(found: QuerySet[Certificate]) -> QuerySet[Any]:
    """Return the certificates with `replaced`: whether a newer version succeeds each."""
    return found.annotate(replaced=Exists(Certificate.objects.filter(succeeds=OuterRef("pk"))))


def standing(certificate: Certificate, *, on: date, replaced: bool) -> tuple[str, bool]:
    """Return the word for the certificate's state on a day, and whether it is in force."""
    status = Status(certificate.status)
    if status is Status.LAPSED and replaced:
        return "已换发新证", False
    if status is not Status.VALID:
        return WORDS[status], False
    if on < certificate.valid_from:
        return "尚未生效", False
    if certificate.last_valid_on is not None and on > certificate.last_valid_on:
        return "已过期", False
    return WORDS[status], True


def holder_names(certificate: Certificate, *, masked: bool) -> tuple[str, ...]:
    rows = sorted(certificate.holders.all(), key=lambda row: row.seq)
    return tuple(mask_name(row.name) if masked and row.person_id is not None else row.name for row in rows)


@dataclass(frozen=True)
class Standing:
    word: str
    in_force: bool


def standing_of(certificate: Certificate, *, at: datetime) -> Standing:
    """Return the state of a certificate somebody may see; status and dates only, the signature is `verify`'s."""
    replaced = Certificate.objects.filter(succeeds=certificate).exists()
    return Standing(*standing(certificate, on=day_of(at), replaced=replaced))

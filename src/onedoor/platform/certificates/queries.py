"""Who may see a certificate, and what anybody may learn by checking one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit import suspensions
from onedoor.platform.certificates.kinds import all_kinds
from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate, CertificateEvent
from onedoor.platform.certificates.signing import is_as_signed
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import (
    NotAllowed,
    NotFound,
    NotLoggedIn,
    OneDoorError,
)
from onedoor.platform.kernel.scopes import within_reach
from onedoor.standards.certificate_ids import parse_certificate_id
from onedoor.standards.masks import mask_name

Status = Certificate.Status
ANYBODY = Actor.anonymous()
WORDS = {
    Status.VALID: "有效",
    Status.SUSPENDED: "已暂扣",
    Status.REVOKED: "已撤销",
    Status.CANCELLED: "已注销",
    Status.LAPSED: "已失效",
    Status.TRANSFERRED: "已转出",
    Status.WITHDRAWN: "已吊销",
}


class CertificateNotFound(NotFound):
    code = "certificates.not_found"
    message = "没有找到这个证照，请核对电子证照标识，或到“我的”页面查看您名下的证照。"


class MistypedIdentifier(OneDoorError):
    code, http_status = "certificates.mistyped_identifier", 422
    message = "电子证照标识有误（校验位不符），请对照证照逐位核对后再查。"


@dataclass(frozen=True)
class CertificateCheck:
    """What anybody who holds a certificate's code may know: enough to trust it or not, nothing more."""

    identifier: str
    title: str
    number: str
    holders: tuple[str, ...]  # persons masked, organizations not
    issuer_name: str
    issued_on: date
    valid_from: date
    last_valid_on: date | None
    status: str  # national code
    word: str  # 有效 已撤销 已过期 …
    in_force: bool  # status, dates and signature all say so
    is_as_signed: bool
    checked_at: datetime

    @property
    def is_upcoming(self) -> bool:
        """Genuine, but its first day is still to come."""
        is_valid = self.status == Status.VALID and self.is_as_signed
        return is_valid and day_of(self.checked_at) < self.valid_from


@dataclass(frozen=True)
class CertificateRow:
    """One line of a list."""

    id: int
    identifier: str
    title: str
    number: str
    holders: tuple[str, ...]  # masked for officers, plain for the holder
    issuer_name: str
    issued_on: date
    last_valid_on: date | None
    status: str
    word: str
    in_force: bool


def verify(*, token: str, at: datetime, actor: Actor = ANYBODY) -> CertificateCheck | None:
    """
    Check a certificate by the token of its QR code or by its identifier, against the database as it is now.

    Open to everybody; each check is recorded for the holder to see. None: this node issued no such certificate.

    :raises MistypedIdentifier: it looks like an identifier but its check character does not fit.
    """
    token = token.strip()
    # Without the encrypted faces: one that somebody changed must give an answer too.
    stored = _with_standing(Certificate.objects.select_related("succeeds").defer("face", "succeeds__face"))
    if "." in token:
        _refuse_mistyped(token.upper())
        certificate = stored.filter(identifier=token.upper()).first()
    else:
        certificate = stored.filter(token=token).first()
    if certificate is None:
        return None
    sound = is_as_signed(certificate)
    word, in_force = _standing(certificate, on=day_of(at), replaced=certificate.replaced)
    audit.record_look(
        "certificates.verify", actor=actor, at=at, target=certificate.target, division=certificate.division
    )
    return CertificateCheck(
        identifier=certificate.identifier,
        title=certificate.title,
        number=certificate.number,
        holders=_holder_names(certificate, masked=True),
        issuer_name=certificate.issuer_name,
        issued_on=certificate.issued_on,
        valid_from=certificate.valid_from,
        last_valid_on=certificate.last_valid_on,
        status=certificate.status,
        word=word if sound else "内容与签发时不一致",
        in_force=in_force and sound,
        is_as_signed=sound,
        checked_at=at,
    )


def list_own_certificates(*, actor: Actor, at: datetime) -> list[CertificateRow]:
    """
    Return the certificates of the person who is logged in, newest first, ended ones included.

    :raises NotLoggedIn: the actor is no person.
    """
    if actor.person_id is None:
        raise NotLoggedIn
    own = Certificate.objects.filter(holders__person_id=actor.person_id)
    return _rows(own.order_by("-id"), on=day_of(at), masked=False)


def list_certificates(
    *,
    actor: Actor,
    at: datetime,
    kind: str = "",
    status: str = "",
    number: str = "",
    person_id: int | None = None,
    before: int = 0,
    most: int = 50,
) -> list[CertificateRow]:
    """
    Return up to `most` certificates within reach and lines of the actor's post, newest first; `before` is the last
    id seen.

    The list is one recorded look.

    :raises NotAllowed: the post does not look at certificates at all.
    """
    if actor.kind != "system" and "certificates.view" not in actor.permissions:
        raise NotAllowed
    found = Certificate.objects.filter(_within(actor))
    for column, value in (("kind", kind), ("status", status), ("number", number)):
        if value:
            found = found.filter(**{column: value})
    if person_id is not None:
        found = found.filter(holders__person_id=person_id)
    if before:
        found = found.filter(id__lt=before)
    audit.record_look("certificates.list", actor=actor, at=at)
    return _rows(found.order_by("-id")[:most], on=day_of(at), masked=True)


def get_visible_certificate(*, identifier: str, actor: Actor, at: datetime) -> Certificate:
    """
    Return a certificate with its whole face if it is the actor's own, or within the reach and line of the actor's post.

    An officer's look is recorded.

    :raises CertificateNotFound: there is none, or it is not for this actor; both look alike.
    """
    certificate = Certificate.objects.select_related("succeeds").filter(identifier=identifier).first()
    if certificate is None:
        raise CertificateNotFound
    if actor.person_id is not None and certificate.holders.filter(person_id=actor.person_id).exists():
        return certificate
    if not actor.may("certificates.view", division=certificate.division, line=find_kind(certificate.kind).line):
        raise CertificateNotFound
    suspensions.require_query_right(actor)
    audit.record_look(
        "certificates.look",
        actor=actor,
        at=at,
        target=certificate.target,
        division=certificate.division,
        fields=["face"],
        without_case=True,
    )
    suspensions.count_look(actor=actor, at=at)
    return certificate


def list_events(*, identifier: str, actor: Actor, at: datetime) -> list[CertificateEvent]:
    """
    Return what happened to this certificate and the versions before it, oldest first.

    :raises CertificateNotFound: see `get_visible_certificate`.
    """
    version: Certificate | None = get_visible_certificate(identifier=identifier, actor=actor, at=at)
    chain = []
    while version is not None:
        chain.append(version.pk)
        version = version.succeeds
    return list(CertificateEvent.objects.filter(certificate_id__in=chain).order_by("id"))


def certificates_of_case(*, case_number: str) -> list[Certificate]:
    """Return what a case led to, for rooms that already hold the case; later versions belong to their own cases."""
    return list(Certificate.objects.filter(case_number=case_number).order_by("id"))


def check_url(certificate: Certificate) -> str:
    """Return the public page that answers for this certificate, as its QR code carries it."""
    return f"{settings.ONEDOOR_PUBLIC_URL.rstrip('/')}/check/{certificate.token}/"


def _refuse_mistyped(identifier: str) -> None:
    try:
        reads_right = parse_certificate_id(identifier).check_ok
    except ValueError:
        reads_right = False
    if not reads_right:
        raise MistypedIdentifier


def _within(actor: Actor) -> Q:
    places = within_reach(actor, by_line=False)
    if actor.lines:  # no lines means every line
        places &= Q(kind__in=[kind.code for kind in all_kinds() if kind.line in actor.lines])
    return places


def _with_standing(found: QuerySet[Certificate]) -> QuerySet[Any]:
    return found.annotate(replaced=Exists(Certificate.objects.filter(succeeds=OuterRef("pk"))))


def _standing(certificate: Certificate, *, on: date, replaced: bool) -> tuple[str, bool]:
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


def _holder_names(certificate: Certificate, *, masked: bool) -> tuple[str, ...]:
    rows = sorted(certificate.holders.all(), key=lambda row: row.seq)
    return tuple(mask_name(row.name) if masked and row.person_id is not None else row.name for row in rows)


def _rows(found: QuerySet[Certificate], *, on: date, masked: bool) -> list[CertificateRow]:
    rows = []
    for certificate in _with_standing(found).defer("face", "signature").prefetch_related("holders"):
        word, in_force = _standing(certificate, on=on, replaced=certificate.replaced)
        rows.append(
            CertificateRow(
                id=certificate.pk,
                identifier=certificate.identifier,
                title=certificate.title,
                number=certificate.number,
                holders=_holder_names(certificate, masked=masked),
                issuer_name=certificate.issuer_name,
                issued_on=certificate.issued_on,
                last_valid_on=certificate.last_valid_on,
                status=certificate.status,
                word=word,
                in_force=in_force,
            )
        )
    return rows

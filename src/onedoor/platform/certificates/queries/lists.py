"""Who may see a certificate: its holder, and officers whose post reaches it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit import suspensions
from onedoor.platform.certificates.kinds import HOLDER_NUMBERS, all_kinds
from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate, CertificateEvent
from onedoor.platform.certificates.queries.standing import holder_names, standing, with_standing
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotAllowed, NotFound, NotLoggedIn
from onedoor.platform.kernel.scopes import within_reach

STATUSES = Certificate.Status.choices


class CertificateNotFound(NotFound):
    code = "certificates.not_found"
    message = "没有找到这个证照，请核对电子证照标识，或到“我的”页面查看您名下的证照。"


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
    certificate = Certificate.objects.select_related("succeeds", "template").filter(identifier=identifier).first()
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
    return history_of(get_visible_certificate(identifier=identifier, actor=actor, at=at))


def history_of(certificate: Certificate) -> list[CertificateEvent]:
    """Return what happened to a certificate somebody may see and to the versions before it, oldest first."""
    version: Certificate | None = certificate
    chain = []
    while version is not None:
        chain.append(version.pk)
        version = version.succeeds
    return list(CertificateEvent.objects.filter(certificate_id__in=chain).order_by("id"))


def certificates_of_case(*, case_number: str) -> list[Certificate]:
    """Return what a case led to, for rooms that already hold the case; later versions belong to their own cases."""
    return list(Certificate.objects.filter(case_number=case_number).select_related("template").order_by("id"))


def _within(actor: Actor) -> Q:
    places = within_reach(actor, by_line=False)
    if actor.lines:  # no lines means every line
        places &= Q(kind__in=[kind.code for kind in all_kinds() if kind.line in actor.lines])
    return places


def _rows(found: QuerySet[Certificate], *, on: date, masked: bool) -> list[CertificateRow]:
    rows = []
    for certificate in with_standing(found).defer("face", "signature").prefetch_related("holders"):
        word, in_force = standing(certificate, on=on, replaced=certificate.replaced)
        rows.append(
            CertificateRow(
                id=certificate.pk,
                identifier=certificate.identifier,
                title=certificate.title,
                number=certificate.number,
                holders=holder_names(certificate, masked=masked),
                issuer_name=certificate.issuer_name,
                issued_on=certificate.issued_on,
                last_valid_on=certificate.last_valid_on,
                status=certificate.status,
                word=word,
                in_force=in_force,
            )
        )
    return rows


def may_certify(*, certificate: Certificate, actor: Actor) -> bool:
    """Tell whether the actor's post prints, changes and renews this certificate."""
    return actor.may("cases.certify", division=certificate.division, line=find_kind(certificate.kind).line)


def may_stop(*, certificate: Certificate, actor: Actor) -> bool:
    """Tell whether the actor's post suspends, resumes and voids this certificate."""
    return actor.may("certificates.stop", division=certificate.division, line=find_kind(certificate.kind).line)


def plain_face(certificate: Certificate) -> dict[str, Any]:
    """Return the face without the holders' document numbers, as an order for the next version has it."""
    return {code: value for code, value in certificate.face.items() if code != HOLDER_NUMBERS}


def editable_lines(certificate: Certificate) -> list[tuple[str, str, str]]:
    """Return code, label and text of the face lines that are plain text."""
    face = certificate.face
    return [
        (line.code, line.label, face[line.code])
        for line in find_kind(certificate.kind).face
        if not line.columns and isinstance(face.get(line.code), str)
    ]

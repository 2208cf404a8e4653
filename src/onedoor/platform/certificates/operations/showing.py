"""Show a certificate 亮证: the holder makes a code for one minute, one purpose and one pair of eyes."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.models import Certificate, ShowCode
from onedoor.platform.certificates.operations.history import Status, require_status
from onedoor.platform.certificates.queries.showing import ShowCodeNotFound
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

LIVES = timedelta(seconds=60)


class ShowCodeExpired(OneDoorError):
    code, http_status = "certificates.show_code_expired", 410
    message = "亮证码已过期（{seconds} 秒内有效），请持证人重新出示。"


class ShowCodeUsed(OneDoorError):
    code, http_status = "certificates.show_code_used", 410
    message = "亮证码已被查看过，每个码只能查看一次，请持证人重新出示。"


@transaction.atomic
def make_show_code(*, certificate_id: int, purpose: str, fields: Sequence[str], actor: Actor, at: datetime) -> ShowCode:
    """
    Make a code by which somebody sees this certificate of the actor once within 60 seconds; `fields` are the face
    lines the holder lets be seen.

    :raises CertificateNotAlive: it is not valid.
    :raises InvalidInput: no purpose, or a line the face does not have.
    :raises ShowCodeNotFound: the certificate is not the actor's own.
    :raises AssuranceTooLow: the holder's real-name level is below 3.
    """
    person_id = actor.require_person()
    certificate = Certificate.objects.filter(pk=certificate_id, holders__person_id=person_id).first()
    if certificate is None:
        raise ShowCodeNotFound
    actor.require_level(PROVED)
    require_status(certificate, Status.VALID)
    if not purpose.strip():
        raise InvalidInput({"purpose": "请写明出示给谁、做什么用。"})
    if not set(fields) <= set(certificate.face):
        raise InvalidInput({"fields": "请从列出的信息项里选择。"})
    code = ShowCode.objects.create(
        code=secrets.token_urlsafe(16),
        certificate=certificate,
        person_id=person_id,
        purpose=purpose.strip()[:100],
        fields=list(fields),
        made_at=at,
        expires_at=at + LIVES,
    )
    audit.record(
        "certificates.make_show_code",
        actor=actor,
        at=at,
        target=certificate.target,
        division=certificate.division,
        fields=list(fields),
    )
    return code


@transaction.atomic
def see_shown(*, code: str, actor: Actor, at: datetime) -> ShowCode:
    """
    Use up a show code; `queries.shown_certificate` then tells what it lets be seen. Open to everybody who holds it.

    :raises ShowCodeExpired, ShowCodeUsed, ShowCodeNotFound: each says what the holder has to do.
    """
    found = ShowCode.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise ShowCodeNotFound
    if found.seen_at is not None:
        raise ShowCodeUsed
    if at > found.expires_at:
        raise ShowCodeExpired(seconds=int(LIVES.total_seconds()))
    found.seen_at, found.seen_by = at, actor.organization_name or "未登录的查看方"
    found.save(update_fields=["seen_at", "seen_by"])
    audit.record(
        "certificates.see_shown",
        actor=actor,
        at=at,
        target=found.certificate.target,
        division=found.certificate.division,
    )
    return found

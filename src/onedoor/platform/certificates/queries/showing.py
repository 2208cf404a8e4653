"""What a show code lets be seen, and the holder's log of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate, ShowCode
from onedoor.platform.certificates.queries.checking import answer
from onedoor.platform.certificates.queries.standing import with_standing
from onedoor.platform.certificates.signing import with_signed_parts
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound


class ShowCodeNotFound(NotFound):
    code = "certificates.show_code_not_found"
    message = "没有这个亮证码，请核对后重新扫码，或请持证人重新出示。"


@dataclass(frozen=True)
class Shown:
    """One certificate as its holder chose to show it."""

    title: str
    number: str
    holder: str
    issuer_name: str
    word: str
    in_force: bool
    lines: tuple[tuple[str, str], ...]  # label and value of the face lines the holder let be seen
    purpose: str
    seen_at: datetime


def shown_certificate(*, show: ShowCode, at: datetime) -> Shown:
    """Return what a code that `operations.see_shown` has just used up lets be seen; the standing is that of now."""
    stored = with_signed_parts(with_standing(Certificate.objects.filter(pk=show.certificate_id)))
    check = answer(stored.get(), at)
    certificate = show.certificate
    labels = {line.code: line.label for line in find_kind(certificate.kind).face if not line.columns}
    lines = tuple((labels[code], str(certificate.face[code])) for code in show.fields if code in labels)
    return Shown(
        title=check.title,
        number=check.number,
        holder=certificate.holders.get(person_id=show.person_id).name,
        issuer_name=check.issuer_name,
        word=check.word,
        in_force=check.in_force,
        lines=lines,
        purpose=show.purpose,
        seen_at=at,
    )


def show_log(*, certificate_id: int, actor: Actor, most: int = 50) -> list[Any]:
    """Return the newest codes the actor made for this certificate: when, what for, whether and by whom seen."""
    own = ShowCode.objects.filter(certificate_id=certificate_id, person_id=actor.require_person())
    return list(own.order_by("-id")[:most])


def own_show_code(*, show_id: int, actor: Actor) -> ShowCode:
    """
    Return a code the actor has made.

    :raises ShowCodeNotFound: there is none of the actor's.
    """
    own = ShowCode.objects.select_related("certificate").filter(pk=show_id, person_id=actor.require_person()).first()
    if own is None:
        raise ShowCodeNotFound
    return own

"""The holder of a certificate has died: what was held for them alone is suspended until a case decides about its end."""

from datetime import datetime
from typing import Any

from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate, CertificateEvent
from onedoor.platform.certificates.operations.ending import resume_certificate, suspend_certificate
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as people
from onedoor.platform.kernel.actors import Actor

MACHINE = Actor.system("死亡联动")
ROOM = "certificates"
REASON = "持证人已登记死亡，暂扣；是否注销由发证机关立案决定。"
BASIS = "《中华人民共和国行政许可法》第七十条"
MISTAKEN = "死亡登记有误，已更正，恢复有效。"
Status = Certificate.Status


def hear_of_death(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Listen for `identity.died` and suspend what the person held alone; heard again, nothing happens.

    A certificate ends by a decided case only, so nothing ends here; what covers others too is left to its office.
    """
    statement = payload["statement_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    held = Certificate.objects.filter(holders__person_id=payload["person_id"], status=Status.VALID)
    suspended, shared = [], []
    for certificate in held.distinct().order_by("pk"):
        if not find_kind(certificate.kind).ends_with_holder:
            continue
        if not _is_held_alone(certificate):
            shared.append(certificate.pk)
            continue
        suspend_certificate(certificate_id=certificate.pk, reason=REASON, basis=BASIS, actor=MACHINE, at=at)
        suspended.append(certificate.pk)
    told = [f"已暂扣证照 {len(suspended)} 张，请发证机关提出注销。"] if suspended else []
    told += [f"证照 {len(shared)} 张还涉及其他人，没有暂扣，请发证机关按变化核定。"] if shared else []
    facts = {"suspended": suspended, "shared": shared}
    identity.record_effect(statement_id=statement, room=ROOM, facts=facts, told=told, at=at)


def hear_of_correction(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.death_corrected` and let what was suspended for that death hold again, if nothing came since."""
    statement = payload["statement_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    ended = people.effect_of(statement_id=payload["death_id"], room=ROOM) if payload["death_id"] else None
    resumed, lost = [], []
    for number in (ended or {}).get("suspended", []):
        certificate = Certificate.objects.get(pk=number)
        if certificate.status == Status.SUSPENDED and _is_ours(certificate):
            resume_certificate(certificate_id=number, reason=MISTAKEN, basis="", actor=MACHINE, at=at)
            resumed.append(number)
        elif certificate.status != Status.VALID:
            lost.append(number)
    told = [f"证照 {len(resumed)} 张恢复有效。"] if resumed else []
    told += [f"证照 {len(lost)} 张没有恢复：其间另有处理，请到发证机关重新申请或者申请复查。"] if lost else []
    facts = {"resumed": resumed, "lost": lost}
    identity.record_effect(statement_id=statement, room=ROOM, facts=facts, told=told, at=at)


def _is_held_alone(certificate: Certificate) -> bool:
    covers = find_kind(certificate.kind).covers
    others = certificate.face.get(covers, []) if covers else []
    return certificate.holders.count() == 1 and len(others) <= 1


def _is_ours(certificate: Certificate) -> bool:
    """Tell whether the last thing that happened to a suspended certificate is the suspension for that death."""
    standing = (CertificateEvent.Operation.SUSPEND, CertificateEvent.Operation.RESUME)
    last = certificate.events.filter(operation__in=standing).order_by("-pk").first()
    return last is not None and last.actor_name == MACHINE.name

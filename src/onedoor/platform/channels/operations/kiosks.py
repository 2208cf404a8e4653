"""The machines of the halls: registered, bound to their screen and reader, activated, locked, retired."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.channels import kiosk_life
from onedoor.platform.channels.figures import kiosk_figures
from onedoor.platform.channels.kiosk_life import MANAGE
from onedoor.platform.channels.models import Kiosk
from onedoor.platform.channels.readings import Proof, presents
from onedoor.platform.identity.models import ServicePoint
from onedoor.platform.kernel import numbers, spoken_codes
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

CODE_LENGTH = 8
LONGEST_NAME, SHORTEST_REASON, LONGEST_REASON = 60, 4, 200
SEEN_EVERY = timedelta(seconds=60)


class CodeUnknown(OneDoorError):
    code, http_status, message = (
        "channels.kiosk_code_unknown",
        403,
        "绑定码不对，或者已经过期、用过。请核对后重新输入；还是不行的，请管理员重新生成一个。",
    )


@transaction.atomic
def register_kiosk(*, point_id: int, name: str, actor: Actor, at: datetime, kind: str = "terminal") -> Kiosk:
    """
    Enter a machine of a hall; nothing can be done at it before it is bound and activated.

    :raises InvalidInput: no such hall within reach, no such kind, or the machine has no name.
    """
    actor.require_one_of(MANAGE)
    point = ServicePoint.objects.select_related("organization").filter(pk=point_id).first()
    problems = {}
    if point is None or not actor.may(MANAGE, division=point.organization.division_id):
        problems["point"] = "请从列表中选择大厅。"
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        problems["name"] = f"请写明放在哪里，例如“一楼东侧”，不超过 {LONGEST_NAME} 个字。"
    if kind not in Kiosk.Kind.values:
        problems["kind"] = "请选择是自助终端还是窗口扫描仪。"
    if problems or point is None:
        raise InvalidInput(problems)
    number = f"ZD{numbers.next_number('channels.kiosk'):05d}"
    recorded = {"recorded_at": at, "recorded_by": actor.name}
    kiosk = Kiosk(number=number, service_point=point, kind=kind, name=name.strip(), **recorded)
    return kiosk_life.append(kiosk, "register", actor=actor, at=at)


@transaction.atomic
def issue_code(*, kiosk_id: int, part: str, actor: Actor, at: datetime) -> tuple[Kiosk, str]:
    """
    Return a one-time code by which the machine's screen or its reader is bound; an earlier one ends.

    A new screen code does not end the screen in use: that happens when somebody types it.

    :raises KioskNotNow: the machine is locked or retired.
    """
    kiosk = _lock(kiosk_id, actor)
    kiosk_life.require_move(kiosk, "code")
    if part not in Kiosk.Part.values:
        raise InvalidInput({"part": "请选择绑定屏幕还是读卡器。"})
    if part == Kiosk.Part.SCREEN and kiosk.kind == Kiosk.Kind.DESK:
        raise InvalidInput({"part": "窗口扫描仪没有屏幕，请生成读卡器绑定码。"})
    code = spoken_codes.new_code(CODE_LENGTH)
    minutes = kiosk_figures(division=kiosk.division, on=day_of(at)).code_minutes
    kiosk.code_digest, kiosk.code_part = kiosk_life.digest_of(code), part
    kiosk.code_until = at + timedelta(minutes=minutes)
    told = Kiosk.Part(part).label
    return kiosk_life.append(kiosk, "code", actor=actor, at=at, reason=str(told)), code


@transaction.atomic
def enrol_kiosk(*, code: str, actor: Actor, at: datetime) -> tuple[Kiosk, str]:
    """
    Bind the screen at which the code was typed; return its secret, told once. Any screen bound before is unbound.

    The machine shows a check word from then on, which its administrator types to activate it: so a code that was typed
    at another machine is noticed.

    :raises CodeUnknown: there is no such code, or it has run out.
    """
    kiosk = _take_code(code, Kiosk.Part.SCREEN, at)
    secret = secrets.token_urlsafe(32)
    kiosk.secret_digest = keyed_hash(secret, purpose="channels.kiosk_secret")
    kiosk.check_word = f"{secrets.randbelow(10_000):04d}"
    kiosk.seen_at = at
    return kiosk_life.append(kiosk, "enrol", actor=actor, at=at), secret


@transaction.atomic
def pair_reader(*, code: str, proof: Proof, public_key: str, actor: Actor, at: datetime) -> Kiosk:
    """
    Bind the card reader that shows it holds the key: from now on only what this key has signed is a reading.

    :raises CodeUnknown: there is no such code, or it has run out, or the reader has not signed it.
    """
    kiosk = _take_code(code, Kiosk.Part.READER, at)
    if not presents(code, proof, public_key=public_key):
        raise CodeUnknown
    kiosk.reader_key, kiosk.reader_seen_at = public_key, at
    kiosk_life.append(kiosk, "pair", actor=actor, at=at)
    if kiosk.kind == Kiosk.Kind.DESK and kiosk.state == kiosk_life.State.REGISTERED:
        kiosk_life.append(kiosk, "begin", actor=actor, at=at)
    return kiosk


def _take_code(code: str, part: str, at: datetime) -> Kiosk:
    rows = Kiosk.objects.select_for_update(of=("self",)).select_related("service_point__organization")
    usable = rows.filter(state__in=kiosk_life.USABLE, code_part=part, code_until__gt=at)
    kiosk = usable.filter(code_digest=kiosk_life.digest_of(code)).first()
    if kiosk is None:
        raise CodeUnknown
    kiosk.code_digest, kiosk.code_part, kiosk.code_until = "", "", None
    return kiosk


@transaction.atomic
def activate_kiosk(*, kiosk_id: int, check_word: str, actor: Actor, at: datetime) -> Kiosk:
    """
    Let people use a machine whose screen is bound.

    :raises InvalidInput: the check word is not the one on the machine's screen.
    :raises KioskNotNow: no screen is bound, or it is in use already.
    """
    kiosk = _lock(kiosk_id, actor)
    kiosk_life.require_move(kiosk, "activate")
    if not secrets.compare_digest(kiosk.check_word.encode(), check_word.strip().encode()):
        raise InvalidInput({"check_word": "核对码与机器屏幕上的不一致。请照屏幕重新输入；屏幕上没有的，重新绑定。"})
    kiosk.check_word = ""
    return kiosk_life.append(kiosk, "activate", actor=actor, at=at)


@transaction.atomic
def lock_kiosk(*, kiosk_id: int, reason: str, actor: Actor, at: datetime) -> Kiosk:
    """
    Stop a machine from afar: whoever stands there is told at the next touch; what they saved is kept. A code made
    before binds nothing any more, not even once the machine is unlocked.
    """
    kiosk = _lock(kiosk_id, actor)
    kiosk_life.require_move(kiosk, "lock")
    kiosk.reason, kiosk.code_digest = _said(reason), ""
    return kiosk_life.append(kiosk, "lock", actor=actor, at=at, reason=kiosk.reason)


@transaction.atomic
def unlock_kiosk(*, kiosk_id: int, actor: Actor, at: datetime) -> Kiosk:
    """Let people use a locked machine again."""
    kiosk = _lock(kiosk_id, actor)
    kiosk_life.require_move(kiosk, "unlock")
    kiosk.reason = ""
    return kiosk_life.append(kiosk, "unlock", actor=actor, at=at)


@transaction.atomic
def retire_kiosk(*, kiosk_id: int, reason: str, actor: Actor, at: datetime) -> Kiosk:
    """End a machine for good: its screen forgets the secret at the next touch, its reader is no longer believed."""
    kiosk = _lock(kiosk_id, actor)
    kiosk_life.require_move(kiosk, "retire")
    kiosk.reason, kiosk.reader_key, kiosk.code_digest = _said(reason), "", ""
    return kiosk_life.append(kiosk, "retire", actor=actor, at=at, reason=kiosk.reason)


def _lock(kiosk_id: int, actor: Actor) -> Kiosk:
    actor.require_one_of(MANAGE)
    return kiosk_life.lock_managed(kiosk_id, actor)


def _said(reason: str) -> str:
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput({"reason": f"请写明原因，{SHORTEST_REASON} 到 {LONGEST_REASON} 个字。"})
    return reason.strip()


def note_seen(*, number: str, at: datetime) -> None:
    """Write down that a screen is in touch, at most once a minute."""
    Kiosk.objects.filter(number=number).exclude(seen_at__gt=at - SEEN_EVERY).update(seen_at=at)

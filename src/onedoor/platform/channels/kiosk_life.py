"""How the machines of a hall change: which act leads where, and the doors to one of them."""

from datetime import datetime
from typing import NamedTuple

from onedoor.platform.audit import operations as audit
from onedoor.platform.channels.models import Kiosk, KioskAct
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import NotAtMachine, NotFound, OneDoorError

MANAGE = "channels.machines"
State = Kiosk.State


class Move(NamedTuple):
    """What an act is called, from where it can be done, and where it leads; "" stays where it is."""

    title: str
    before: tuple[str, ...]
    after: str


USABLE = (State.REGISTERED, State.ENROLLED, State.ACTIVE)
MOVES = {
    "register": Move("登记", (), State.REGISTERED),
    "code": Move("生成绑定码", USABLE, ""),
    "enrol": Move("绑定屏幕", USABLE, State.ENROLLED),
    "pair": Move("绑定读卡器", USABLE, ""),
    "activate": Move("启用", (State.ENROLLED,), State.ACTIVE),
    "begin": Move("启用", (State.REGISTERED,), State.ACTIVE),  # a window's scanner, by being bound
    "lock": Move("暂停", (State.ACTIVE,), State.LOCKED),
    "unlock": Move("恢复使用", (State.LOCKED,), State.ACTIVE),
    "retire": Move("停用", (*USABLE, State.LOCKED), State.RETIRED),
    "fault": Move("没有打印出来", (State.ACTIVE,), ""),
    "mended": Move("又能打印了", (State.ACTIVE,), ""),
}


class KioskNotFound(NotFound):
    code, message = "channels.kiosk_not_found", "没有找到这台自助终端，或者它不由您管理。请回到自助终端列表查看。"


class KioskNotNow(OneDoorError):
    code, http_status, message = (
        "channels.kiosk_not_now",
        409,
        "这台自助终端现在是“{state}”，不能“{act}”。请刷新页面，看现在能做什么。",
    )


class KioskLocked(OneDoorError):
    code, http_status, message = (
        "channels.kiosk_locked",
        503,
        "本机已暂停使用。请换一台自助终端，或者到窗口办理；填了一半的已经保存，不会丢。",
    )


def digest_of(secret: str) -> str:
    """Return under what a device's secret or a one-time code is kept."""
    return keyed_hash("".join(secret.split()).replace("-", "").upper(), purpose="channels.kiosk") if secret else "-"


def kiosk_of(secret: str) -> Kiosk | None:
    """Return the machine whose screen holds this secret."""
    rows = Kiosk.objects.select_related("service_point__organization")
    return rows.filter(secret_digest=keyed_hash(secret, purpose="channels.kiosk_secret")).first() if secret else None


def at_machine(actor: Actor) -> Kiosk:
    """
    Return the machine at which somebody stands.

    :raises NotAtMachine: nobody stands at a machine that is in use.
    """
    rows = Kiosk.objects.select_related("service_point__organization")
    kiosk = rows.filter(number=actor.machine, state=State.ACTIVE).first() if actor.machine else None
    if kiosk is None:
        raise NotAtMachine
    return kiosk


def lock_managed(kiosk_id: int, actor: Actor) -> Kiosk:
    """
    Return a machine under lock for whoever manages it.

    :raises KioskNotFound: there is none, or it is not within reach; both look alike.
    """
    rows = Kiosk.objects.select_for_update(of=("self",)).filter(pk=kiosk_id)
    kiosk = rows.select_related("service_point__organization").first()
    if kiosk is None or not actor.may(MANAGE, division=kiosk.division):
        raise KioskNotFound
    return kiosk


def require_move(kiosk: Kiosk, act: str) -> None:
    """:raises KioskNotNow: the act cannot be done in the state the machine is in."""
    move = MOVES[act]
    if kiosk.state not in move.before:
        raise KioskNotNow(state=kiosk.get_state_display(), act=move.title)


def append(kiosk: Kiosk, act: str, *, actor: Actor, at: datetime, reason: str = "") -> Kiosk:
    """Let an act have its effect: the machine is saved in its new state, the act added to its history and the record."""
    kiosk.state = MOVES[act].after or kiosk.state
    kiosk.save()
    KioskAct.objects.create(
        kiosk=kiosk, act=act, state=kiosk.state, reason=reason, login_id=actor.login_id, actor_name=actor.name, at=at
    )
    told = {"target": kiosk.target, "division": kiosk.division, "reason": reason}
    audit.record("channels.kiosk", actor=actor, at=at, act=act, **told)
    return kiosk

"""自助终端: the machines of the halls for whoever manages them, and what a machine's card reader says."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Header, Query
from pydantic import Field

from onedoor.api.doors import anybody, caller, officer, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Told, whole
from onedoor.platform.channels.operations import cards, devices, kiosks, scans
from onedoor.platform.channels.queries import kiosks as queries
from onedoor.platform.channels.readings import Card, Proof
from onedoor.platform.kernel import clock

room = Room("machines")
MANAGE = officer("channels.machines")
READER = anybody(most=1200, name="reader")  # each asks once a second, twenty in a hall; every word is signed
CODE = anybody(most=10, name="kiosk_enrol")
Key = Annotated[str, Field(max_length=200, pattern=r"^[0-9a-f]+$")]
Signed = Annotated[str, Field(max_length=200)]
MOST_OF_A_PAGE = 2_400_000  # characters of base64: a page of 1.8 MB, less than Django takes as a body
SCANNER: Any = Query(  # type: ignore[type-arg]
    False, description="旁边有扫描仪 · a scanner stands beside it"
)
MOMENT: Any = Header(  # type: ignore[type-arg]
    ...,
    alias="Reader-Moment",
    max_length=20,
    description="读卡器签名的时刻，1970 年以来的秒数 · the moment the reader has signed, seconds since 1970",
)
ALGORITHM: Any = Header(  # type: ignore[type-arg]
    ..., alias="Reader-Algorithm", max_length=20, description="签名算法 · algorithm of the signature"
)
SIGNATURE: Any = Header(  # type: ignore[type-arg]
    ...,
    alias="Reader-Signature",
    max_length=200,
    description="读卡器对编号和时刻的签名 · the reader’s signature over number and moment",
)


class MachineOut(Told):
    """一台自助终端。A machine of a hall."""

    id: int
    number: str
    name: str
    point: str
    state: str
    reason: str
    kind: str
    has_reader: bool
    seen_at: datetime | None
    reader_seen_at: datetime | None
    scanner_seen_at: datetime | None
    printer_failed_at: datetime | None


class MachineActOut(Told):
    """自助终端上发生的一件事。One thing that happened to a machine."""

    act: str
    state: str
    reason: str
    name: str
    at: datetime


class MachineHistoryOut(MachineOut):
    """一台自助终端和它的全部记录。A machine with everything that happened to it."""

    acts: list[MachineActOut]


class MachineIn(Told):
    """登记一台自助终端。A machine to be registered."""

    point: Id
    name: Line
    kind: Literal["terminal", "desk"] = "terminal"


class PartIn(Told):
    """绑定屏幕还是读卡器。Which part of a machine is to be bound."""

    part: Literal["screen", "reader"]


class MachineCodeOut(Told):
    """绑定码，只告诉这一次。The code by which a part is bound, told once."""

    code: str
    until: datetime


class CheckWordIn(Told):
    """机器屏幕上的核对码。The check word on the machine's screen."""

    check_word: Line


class MachineReasonIn(Told):
    """暂停或停用的原因，机器前的人会看到。Why a machine is locked or retired; whoever stands there sees it."""

    reason: Line


class ReaderIn(Told):
    """读卡器的公钥，和它对绑定码的签名。A reader's public key, and its signature over the code."""

    code: Line
    public_key: Key
    algorithm: Line
    signature: Signed


class ReaderBoundOut(Told):
    """读卡器绑定到的终端。The machine a reader was bound to."""

    number: str


class ChallengeOut(Told):
    """现在要读卡的挑战值，没有人要读时为空。The challenge to read a card by, empty where nobody asks."""

    challenge: str
    page: str


class PageIn(Told):
    """扫到的一页（JPEG 的 base64）或没有扫到的原因，带读卡器的签名。A scanned page or why there is none, signed."""

    challenge: Line
    page: Annotated[str, Field(max_length=MOST_OF_A_PAGE)]
    problem: Literal["", "no_paper", "fault"]
    algorithm: Line
    signature: Signed


class ReadingIn(Told):
    """读到的身份证和读卡器的签名。What a reader has read of a card, signed by it."""

    challenge: Line
    name: Line
    id_number: Line
    valid_to: Line
    algorithm: Line
    signature: Signed


class DeviceIn(Told):
    """机器的一台设备刚才工作没有，带读卡器的签名。Whether a device of a machine did what was asked of it, signed by its reader."""

    device: Literal["printer"]
    works: bool
    moment: Annotated[str, Field(max_length=20)]
    algorithm: Line
    signature: Signed


class ReadingTakenOut(Told):
    """读取已收下。The reading was taken."""

    taken: bool


def _out(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "number": one.number,
        "name": one.name,
        "point": one.service_point.name,
        "state": one.state,
        "reason": one.reason,
        "kind": one.kind,
        "has_reader": bool(one.reader_key),
        "seen_at": one.seen_at,
        "reader_seen_at": one.reader_seen_at,
        "scanner_seen_at": one.scanner_seen_at,
        "printer_failed_at": one.printer_failed_at,
    }


@room.read("/machines", MANAGE, "自助终端", Page[MachineOut])
def list_machines(request: HttpRequest) -> dict[str, Any]:
    """List the machines of the halls within reach."""
    return whole(queries.list_kiosks(actor=caller(request)), _out)


@room.write("/machines", MANAGE, "登记自助终端", MachineOut)
def register(request: HttpRequest, sent: MachineIn) -> dict[str, Any]:
    """Enter a machine of a hall."""
    return _out(kiosks.register_kiosk(point_id=sent.point, name=sent.name, kind=sent.kind, **who(request)))


@room.read("/machines/{kiosk_id}", MANAGE, "一台自助终端", MachineHistoryOut)
def get_machine(request: HttpRequest, kiosk_id: Id) -> dict[str, Any]:
    """Show a machine with everything that happened to it."""
    found = queries.get_kiosk(kiosk_id=kiosk_id, actor=caller(request))
    acts = [
        {"act": act.act, "state": act.state, "reason": act.reason, "name": act.actor_name, "at": act.at}
        for _, act in found.acts
    ]
    return _out(found.kiosk) | {"acts": acts}


@room.write("/machines/{kiosk_id}/codes", MANAGE, "生成绑定码", MachineCodeOut)
def issue_code(request: HttpRequest, kiosk_id: Id, sent: PartIn) -> dict[str, Any]:
    """Make a one-time code by which the machine's screen or reader is bound."""
    kiosk, code = kiosks.issue_code(kiosk_id=kiosk_id, part=sent.part, **who(request))
    return {"code": code, "until": kiosk.code_until}


@room.write("/machines/{kiosk_id}/activation", MANAGE, "启用自助终端", MachineOut)
def activate(request: HttpRequest, kiosk_id: Id, sent: CheckWordIn) -> dict[str, Any]:
    """Let people use a machine whose screen is bound."""
    return _out(kiosks.activate_kiosk(kiosk_id=kiosk_id, check_word=sent.check_word, **who(request)))


@room.write("/machines/{kiosk_id}/lock", MANAGE, "暂停自助终端", MachineOut)
def lock(request: HttpRequest, kiosk_id: Id, sent: MachineReasonIn) -> dict[str, Any]:
    """Stop a machine from afar, with the reason people there are told."""
    return _out(kiosks.lock_kiosk(kiosk_id=kiosk_id, reason=sent.reason, **who(request)))


@room.remove("/machines/{kiosk_id}/lock", MANAGE, "恢复自助终端", MachineOut)
def unlock(request: HttpRequest, kiosk_id: Id) -> dict[str, Any]:
    """Let people use a locked machine again."""
    return _out(kiosks.unlock_kiosk(kiosk_id=kiosk_id, **who(request)))


@room.write("/machines/{kiosk_id}/retirement", MANAGE, "停用自助终端", MachineOut)
def retire(request: HttpRequest, kiosk_id: Id, sent: MachineReasonIn) -> dict[str, Any]:
    """End a machine for good."""
    return _out(kiosks.retire_kiosk(kiosk_id=kiosk_id, reason=sent.reason, **who(request)))


@room.write("/readers", CODE, "绑定读卡器", ReaderBoundOut)
def pair_reader(request: HttpRequest, sent: ReaderIn) -> dict[str, Any]:
    """Bind a card reader by a code; it shows that it holds the key by signing the code."""
    proof = Proof(sent.algorithm, sent.signature)
    kiosk = kiosks.pair_reader(code=sent.code, proof=proof, public_key=sent.public_key, **who(request))
    return {"number": kiosk.number}


@room.read("/readers/{number}/challenge", READER, "读卡器问要不要读卡", ChallengeOut)
def get_challenge(
    request: HttpRequest,
    number: Line,
    moment: str = MOMENT,
    algorithm: str = ALGORITHM,
    signature: str = SIGNATURE,
    scanner: bool = SCANNER,
) -> dict[str, Any]:
    """Tell by which challenge to read a card now, and to scan a page; the reader signs number and moment."""
    proof = Proof(algorithm, signature)
    told: dict[str, Any] = {"scanner": scanner, "at": clock.now(), "wall": clock.wall()}
    return queries.wanted_of(number=number, moment=moment, proof=proof, **told)._asdict()


@room.write("/readers/{number}/readings", READER, "读卡器交来读到的身份证", ReadingTakenOut)
def deliver_reading(request: HttpRequest, number: Line, sent: ReadingIn) -> dict[str, Any]:
    """Take what a machine's reader has read; each question is answered once."""
    card = Card(sent.name, sent.id_number, sent.valid_to)
    proof = Proof(sent.algorithm, sent.signature)
    cards.deliver_reading(number=number, challenge=sent.challenge, card=card, proof=proof, **who(request))
    return {"taken": True}


@room.write("/readers/{number}/devices", READER, "报告设备是否正常", ReadingTakenOut)
def report_device(request: HttpRequest, number: Line, sent: DeviceIn) -> dict[str, Any]:
    """Take down whether the machine's printer did print; it is signed by the reader beside it."""
    proof = Proof(sent.algorithm, sent.signature)
    told = {"moment": sent.moment, "proof": proof, "wall": clock.wall(), **who(request)}
    devices.report_printer(number=number, works=sent.works, **told)
    return {"taken": True}


@room.write("/readers/{number}/pages", READER, "交来扫到的一页", ReadingTakenOut)
def deliver_page(request: HttpRequest, number: Line, sent: PageIn) -> dict[str, Any]:
    """Take a page a machine's scanner has scanned, or why it has not; each question is answered once."""
    told = {"challenge": sent.challenge, "page": sent.page, "problem": sent.problem, **who(request)}
    scans.deliver_page(number=number, proof=Proof(sent.algorithm, sent.signature), **told)
    return {"taken": True}

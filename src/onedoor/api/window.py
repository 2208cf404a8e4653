"""At the window: identity seen in person, delegations, guardianships, help with a form, new passwords."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, UploadedFile

from onedoor.api.doors import caller, officer, who
from onedoor.api.me import DelegationOut, GuardianshipOut
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, whole
from onedoor.platform.files.posted import evidence_of
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock

room = Room("window")
WINDOW = officer("identity.window")


class PersonIn(Told):
    """证件上的姓名和号码。Name and number as the document shows them."""

    name: Line
    id_number: Line


class PersonOut(Told):
    """窗口前的人，号码隐去部分。Somebody at the window; number and phone masked."""

    id: int
    name: str
    id_number: str
    phone: str
    division: str
    level: int
    verified_by: str
    document_valid_to: date | None
    deceased_on: date | None
    age: int | None
    has_login: bool
    guardianships: list[GuardianshipOut]


class VerifyIn(PersonIn):
    """当面核验身份，需要时开户。Identity seen in person; opens an account where a phone is given."""

    division: Line = ""
    phone: Line = ""
    document_valid_to: Day | None = None
    witness_note: Text


class VerifiedOut(Told):
    """核验后的实名等级。The real-name level after the check."""

    id: int
    level: int


class DelegateIn(Told):
    """窗口登记的委托。A delegation given at the window."""

    principal_name: Line
    principal_id_number: Line
    agent_name: Line
    agent_id_number: Line
    relation: Line
    items: list[Line] = []
    scopes: list[Line]
    valid_to: Day
    max_uses: Id | None = None
    witness: Line


class GuardIn(Told):
    """窗口登记的监护。A guardianship recorded at the window."""

    ward_name: Line
    ward_id_number: Line
    guardian_name: Line
    guardian_id_number: Line
    basis: Line
    document: Line
    valid_from: Day


class EndIn(Told):
    """终止的理由。Why it ends."""

    reason: Text


class LookIn(Told):
    """看了什么证件、怎么核的。Which document the officer has looked at, and how."""

    document: Line = ""
    method: Line = ""
    document_valid_to: Day | None = None


class HelpIn(PersonIn, LookIn):
    """帮谁办；已经看过证件的一并登记。Whom the officer helps, and the look at their document where there was one."""


class IdentityCheckOut(Told):
    """这次帮办里的证件核验。The look at the document under this help."""

    document: str
    method: str
    at: datetime


class HelpOut(Told):
    """正在帮谁办。Whom the officer is helping."""

    name: str | None
    ends_at: datetime | None
    identity_check: IdentityCheckOut | None


class CitizenResetIn(PersonIn):
    """为群众重置账号。A new password for a citizen, and a new phone where the old one is lost."""

    new_phone: Line = ""
    witness_note: Text


class OfficerResetIn(Told):
    """为工作人员重置账号。A new password for an officer."""

    witness_note: Text


class ResetOut(Told):
    """当面交给本人的新密码，只显示一次。What the person takes along, shown once; nothing while a second person is waited for."""

    password: str
    one_time_secret: str
    username: str
    needs_second: bool


class WaitingResetOut(Told):
    """等第二个人批准的重置。A reset of a powerful account that waits for a second person."""

    id: int
    username: str
    name: str
    note: str
    asked_by: str
    asked_at: datetime


@room.ask(
    "/window/people",
    WINDOW,
    "凭证件找人",
    PersonOut,
    why="a look: each is recorded; the number stays out of the address",
)
def find_person(request: HttpRequest, asked: PersonIn) -> dict[str, Any]:
    """Find a person by the document they show, with their guardianships."""
    actor = caller(request)
    found = identity.find_person(**asked.dict(), **who(request))
    rows = identity.guardianships_of(person_id=found.id, actor=actor, on=clock.today())
    return {**vars(found), "guardianships": [_guardianship(one, found.id) for one in rows]}


def _guardianship(one: Any, person_id: int) -> dict[str, Any]:
    as_guardian = one.guardian_id == person_id
    other = one.ward if as_guardian else one.guardian
    told = {"id": one.pk, "basis": one.basis, "valid_to": one.valid_to}
    return {"name": other.name, "as_guardian": as_guardian} | told


@room.write("/window/verifications", WINDOW, "当面核验身份", VerifiedOut)
def verify(request: HttpRequest, sent: VerifyIn) -> VerifiedOut:
    """Raise somebody's real-name level after seeing them with their document; give them an account if they have none."""
    person = operations.admit_at_window(**sent.dict(), **who(request))
    return VerifiedOut(id=person.pk, level=person.assurance)


@room.write("/window/delegations", WINDOW, "登记委托", DelegationOut)
def delegate(request: HttpRequest, sent: Form[DelegateIn], evidence: File[UploadedFile]) -> DelegationOut:
    """Record a delegation given at the window: both people, the terms, a witness, a photo of the act."""
    given = sent.dict(exclude={"principal_name", "principal_id_number", "agent_name", "agent_id_number", "max_uses"})
    paper = evidence_of(request)
    made = operations.record_delegation(
        principal=(sent.principal_name, sent.principal_id_number),
        agent=(sent.agent_name, sent.agent_id_number),
        max_uses=sent.max_uses or None,
        evidence_digest=paper.digest,
        **given,
        **who(request),
    )
    paper.keep(name="现场照片", target=f"delegation:{made.pk}", **who(request))
    names = ("items", "scopes", "state", "valid_from", "valid_to", "max_uses", "uses")
    told = {name: getattr(made, name) for name in names}
    return DelegationOut(id=made.pk, name=sent.agent_name, given=True, **told)


@room.write("/window/guardianships", WINDOW, "登记监护", GuardianshipOut)
def guard(request: HttpRequest, sent: Form[GuardIn], evidence: File[UploadedFile]) -> GuardianshipOut:
    """Record a guardianship with the paper that proves it."""
    paper = evidence_of(request)
    made = operations.record_guardianship(
        ward=(sent.ward_name, sent.ward_id_number),
        guardian=(sent.guardian_name, sent.guardian_id_number),
        basis=sent.basis,
        document=sent.document,
        valid_from=sent.valid_from,
        evidence_digest=paper.digest,
        **who(request),
    )
    paper.keep(name="证明文件", target=f"guardianship:{made.pk}", **who(request))
    name, until = sent.ward_name, made.valid_to
    return GuardianshipOut(id=made.pk, name=name, as_guardian=True, basis=made.basis, valid_to=until)


@room.write("/window/guardianships/{guardianship_id}/end", WINDOW, "终止监护", Done)
def end_guardianship(request: HttpRequest, guardianship_id: Id, sent: EndIn) -> dict[str, Any]:
    """End a guardianship, with the reason."""
    operations.end_guardianship(guardianship_id=guardianship_id, reason=sent.reason, **who(request))
    return {"done": True}


def _help(request: HttpRequest) -> dict[str, Any]:
    filing = identity.assisted_filing(**who(request))
    check = identity.identity_check_of(filing)
    look = {"document": check.document, "method": check.method, "at": check.recorded_at} if check else None
    told = {"name": filing.person.name, "ends_at": filing.ends_at} if filing else {"name": None, "ends_at": None}
    return told | {"identity_check": look}


@room.read("/window/assistance", WINDOW, "正在帮谁办", HelpOut)
def get_assistance(request: HttpRequest) -> dict[str, Any]:
    """Tell whom the officer is helping; at the addresses of an application they act as that person."""
    return _help(request)


@room.write("/window/assistance", WINDOW, "开始帮办", HelpOut)
def begin_assistance(request: HttpRequest, sent: Form[HelpIn], evidence: File[UploadedFile]) -> dict[str, Any]:
    """Begin to fill in an application for somebody present, with their signed mandate."""
    paper = evidence_of(request)
    filing = operations.begin_assisting(**sent.dict(), evidence_digest=paper.digest, **who(request))
    paper.keep(name="帮办授权书", target=f"assisted:{filing.pk}", **who(request))
    return _help(request)


@room.write("/window/assistance/identity-check", WINDOW, "帮办时核验证件", HelpOut)
def check_identity(request: HttpRequest, sent: LookIn) -> dict[str, Any]:
    """Record the look at the document of whoever is being helped: level 3 for what is done under this help."""
    operations.check_identity(**sent.dict(), **who(request))
    return _help(request)


@room.remove("/window/assistance", WINDOW, "结束帮办", HelpOut)
def end_assistance(request: HttpRequest) -> dict[str, Any]:
    """End the help."""
    operations.end_assisting(**who(request))
    return _help(request)


@room.write("/window/resets", officer("identity.reset_citizen"), "为群众重置账号", ResetOut)
def reset_citizen(request: HttpRequest, sent: CitizenResetIn) -> dict[str, Any]:
    """Give a citizen a new password at the window."""
    return vars(operations.reset_citizen(**sent.dict(), **who(request)))


@room.write("/officers/{username}/reset", officer("identity.reset"), "为工作人员重置账号", ResetOut)
def reset_officer(request: HttpRequest, username: Line, sent: OfficerResetIn) -> dict[str, Any]:
    """Give an officer a new password and a new secret for the one-time password; a powerful account waits for a second person."""
    return vars(operations.reset_officer(username=username, witness_note=sent.witness_note, **who(request)))


@room.read("/officers/resets/waiting", officer("identity.reset"), "等批准的账号重置", Page[WaitingResetOut])
def waiting_resets(request: HttpRequest) -> dict[str, Any]:
    """List the resets of powerful accounts that wait for a second person."""
    return whole(identity.resets_to_approve(**who(request)), _waiting_reset)


def _waiting_reset(one: Any) -> dict[str, Any]:
    told = {"username": one.login.username, "name": one.login.name, "asked_by": one.asked_by.name}
    return told | {"id": one.pk, "note": one.note, "asked_at": one.recorded_at}


@room.write("/officers/resets/{reset_id}/approval", officer("identity.reset"), "批准账号重置", ResetOut)
def approve_reset(request: HttpRequest, reset_id: Id) -> dict[str, Any]:
    """Do a reset that another security administrator has asked for."""
    return vars(operations.approve_reset(reset_id=reset_id, **who(request)))

"""Several people sign one application: the applicant names and asks them, each reads just this version and signs or declines."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.api.cases import MaterialOut, material
from onedoor.api.desk import DeclaredOut, declared
from onedoor.api.doors import applicant, caller, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, whole
from onedoor.platform.cases import operations, queries
from onedoor.platform.kernel import clock

room = Room("signers")


class SignatoryOut(Told):
    """一位共同签字人。Somebody who signs the application as well."""

    id: int
    name: str
    state: str
    due_on: date | None
    changed_at: datetime | None
    signed_at: datetime | None
    way: str
    level: int | None
    reason: str


class SignerRoleOut(Told):
    """要哪一种人签字、已经填了谁。A role that signs, with who is named for it."""

    code: str
    title: str
    basis: str
    least: int
    most: int
    signatories: list[SignatoryOut]


class SigningOut(Told):
    """一份申请的共同签字。The signatures an application asks for."""

    roles: list[SignerRoleOut]
    in_order: bool
    days: int
    complete: bool


class SignatoryIn(Told):
    """请谁签字。Who is to sign."""

    role: Line
    name: Line
    id_number: Line
    phone: Line


class CountersignatureOut(Told):
    """请我签字的一份申请。An application of somebody else that one is asked to sign."""

    id: int
    item: str
    applicant: str
    role: str
    ward: str
    state: str
    due_on: date | None
    changed_at: datetime | None
    signed_at: datetime | None
    may_sign: bool


class CountersigningOut(CountersignatureOut):
    """要签的全部内容，和代表这一版的摘要。All that is signed, and the digest that stands for just this version."""

    declared: list[DeclaredOut]
    materials: list[MaterialOut]
    digest: str
    level: int


class CountersignIn(Told):
    """签的是哪一版：读到的摘要。The digest of what was read."""

    digest: Line


class DeclineIn(Told):
    """为什么不签，申请人会看到。Why not; the applicant is shown it."""

    reason: Text


def _signatory(row: Any) -> dict[str, Any]:
    names = ("state", "due_on", "changed_at", "signed_at", "way", "level")
    return {"id": row.pk, "name": row.person.name, "reason": str(row.reason)} | {n: getattr(row, n) for n in names}


@room.read("/drafts/{uuid:draft_id}/signers", applicant, "共同签字", SigningOut)
def get_signing(request: HttpRequest, draft_id: UUID) -> dict[str, Any]:
    """Read who signs an application besides its applicant, and how far they are."""
    draft = queries.get_draft(draft_id=draft_id, actor=caller(request), on=clock.today())
    found = queries.signing_of(draft=draft, **who(request))
    names = ("code", "title", "basis", "least", "most")
    return {
        "roles": [
            {name: getattr(one.role, name) for name in names} | {"signatories": [_signatory(row) for row in one.rows]}
            for one in found.asked
        ],
        "in_order": found.in_order,
        "days": found.days,
        "complete": found.is_whole,
    }


@room.write("/drafts/{uuid:draft_id}/signers", applicant, "填写签字人", Done)
def name_signatory(request: HttpRequest, draft_id: UUID, sent: SignatoryIn) -> dict[str, Any]:
    """Name somebody who is to sign as well; they hear of it once they are asked."""
    operations.name_signatory(draft_id=draft_id, **sent.model_dump(), **who(request))
    return {"done": True}


@room.remove("/drafts/{uuid:draft_id}/signers/{signatory_id}", applicant, "移除签字人", Done)
def drop_signatory(request: HttpRequest, draft_id: UUID, signatory_id: Id) -> dict[str, Any]:
    """Take somebody out again, with what they have signed."""
    operations.drop_signatory(draft_id=draft_id, signatory_id=signatory_id, **who(request))
    return {"done": True}


@room.write("/drafts/{uuid:draft_id}/signature-requests", applicant, "请他们签字", Done)
def ask_signatories(request: HttpRequest, draft_id: UUID) -> dict[str, Any]:
    """Ask everybody who has not signed: at first, and again whoever let the days pass or declined."""
    operations.ask_signatories(draft_id=draft_id, **who(request))
    return {"done": True}


def _asked(one: queries.Countersigning) -> dict[str, Any]:
    names = ("state", "due_on", "changed_at", "signed_at")
    told = {name: getattr(one, name) for name in ("item", "applicant", "role", "ward")}
    return {"id": one.row.pk, "may_sign": one.is_open} | told | {name: getattr(one.row, name) for name in names}


@room.read("/me/countersignatures", applicant, "请我签字的申请", Page[CountersignatureOut])
def my_countersignatures(request: HttpRequest) -> dict[str, Any]:
    """List the applications of others that one signs, or has signed, for oneself or for a ward."""
    return whole(queries.countersignatures(**who(request)), _asked)


@room.read("/me/countersignatures/{signatory_id}", applicant, "要签的内容", CountersigningOut)
def get_countersigning(request: HttpRequest, signatory_id: Id) -> dict[str, Any]:
    """Read just the version that is to be signed; the look is recorded."""
    shown = queries.get_countersigning(signatory_id=signatory_id, **who(request))
    return _asked(shown.about) | {
        "declared": declared(shown.sections),
        "materials": [material(one) for one in shown.papers],
        "digest": shown.digest,
        "level": shown.level,
    }


@room.write("/me/countersignatures/{signatory_id}/signature", applicant, "签字", Done)
def countersign(request: HttpRequest, signatory_id: Id, sent: CountersignIn) -> dict[str, Any]:
    """Sign the version that was read, for oneself or for a ward."""
    operations.countersign(signatory_id=signatory_id, digest=sent.digest, **who(request))
    return {"done": True}


@room.write("/me/countersignatures/{signatory_id}/refusal", applicant, "不同意签字", Done)
def decline(request: HttpRequest, signatory_id: Id, sent: DeclineIn) -> dict[str, Any]:
    """Decline to sign, with a reason the applicant is shown."""
    operations.decline_signature(signatory_id=signatory_id, reason=sent.reason, **who(request))
    return {"done": True}

"""The systems that call this API, for the administrators who let them in and shut them out."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.doors import caller, officer, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, whole
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock

room = Room("systems")
MANAGES, SECURES = officer("identity.manage"), officer("identity.manage_security")
EITHER = officer("identity.manage", "identity.manage_security")


class SystemOut(Told):
    """一个接口客户端。A system that calls the API."""

    id: int
    client_id: str
    name: str
    purpose: str
    organization: str
    role: str
    division: str
    lines: list[str]
    scopes: list[str]
    state: str
    last_day: date | None
    suspended_reason: str
    last_token_at: datetime | None


class SystemIn(Told):
    """登记接口客户端；不写 `division` 的用单位所在地。A system to register."""

    name: Line
    purpose: Line
    organization: Id
    role: Line
    division: Line = ""
    lines: list[Line] = []
    scopes: list[Line]
    last_day: Day


class AdmittedOut(Told):
    """客户端编号和密钥，密钥只显示一次。Id and secret of a client, the secret shown once."""

    client_id: str
    client_secret: str


class RenewIn(Told):
    """续期到哪一天。The new last day."""

    last_day: Day


class SuspendIn(Told):
    """停用的原因。Why it is shut out."""

    reason: Text


def _system(client: Any) -> dict[str, Any]:
    post = client.login.posts_here[0]
    told = {"id": client.pk, "client_id": client.login.username, "name": client.login.name, "purpose": client.purpose}
    place = {"organization": post.organization.name, "role": post.role, "division": post.division_id}
    rights = {"lines": post.lines, "scopes": client.scopes, "last_day": post.last_day}
    standing = {"state": identity.state_of_client(client, on=clock.today())}
    standing |= {"suspended_reason": client.suspended_reason, "last_token_at": client.last_token_at}
    return told | place | rights | standing


@room.read("/systems", EITHER, "接口客户端", Page[SystemOut])
def list_systems(request: HttpRequest) -> dict[str, Any]:
    """List the systems within reach that may call the API, or could."""
    return whole(identity.list_clients(actor=caller(request)), _system)


@room.write("/systems", MANAGES, "登记接口客户端", SystemOut)
def register(request: HttpRequest, sent: SystemIn) -> dict[str, Any]:
    """Register a system of an organization; it waits for the security administrator."""
    organ = identity.get_organization(organization_id=sent.organization, actor=caller(request))
    given = sent.dict(exclude={"organization", "division"})
    division = sent.division or organ.division_id
    made = operations.register_client(organization_id=organ.pk, division=division, **given, **who(request))
    return get_system(request, made.pk)


@room.read("/systems/{login_id}", EITHER, "一个接口客户端", SystemOut)
def get_system(request: HttpRequest, login_id: Id) -> dict[str, Any]:
    """Read one system with what it may do, where and until when."""
    return _system(identity.get_client(client_id=login_id, actor=caller(request)))


@room.write("/systems/{login_id}/approval", SECURES, "批准接口客户端", AdmittedOut)
def approve(request: HttpRequest, login_id: Id) -> dict[str, Any]:
    """Approve a registered system and get its secret, shown once."""
    return _admitted(operations.approve_client(login_id=login_id, **who(request)))


def _admitted(made: Any) -> dict[str, Any]:
    return {"client_id": made.client.login.username, "client_secret": made.secret}


@room.write("/systems/{login_id}/renewal", SECURES, "续期并换密钥", AdmittedOut)
def renew(request: HttpRequest, login_id: Id, sent: RenewIn) -> dict[str, Any]:
    """Give a system a new last day and a new secret; the old secret and its tokens end."""
    return _admitted(operations.renew_client(login_id=login_id, last_day=sent.last_day, **who(request)))


@room.write("/systems/{login_id}/suspension", EITHER, "停用接口客户端", SystemOut)
def suspend(request: HttpRequest, login_id: Id, sent: SuspendIn) -> dict[str, Any]:
    """Shut a system out at once, with its tokens."""
    operations.suspend_client(login_id=login_id, reason=sent.reason, **who(request))
    return get_system(request, login_id)


@room.write("/systems/{login_id}/resumption", SECURES, "恢复接口客户端", SystemOut)
def resume(request: HttpRequest, login_id: Id) -> dict[str, Any]:
    """Let a suspended system in again."""
    operations.resume_client(login_id=login_id, **who(request))
    return get_system(request, login_id)

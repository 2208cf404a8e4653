"""Officers, posts, absences, organizations and the tree of places, for their administrators."""

from datetime import date
from decimal import Decimal
from typing import Any

from axes.utils import reset as forget_wrong_passwords
from django.http import HttpRequest

from onedoor.api.doors import caller, officer, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, page, whole
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput

room = Room("people")
MANAGES, SECURES = officer("identity.manage"), officer("identity.manage_security")
EITHER = officer("identity.manage", "identity.manage_security")


class PostOut(Told):
    """一个岗位。A post."""

    id: int
    organization: str
    organization_id: int
    role: str
    role_title: str
    division: str
    lines: list[str]
    valid_from: date
    valid_to: date | None
    approved: bool


class OfficerOut(Told):
    """一位工作人员和管辖范围内的岗位。An officer with the posts within reach."""

    id: int
    username: str
    name: str
    is_active: bool
    posts: list[PostOut]


class PostIn(Told):
    """任命的岗位；不写 `division` 的用单位所在地。A post to give; without a division, the organization's own."""

    organization: Id
    role: Line
    division: Line = ""
    lines: list[Line] = []
    valid_from: Day


class EngageIn(PostIn):
    """新工作人员和第一个岗位。A new officer with a first post."""

    username: Line
    name: Line
    id_number: Line


class EngagedOut(Told):
    """新工作人员带走的密码和动态口令密钥，只显示一次。What the new officer takes along, shown once."""

    id: int
    username: str
    password: str
    one_time_secret: str


class MoveIn(Told):
    """岗位调动。Where a post moves, from which day."""

    organization: Id
    division: Line = ""
    on: Day


class LastDayIn(Told):
    """最后一天。The last day."""

    last_day: Day


class UnlockIn(Told):
    """解锁的理由。Why an account is unlocked."""

    reason: Text


class WaitingPostOut(PostOut):
    """待批准的岗位。A post that waits for approval."""

    login: int
    username: str
    name: str


class AbsenceOut(Told):
    """一次代岗。Somebody stands in for somebody."""

    id: int
    post: int
    holder: str
    deputy: str
    starts_on: date
    ends_on: date
    approved: bool


class WaitingAbsenceOut(AbsenceOut):
    """等安全管理员批准的代岗。Standing in for a powerful post, not approved yet."""

    role: str


class AbsenceIn(Told):
    """谁在哪几天代哪个岗位。Which post, who stands in, from when to when."""

    post: Id
    deputy: Id
    first_day: Day
    last_day: Day


class DeputyOut(Told):
    """可以代岗的同事。A colleague who could stand in."""

    id: int
    name: str


class OrganizationOut(Told):
    """单位的一行。An organization."""

    id: int
    uscc: str
    name: str
    short_name: str
    kind: str
    tier: int
    division: str
    parent: int | None
    phone: str
    in_force_from: date | None
    in_force_to: date | None


class UnitOut(Told):
    """内设机构。A unit."""

    id: int
    name: str
    in_force_to: date | None


class PointOut(Told):
    """服务点。A service point."""

    id: int
    kind: str
    name: str
    address: str
    phone: str
    opening_hours: str
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    closed_on: date | None = None


class OrganizationWholeOut(OrganizationOut):
    """单位、内设机构和服务点。An organization with its units and points."""

    units: list[UnitOut]
    points: list[PointOut]


class OrganizationIn(Told):
    """登记单位。An organization to enter."""

    uscc: Line
    name: Line
    short_name: Line
    kind: Line
    tier: Id
    division: Line
    parent: Id | None = None
    phone: Line = ""


class RenameOrganizationIn(Told):
    """单位更名。The new name."""

    name: Line
    short_name: Line


class UnitIn(Told):
    """内设机构。A unit to add."""

    name: Line


class PointIn(Told):
    """服务点。A service point to set."""

    kind: Line
    name: Line
    address: Line
    phone: Line = ""
    opening_hours: Line = ""
    longitude: Line | None = None
    latitude: Line | None = None


class SuccessionIn(Told):
    """撤并后由谁承接。Who takes over from the organization."""

    successors: list[Id]
    document: Line
    on: Day


class ReorganisationOut(Told):
    """一次区划变更。A succession of places."""

    ended: str
    successor: str
    on: date
    document: str


class EstablishIn(Told):
    """设立区划。A new division."""

    code: Line
    name: Line
    level: Id
    parent: Line
    document: Line
    on: Day


class RenameDivisionIn(Told):
    """区划更名。A new name of a division."""

    name: Line
    on: Day


class PairIn(Told):
    """撤销的和承接的区划代码。The code that ends and the one that takes over."""

    ended: Line
    successor: Line


class ReplaceIn(Told):
    """区划撤并。Divisions that are replaced."""

    successions: list[PairIn]
    document: Line
    on: Day


def _post(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "organization": one.organization.name,
        "organization_id": one.organization_id,
        "role": one.role,
        "role_title": one.get_role_display(),
        "division": one.division_id,
        "lines": one.lines,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "approved": one.approved_at is not None,
    }


def _officer(login: Any) -> dict[str, Any]:
    told = {name: getattr(login, name) for name in ("username", "name", "is_active")}
    return {"id": login.pk, "posts": [_post(one) for one in login.posts_here]} | told


@room.read("/officers", EITHER, "工作人员", Page[OfficerOut])
def list_officers(request: HttpRequest, q: Line = "", after: Line = "") -> dict[str, Any]:
    """List the officers with a post within reach, by staff number."""
    found = identity.list_officers(actor=caller(request), after=after, text=q)
    return page(found, size=identity.PAGE, cursor=lambda one: one.username, out=_officer)


@room.write("/officers", MANAGES, "新工作人员", EngagedOut)
def engage(request: HttpRequest, sent: EngageIn) -> dict[str, Any]:
    """Open an account with a first post; what the person takes along is shown once."""
    organization, division = _place(request, sent.organization, sent.division)
    given = sent.dict(exclude={"organization", "division"})
    made = operations.engage_officer(organization_id=organization, division=division, **given, **who(request))
    told = {"id": made.login.pk, "username": made.login.username}
    return told | {"password": made.password, "one_time_secret": made.one_time_secret}


def _place(request: HttpRequest, organization_id: int, division: str) -> tuple[int, str]:
    organ = identity.get_organization(organization_id=organization_id, actor=caller(request))
    return organ.pk, division or organ.division_id


@room.read("/officers/{login_id}", EITHER, "一位工作人员", OfficerOut)
def get_officer(request: HttpRequest, login_id: Id) -> dict[str, Any]:
    """Read an officer with their posts within reach, newest first."""
    return _officer(identity.get_officer(login_id=login_id, actor=caller(request)))


@room.write("/officers/{login_id}/posts", MANAGES, "任命岗位", OfficerOut)
def appoint(request: HttpRequest, login_id: Id, sent: PostIn) -> dict[str, Any]:
    """Give an officer a post; a powerful one waits for the security administrator."""
    found = identity.get_officer(login_id=login_id, actor=caller(request))
    organization, division = _place(request, sent.organization, sent.division)
    given = sent.dict(exclude={"organization", "division"})
    operations.appoint_officer(
        login_id=found.pk, organization_id=organization, division=division, **given, **who(request)
    )
    return get_officer(request, login_id)


@room.write("/officers/{login_id}/dismissal", MANAGES, "工作人员离任", OfficerOut)
def dismiss(request: HttpRequest, login_id: Id, sent: LastDayIn) -> dict[str, Any]:
    """Let an officer leave: every post ends after the last day."""
    found = identity.get_officer(login_id=login_id, actor=caller(request))
    operations.dismiss_officer(login_id=found.pk, last_day=sent.last_day, **who(request))
    return get_officer(request, login_id)


@room.write("/officers/{login_id}/unlocking", SECURES, "解锁账号", Done)
def unlock(request: HttpRequest, login_id: Id, sent: UnlockIn) -> dict[str, Any]:
    """Unlock an account after too many wrong passwords."""
    found = identity.get_officer(login_id=login_id, actor=caller(request))
    operations.unlock_officer(login_id=found.pk, reason=sent.reason, **who(request))
    forget_wrong_passwords(username=found.username)
    return {"done": True}


@room.read("/posts/waiting", SECURES, "待批准的岗位", Page[WaitingPostOut])
def waiting_posts(request: HttpRequest) -> dict[str, Any]:
    """List the powerful posts that wait for approval."""
    rows = identity.posts_to_approve(actor=caller(request))
    return whole(
        rows,
        lambda one: _post(one) | {"login": one.login_id, "username": one.login.username, "name": one.login.name},
    )


@room.write("/posts/{post_id}/approval", SECURES, "批准岗位", Done)
def approve(request: HttpRequest, post_id: Id) -> dict[str, Any]:
    """Approve a post somebody else has given."""
    operations.approve_post(post_id=post_id, **who(request))
    return {"done": True}


@room.write("/posts/{post_id}/end", MANAGES, "结束岗位", Done)
def end_post(request: HttpRequest, post_id: Id, sent: LastDayIn) -> dict[str, Any]:
    """End a post after its last day."""
    operations.end_post(post_id=post_id, last_day=sent.last_day, **who(request))
    return {"done": True}


@room.write("/posts/{post_id}/move", MANAGES, "调动岗位", Done)
def move_post(request: HttpRequest, post_id: Id, sent: MoveIn) -> dict[str, Any]:
    """End a post and give the same role elsewhere from a day on."""
    organization, division = _place(request, sent.organization, sent.division)
    operations.move_post(post_id=post_id, organization_id=organization, division=division, on=sent.on, **who(request))
    return {"done": True}


@room.read("/absences", officer(), "代岗", Page[AbsenceOut])
def list_absences(request: HttpRequest) -> dict[str, Any]:
    """List one's own absences that are not over, and those one stands in for."""
    return whole(identity.absences_of(actor=caller(request), on=clock.today()), _absence)


def _absence(one: Any) -> dict[str, Any]:
    names = {"holder": one.post.login.name, "deputy": one.deputy.name}
    return {
        "id": one.pk,
        "post": one.post_id,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "approved": one.approved_at is not None,
    } | names


@room.read("/absences/deputies", officer(), "可以代岗的同事", Page[DeputyOut])
def list_deputies(request: HttpRequest) -> dict[str, Any]:
    """List the colleagues who could stand in."""
    return whole(identity.possible_deputies(actor=caller(request), on=clock.today()))


@room.write("/absences", officer(), "登记代岗", AbsenceOut)
def record_absence(request: HttpRequest, sent: AbsenceIn) -> dict[str, Any]:
    """Say that the holder of a post is away, and who stands in."""
    given = sent.dict(exclude={"post", "deputy"})
    made = operations.record_absence(post_id=sent.post, deputy_id=sent.deputy, **given, **who(request))
    return _absence(made)


@room.read("/absences/waiting", SECURES, "待批准的代岗", Page[WaitingAbsenceOut])
def waiting_absences(request: HttpRequest) -> dict[str, Any]:
    """List the deputations to powerful posts that wait for approval."""
    rows = identity.absences_to_approve(actor=caller(request), on=clock.today())
    return whole(rows, lambda one: _absence(one) | {"role": one.post.role})


@room.write("/absences/{absence_id}/approval", SECURES, "批准代岗", Done)
def approve_absence(request: HttpRequest, absence_id: Id) -> dict[str, Any]:
    """Approve that somebody stands in for a powerful post."""
    operations.approve_absence(absence_id=absence_id, **who(request))
    return {"done": True}


@room.write("/absences/{absence_id}/end", officer(), "结束代岗", Done)
def end_absence(request: HttpRequest, absence_id: Id) -> dict[str, Any]:
    """Say that the holder is back."""
    operations.end_absence(absence_id=absence_id, **who(request))
    return {"done": True}


def _organization(one: Any) -> dict[str, Any]:
    names = ("uscc", "name", "short_name", "kind", "tier", "phone", "in_force_from", "in_force_to")
    told = {"id": one.pk, "division": one.division_id, "parent": one.parent_id}
    return told | {name: getattr(one, name) for name in names}


@room.read("/organizations", EITHER, "单位", Page[OrganizationOut])
def list_organizations(request: HttpRequest) -> dict[str, Any]:
    """List the organizations within reach."""
    return whole(identity.list_organizations(actor=caller(request), on=clock.today()), _organization)


@room.write("/organizations", MANAGES, "登记单位", OrganizationOut)
def register_organization(request: HttpRequest, sent: OrganizationIn) -> dict[str, Any]:
    """Enter an organization."""
    given = sent.dict(exclude={"parent"})
    made = operations.register_organization(
        parent_id=sent.parent or None, in_force_from=clock.today(), **given, **who(request)
    )
    return _organization(made)


@room.read("/organizations/{organization_id}", EITHER, "一个单位", OrganizationWholeOut)
def get_organization(request: HttpRequest, organization_id: Id) -> dict[str, Any]:
    """Read an organization with its units and service points."""
    found = identity.get_organization(organization_id=organization_id, actor=caller(request))
    units = [UnitOut.from_orm(one) for one in found.units.all()]
    return _organization(found) | {"units": units, "points": [PointOut.from_orm(p) for p in found.service_points.all()]}


@room.write("/organizations/{organization_id}/name", MANAGES, "单位更名", OrganizationWholeOut)
def rename_organization(request: HttpRequest, organization_id: Id, sent: RenameOrganizationIn) -> dict[str, Any]:
    """Rename an organization; what was signed before keeps the old name."""
    operations.rename_organization(organization_id=organization_id, **sent.dict(), **who(request))
    return get_organization(request, organization_id)


@room.write("/organizations/{organization_id}/units", MANAGES, "增设内设机构", OrganizationWholeOut)
def add_unit(request: HttpRequest, organization_id: Id, sent: UnitIn) -> dict[str, Any]:
    """Add a unit."""
    operations.add_unit(organization_id=organization_id, name=sent.name, **who(request))
    return get_organization(request, organization_id)


@room.write("/units/{unit_id}/end", MANAGES, "撤销内设机构", Done)
def end_unit(request: HttpRequest, unit_id: Id) -> dict[str, Any]:
    """End a unit."""
    operations.end_unit(unit_id=unit_id, **who(request))
    return {"done": True}


@room.write("/organizations/{organization_id}/points", MANAGES, "设置服务点", OrganizationWholeOut)
def set_point(request: HttpRequest, organization_id: Id, sent: PointIn) -> dict[str, Any]:
    """Set a service point: where people go."""
    operations.set_service_point(organization_id=organization_id, **sent.dict(), **who(request))
    return get_organization(request, organization_id)


@room.write("/points/{point_id}/closing", MANAGES, "关闭服务点", Done)
def close_point(request: HttpRequest, point_id: Id) -> dict[str, Any]:
    """Close a service point from today; setting the one of its name again opens it."""
    operations.close_service_point(service_point_id=point_id, **who(request))
    return {"done": True}


@room.write("/organizations/{organization_id}/succession", MANAGES, "单位撤并", Done)
def succeed(request: HttpRequest, organization_id: Id, sent: SuccessionIn) -> dict[str, Any]:
    """End an organization and name who takes over; cases and posts follow."""
    operations.succeed_organizations(ended=[organization_id], **sent.dict(), **who(request))
    return {"done": True}


@room.read("/reorganisations", MANAGES, "区划变更", Page[ReorganisationOut])
def list_reorganisations(request: HttpRequest) -> dict[str, Any]:
    """List the latest successions of places within reach."""
    rows = identity.reorganisations(actor=caller(request))
    return whole(rows, _reorganisation)


def _reorganisation(one: Any) -> dict[str, Any]:
    codes = {"ended": one.from_division_id, "successor": one.to_division_id}
    return {"on": one.on, "document": one.document} | codes


@room.write("/reorganisations/new-divisions", MANAGES, "设立区划", Done)
def establish(request: HttpRequest, sent: EstablishIn) -> dict[str, Any]:
    """Establish a new division on a document."""
    operations.establish_division(**sent.dict(), **who(request))
    return {"done": True}


@room.write("/divisions/{code}/name", MANAGES, "区划更名", Done)
def rename_division(request: HttpRequest, code: Line, sent: RenameDivisionIn) -> dict[str, Any]:
    """Rename a division; it keeps its code."""
    operations.rename_division(code=code, **sent.dict(), **who(request))
    return {"done": True}


@room.write("/reorganisations", MANAGES, "区划撤并", Done)
def replace_divisions(request: HttpRequest, sent: ReplaceIn) -> dict[str, Any]:
    """Replace divisions by others; reaches of posts follow on the day."""
    pairs = [(one.ended, one.successor) for one in sent.successions]
    if not pairs:
        raise InvalidInput({"successions": "请至少写一对：撤销的、承接的区划代码。"})
    operations.replace_divisions(successions=pairs, document=sent.document, on=sent.on, **who(request))
    return {"done": True}

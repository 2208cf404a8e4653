"""Give posts, move and end them, approve powerful ones; who stands in while somebody is away."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.appointing import check_together, give_post
from onedoor.platform.identity.models import Absence, Login, Post
from onedoor.platform.identity.operations.sessions import end_sessions
from onedoor.platform.identity.queries import (
    NATION,
    OfficerNotFound,
    posts_of,
)
from onedoor.platform.identity.reach import require_officer
from onedoor.platform.identity.roles import POWERFUL
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError

MACHINE = Actor.system("人员管理")


class PostNotFound(NotFound):
    code, message = "identity.post_not_found", "没有找到这个岗位，或它已经离任，请刷新人员页面。"


class ApproverAppointed(OneDoorError):
    code, http_status, message = (
        "identity.approver_appointed",
        403,
        "任命、代岗和批准须由两个人办理，您不能批准自己的岗位或自己代岗，请另一位安全管理员办理。",
    )


@transaction.atomic
def appoint_officer(
    *,
    login_id: int,
    organization_id: int,
    role: str,
    division: str,
    lines: Sequence[str],
    valid_from: date,
    actor: Actor,
    at: datetime,
    unit_id: int | None = None,
) -> Post:
    """
    Give an officer a post. Giving the same post again changes nothing.

    A powerful role holds only once the security administrator has approved it; the machine needs no second person.

    :raises RolesNotTogether: the three administrators are different people and do no business, at no time together.
    :raises OfficerNotFound, OrganizationNotFound: the officer's posts or the organization lie outside of the actor's reach.
    :raises InvalidInput: the role, the place or the section is unknown.
    """
    actor.require("identity.manage", division=division)
    login = Login.objects.select_for_update().filter(pk=login_id, kind=Login.Kind.OFFICER).first()
    if login is None:
        raise OfficerNotFound
    require_officer(login, "identity.manage", actor=actor, on=day_of(at))
    return give_post(
        login,
        organization_id=organization_id,
        role=role,
        division=division,
        lines=lines,
        valid_from=valid_from,
        actor=actor,
        at=at,
        unit_id=unit_id,
    )


def _lock_post(post_id: int) -> Post:
    post = Post.objects.select_for_update(of=("self",)).filter(pk=post_id, login__kind=Login.Kind.OFFICER).first()
    if post is None:
        raise PostNotFound
    return post


@transaction.atomic
def approve_post(*, post_id: int, actor: Actor, at: datetime) -> Post:
    """
    Let a powerful post take effect; by the security administrator, never by whom it is for.

    :raises PostNotFound: there is none, or it has ended.
    :raises ApproverAppointed: it is the actor's own.
    """
    post = _lock_post(post_id)
    actor.require("identity.manage_security", division=post.division_id)
    if post.login_id == actor.login_id:
        raise ApproverAppointed
    if post.valid_to is not None:
        raise PostNotFound
    if post.approved_at is None:
        post.approved_at, post.approved_by_id = at, actor.login_id
        post.save(update_fields=["approved_at", "approved_by"])
        target = f"post:{post.pk}"
        audit.record("identity.approve_post", actor=actor, at=at, target=target, division=post.division_id)
    return post


@transaction.atomic
def end_post(*, post_id: int, last_day: date, actor: Actor, at: datetime) -> Post:
    """
    End a post after its last day; the security administrator may too, so that nobody has to wait.

    :raises PostNotFound: there is none, or it has ended.
    :raises InvalidInput: the last day lies before the first.
    """
    post = _lock_post(post_id)
    permission = "identity.manage_security" if "identity.manage_security" in actor.permissions else "identity.manage"
    actor.require(permission, division=post.division_id)
    if post.valid_to is not None:
        raise PostNotFound
    post.valid_to = _after(last_day, post)
    post.save(update_fields=["valid_to"])
    audit.record("identity.end_post", actor=actor, at=at, target=f"post:{post.pk}", division=post.division_id)
    return post


def _after(last_day: date, post: Post) -> date:
    """Return the day after the last; a post that never began ends on the day it would have."""
    if post.approved_at is None and last_day < post.valid_from:
        return post.valid_from
    if last_day < post.valid_from:
        raise InvalidInput({"last_day": "最后一天不能早于任职日。"})
    return last_day + timedelta(days=1)


@transaction.atomic
def move_post(*, post_id: int, organization_id: int, division: str, on: date, actor: Actor, at: datetime) -> Post:
    """
    End a post and give the same role and lines elsewhere from a day on.

    :raises PostNotFound: there is none, or it has ended.
    """
    post = _lock_post(post_id)
    actor.require("identity.manage", division=post.division_id)
    end_post(post_id=post_id, last_day=on - timedelta(days=1), actor=actor, at=at)
    audit.record("identity.move_post", actor=actor, at=at, target=f"post:{post.pk}", division=division)
    return appoint_officer(
        login_id=post.login_id,
        organization_id=organization_id,
        role=post.role,
        division=division,
        lines=post.lines,
        valid_from=on,
        actor=actor,
        at=at,
    )


@transaction.atomic
def dismiss_officer(*, login_id: int, last_day: date, actor: Actor, at: datetime) -> Login:
    """
    Let an officer leave: every post ends after the last day, and the account is closed then (within one working day).

    :raises OfficerNotFound: there is no such officer with a post the actor may end.
    """
    login = Login.objects.select_for_update().filter(pk=login_id, kind=Login.Kind.OFFICER).first()
    if login is None:
        raise OfficerNotFound
    posts = list(login.posts.select_for_update().filter(Q(valid_to__isnull=True) | Q(valid_to__gt=last_day)))
    for post in posts:
        actor.require("identity.manage", division=post.division_id)
        post.valid_to = max(last_day + timedelta(days=1), post.valid_from)
        post.save(update_fields=["valid_to"])
    if not posts:
        actor.require("identity.manage", division=NATION)
    audit.record("identity.dismiss_officer", actor=actor, at=at, target=f"login:{login.pk}")
    if last_day < day_of(at):
        _close(login, at)
    return login


def close_leavers(*, at: datetime) -> int:
    """
    Close the accounts of officers whose last post has ended; the machine calls this every hour.

    MLPS level 3 wants leavers removed within one working day; somebody whose posts lie ahead keeps the account.
    """
    on = day_of(at)
    staying = Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).values("login_id")
    gone = Login.objects.filter(kind=Login.Kind.OFFICER, is_active=True, posts__isnull=False).exclude(pk__in=staying)
    closed = 0
    for number in list(gone.distinct().values_list("pk", flat=True)):
        with transaction.atomic():
            _close(Login.objects.select_for_update().get(pk=number), at)
            closed += 1
    return closed


def _close(login: Login, at: datetime) -> None:
    if not login.is_active:
        return
    login.is_active = False
    login.save(update_fields=["is_active"])
    end_sessions(login_id=login.pk, how="账号停用", at=at)
    audit.record("identity.close_login", actor=MACHINE, at=at, target=f"login:{login.pk}")


@transaction.atomic
def record_absence(
    *, post_id: int, deputy_id: int, first_day: date, last_day: date, actor: Actor, at: datetime
) -> Absence:
    """
    Say that the holder of a post is away, and who stands in: entered by the holder, or by the system administrator.

    To stand in for a powerful post begins only once the security administrator has approved it.

    :raises PostNotFound: the post is not the actor's own and not within their administration.
    :raises RolesNotTogether: the deputy holds a post that must not meet this one.
    :raises InvalidInput: the days are in the past or out of order, overlap, or the deputy is no colleague.
    """
    post = _lock_post(post_id)
    if post.login_id != actor.login_id:
        actor.require("identity.manage", division=post.division_id)
    problems = {}
    if not day_of(at) <= first_day <= last_day:
        problems["last_day"] = "请选择今天以后的开始日，结束日不能早于开始日。"
    end = last_day + timedelta(days=1)
    if post.absences.filter(starts_on__lt=end, ends_on__gt=first_day).exists():
        problems["first_day"] = "这段时间已经登记过代岗，请先结束原来的。"
    if not _is_colleague(deputy_id, post, first_day):
        problems["deputy"] = "请选择同一单位的另一位在岗人员。"
    if problems:
        raise InvalidInput(problems)
    check_together(deputy_id, post.role, first_day, end)
    approved = actor.kind == "system" or post.role not in POWERFUL
    absence = Absence.objects.create(
        post=post,
        deputy_id=deputy_id,
        starts_on=first_day,
        ends_on=end,
        approved_at=at if approved else None,
        recorded_at=at,
        recorded_by=actor.name,
    )
    target = f"absence:{absence.pk}"
    audit.record("identity.record_absence", actor=actor, at=at, target=target, division=post.division_id)
    return absence


def _is_colleague(login_id: int, post: Post, on: date) -> bool:
    posts = posts_of(login_id=login_id, on=on)
    return login_id != post.login_id and any(
        one.login_id == login_id and one.organization_id == post.organization_id for one in posts
    )


@transaction.atomic
def approve_absence(*, absence_id: int, actor: Actor, at: datetime) -> Absence:
    """
    Let the deputy stand in for a powerful post; by the security administrator, never by the holder or the deputy.

    :raises PostNotFound: there is none, or it is over.
    :raises ApproverAppointed: it is for the actor's own post, or the actor would stand in.
    """
    absence = Absence.objects.select_for_update(of=("self",)).select_related("post").filter(pk=absence_id).first()
    if absence is None or absence.ends_on <= day_of(at):
        raise PostNotFound
    actor.require("identity.manage_security", division=absence.post.division_id)
    if actor.login_id in (absence.deputy_id, absence.post.login_id):
        raise ApproverAppointed
    if absence.approved_at is None:
        absence.approved_at, absence.approved_by_id = at, actor.login_id
        absence.save(update_fields=["approved_at", "approved_by"])
        target, division = f"absence:{absence.pk}", absence.post.division_id
        audit.record("identity.approve_absence", actor=actor, at=at, target=target, division=division)
    return absence


@transaction.atomic
def end_absence(*, absence_id: int, actor: Actor, at: datetime) -> None:
    """
    Say that the holder is back: from now on the deputy no longer works under the post.

    :raises PostNotFound: it is neither the actor's own post nor within their administration.
    """
    absence = Absence.objects.select_for_update(of=("self",)).select_related("post").filter(pk=absence_id).first()
    if absence is None:
        raise PostNotFound
    if absence.post.login_id != actor.login_id:
        actor.require("identity.manage", division=absence.post.division_id)
    target, division = f"absence:{absence.pk}", absence.post.division_id
    if absence.starts_on >= day_of(at):
        absence.delete()  # it has not done anything yet
    else:
        absence.ends_on = min(absence.ends_on, day_of(at))
        absence.save(update_fields=["ends_on"])
    audit.record("identity.end_absence", actor=actor, at=at, target=target, division=division)

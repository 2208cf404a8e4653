"""Give a post, and look whether its role may stand beside the others: for whoever appoints and whoever opens an account."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Absence, Login, Post, Unit
from onedoor.platform.identity.queries import find_division, reach_of
from onedoor.platform.identity.reach import require_organization
from onedoor.platform.identity.roles import POWERFUL, ROLE_NAMES, may_hold_together
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class RolesNotTogether(OneDoorError):
    code, http_status, message = (
        "identity.roles_not_together",
        409,
        "系统、安全、审计管理员须由不同的人担任，且不能兼任业务岗位。",
    )


def give_post(
    login: Login,
    *,
    organization_id: int,
    role: str,
    division: str,
    lines: Sequence[str],
    valid_from: date,
    actor: Actor,
    at: datetime,
    unit_id: int | None = None,
) -> Post:
    """Give a locked account a post, as `appoint_officer` says; whoever opens an account gives its first one."""
    actor.require("identity.manage", division=division)
    require_organization(organization_id, actor=actor, on=day_of(at))
    if role not in ROLE_NAMES or find_division(division) is None:
        raise InvalidInput({"role": "请选择角色和管辖地。"})
    if unit_id is not None and not Unit.objects.filter(pk=unit_id, organization_id=organization_id).exists():
        raise InvalidInput({"unit": "请选择本单位的内设机构。"})
    held = held_from(login.pk, valid_from)
    same = held.filter(organization_id=organization_id, role=role, division_id=division).first()
    if same is not None:
        return same
    check_together(login.pk, role, valid_from, None)
    approved = actor.kind == "system" or role not in POWERFUL
    post = Post.objects.create(
        login=login,
        organization_id=organization_id,
        unit_id=unit_id,
        role=role,
        division_id=division,
        lines=sorted(lines),
        reach=reach_of(division, on=day_of(at)),
        valid_from=valid_from,
        approved_at=at if approved else None,
        recorded_at=at,
        recorded_by=actor.name,
    )
    audit.record("identity.appoint_officer", actor=actor, at=at, target=f"post:{post.pk}", division=division, role=role)
    return post


def held_from(login_id: int, start: date) -> "QuerySet[Post]":
    return Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=start), login_id=login_id)


def check_together(login_id: int, role: str, start: date, end: date | None) -> None:
    """
    Look at every post and deputation that lies at the same time, past the present ones too.

    :raises RolesNotTogether: one of them is not to be held beside `role`.
    """
    posts = held_from(login_id, start)
    away = Absence.objects.filter(deputy_id=login_id, ends_on__gt=start)
    if end is not None:
        posts, away = posts.filter(valid_from__lt=end), away.filter(starts_on__lt=end)
    others = frozenset(posts.values_list("role", flat=True)) | frozenset(away.values_list("post__role", flat=True))
    if not may_hold_together(role, others):
        raise RolesNotTogether

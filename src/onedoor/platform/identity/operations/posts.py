"""Give posts, and end them."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Post
from onedoor.platform.identity.queries import reach_of
from onedoor.platform.identity.roles import may_hold_together
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError


class RolesNotTogether(OneDoorError):
    code, http_status, message = (
        "identity.roles_not_together",
        409,
        "系统、安全、审计管理员须由不同的人担任，且不能兼任业务岗位。",
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
) -> Post:
    """
    Give an officer a post. Giving the same post again changes nothing.

    :raises RolesNotTogether: the three administrators are different people and do no business.
    """
    actor.require("identity.manage", division=division)
    held = Post.objects.filter(login_id=login_id, valid_to__isnull=True)
    same = held.filter(organization_id=organization_id, role=role, division_id=division).first()
    if same is not None:
        return same
    if not may_hold_together(role, frozenset(held.values_list("role", flat=True))):
        raise RolesNotTogether
    post = Post.objects.create(
        login_id=login_id,
        organization_id=organization_id,
        role=role,
        division_id=division,
        lines=sorted(lines),
        reach=reach_of(division),
        valid_from=valid_from,
        recorded_at=at,
        recorded_by=actor.name,
    )
    audit.record("identity.appoint_officer", actor=actor, at=at, target=f"post:{post.pk}", division=division, role=role)
    return post

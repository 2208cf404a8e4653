"""What a confirmed death ends in the identity room at once, and what its correction gives back; each room keeps what it did."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from onedoor.platform.identity.models import AssistedFiling, DeathEffect, Delegation, Guardianship, Login, Person
from onedoor.platform.identity.operations.sessions import end_sessions
from onedoor.platform.kernel.clock import day_of

TOLD = "told"  # the key of the facts under which a room says in sentences what it did, with numbers and no names


def record_effect(*, statement_id: int, room: str, facts: dict[str, Any], told: list[str], at: datetime) -> None:
    """Keep what a room did about a confirmed statement; part of the operation or the listener that did it."""
    DeathEffect.objects.create(statement_id=statement_id, room=room, facts=facts | {TOLD: told}, at=at)


def close(person: Person, at: datetime) -> tuple[dict[str, Any], list[str]]:
    """Close the account and end what was given by, to and for a person; return the ids of what ended, and the same in words."""
    own = Q(person=person) | Q(**Login.by_holder.at(str(person.id_number)))  # an officer's account too
    logins = list(Login.objects.select_for_update().filter(own, is_active=True))
    for login in logins:
        login.is_active = False
        login.save(update_fields=["is_active"])
        end_sessions(login_id=login.pk, how="账号停用", at=at)
    AssistedFiling.objects.filter(person=person, ended_at__isnull=True, ends_at__gt=at).update(ended_at=at)
    given = Delegation.objects.select_for_update().filter(Q(principal=person) | Q(agent=person))
    delegations = list(given.exclude(state=Delegation.State.REVOKED).order_by("pk"))
    for delegation in delegations:
        delegation.state, delegation.revoked_at = Delegation.State.REVOKED, at
        delegation.save(update_fields=["state", "revoked_at"])
    bound = Guardianship.objects.select_for_update().filter(Q(ward=person) | Q(guardian=person))
    guardianships = list(bound.filter(revoked_at__isnull=True).order_by("pk"))
    for guardianship in guardianships:
        guardianship.revoked_at = at
        guardianship.save(update_fields=["revoked_at"])
    facts = {
        "logins": [login.pk for login in logins],
        "delegations": [delegation.pk for delegation in delegations],
        "guardianships": [guardianship.pk for guardianship in guardianships],
    }
    told = [f"已停用账号 {len(logins)} 个并结束登录。"] if logins else []
    told += [f"已终止委托 {len(delegations)} 份。"] if delegations else []
    told += [f"已终止监护 {len(guardianships)} 项。"] if guardianships else []
    return facts, told


def give_back(person: Person, ended: dict[str, Any], at: datetime) -> tuple[dict[str, Any], list[str]]:
    """
    Let what ended with a death that was none hold again, as far as it still can; return what does and what does not.

    The level falls to 0: whoever is told to be alive shows who they are anew, and only then is the account opened.
    """
    person.assurance, person.verified_by, person.verified_at = 0, "", None
    person.save(update_fields=["assurance", "verified_by", "verified_at"])
    delegations, past = _delegations_again(ended.get("delegations", []), at)
    guardianships, replaced = _guardianships_again(ended.get("guardianships", []), at)
    officers = Login.objects.filter(pk__in=ended.get("logins", []), kind=Login.Kind.OFFICER)
    told = ["账号在窗口重新核验身份以后恢复使用。"]
    told += [f"委托 {len(delegations)} 份恢复有效。"] if delegations else []
    told += [f"委托 {len(past)} 份没有恢复：已经到期，或者另一方已经死亡。"] if past else []
    told += [f"监护 {len(guardianships)} 项恢复有效。"] if guardianships else []
    told += [f"监护 {len(replaced)} 项没有恢复：已经到期，或者已经另行登记监护人。"] if replaced else []
    told += ["工作账号没有恢复：请系统管理员重新开通并任命岗位。"] if officers.exists() else []
    facts = {
        "delegations": delegations,
        "delegations_past": past,
        "guardianships": guardianships,
        "guardianships_past": replaced,
    }
    return facts, told


def _delegations_again(ids: list[int], at: datetime) -> tuple[list[int], list[int]]:
    again, past = [], []
    rows = Delegation.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("principal", "agent")
    for row in rows.order_by("pk"):
        alive = row.principal.deceased_on is None and row.agent.deceased_on is None
        if not alive or row.valid_to < day_of(at):
            past.append(row.pk)
            continue
        row.state = Delegation.State.ACTIVE if row.confirmed_at else Delegation.State.PENDING
        row.revoked_at = None
        row.save(update_fields=["state", "revoked_at"])
        again.append(row.pk)
    return again, past


def _guardianships_again(ids: list[int], at: datetime) -> tuple[list[int], list[int]]:
    again, past = [], []
    rows = Guardianship.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("ward", "guardian")
    for row in rows.order_by("pk"):
        alive = row.ward.deceased_on is None and row.guardian.deceased_on is None
        # Whoever was appointed since then stays: that a court has replaced the guardian is not for a window to undo.
        replaced = Guardianship.objects.filter(ward=row.ward, pk__gt=max(ids), revoked_at__isnull=True).exists()
        if not alive or replaced or (row.valid_to is not None and row.valid_to <= day_of(at)):
            past.append(row.pk)
            continue
        row.revoked_at = None
        row.save(update_fields=["revoked_at"])
        again.append(row.pk)
    return again, past

"""Too many looks at people without a case (D01): the officer's right to look people up is suspended until released."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.models import AuditEntry, QuerySuspension
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.calendars import NATION
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.parameters import figure

PARAMETER = "audit.most_looks"
MOST_A_DAY = 50  # platform rule D01, where no row of the parameter table says otherwise: more than that lights red
# A question to a department without a case counts too (R-SHR-1), and so does guessing who is on the telephone: what was
# refused is recorded outside the transaction it takes back, so no door forgets it.
REFUSED = ("exchange.business_missing", "channels.caller_unknown")
SHORTEST_NOTE = 6


class QuerySuspended(OneDoorError):
    code, http_status, message = (
        "audit.query_suspended",
        403,
        "您当日无办件查询人员信息过多，查询权已暂停。请向本单位安全管理员说明情况，由其核实后恢复；办件本身照常办理。",
    )


class SuspensionNotFound(NotFound):
    code, message = "audit.suspension_not_found", "没有这条暂停记录，或已经恢复。请返回列表刷新后再看。"


def require_query_right(actor: Actor) -> None:
    """:raises QuerySuspended: the officer's right to look people up without a case is suspended."""
    if actor.kind != "officer" or actor.login_id is None:
        return
    if QuerySuspension.objects.filter(login_id=actor.login_id, released_at__isnull=True).exists():
        raise QuerySuspended


def most_looks(*, on: date) -> int:
    """Return how many looks without a case one officer has in a day; one rule for the country."""
    return int(figure(PARAMETER, chain=[NATION], on=on))


def count_look(*, actor: Actor, at: datetime) -> None:
    """Count the officer's looks without a case since midnight or the last release; one too many suspends the right."""
    if actor.kind != "officer" or actor.login_id is None:
        return
    looks = _looks_without_case(actor.login_id, at)
    if looks > most_looks(on=day_of(at)):
        _suspend(actor, actor.login_id, looks, at)


def count_refusal(code: str, *, actor: Actor, at: datetime) -> None:
    """Count a question that was refused because it named no case, or nobody: it weighs as much as a look (A32)."""
    if code in REFUSED:
        count_look(actor=actor, at=at)


def _looks_without_case(login_id: int, at: datetime) -> int:
    since = at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    released = QuerySuspension.objects.filter(login_id=login_id, released_at__isnull=False).order_by("-released_at")
    last = released.values_list("released_at", flat=True).first()
    counted = Q(outcome=AuditEntry.Outcome.LOOKED, details__without_case=True) | Q(
        outcome=AuditEntry.Outcome.REFUSED, event__in=REFUSED
    )
    found = AuditEntry.objects.filter(counted, login_id=login_id, at__gte=since, at__lte=at)
    return (found.filter(at__gt=last) if last else found).count()


def _suspend(actor: Actor, login_id: int, looks: int, at: datetime) -> None:
    try:
        with transaction.atomic():
            suspension = QuerySuspension.objects.create(
                login_id=login_id,
                officer_name=actor.name,
                organization_id=actor.organization_id,
                organization_name=actor.organization_name,
                division=actor.division,
                line=min(actor.lines, default=""),
                looks=looks,
                suspended_at=at,
            )
            target = f"login:{login_id}"
            audit.record(
                "audit.suspend_query_right",
                actor=Actor.system("电子监察"),
                at=at,
                target=target,
                division=suspension.division,
                looks=looks,
            )
            outbox.publish("audit.query_suspended", key=target, suspension_id=suspension.pk)
    except IntegrityError:
        return  # the look beside this one suspended it


@transaction.atomic
def release_query_right(*, suspension_id: int, note: str, actor: Actor, at: datetime) -> QuerySuspension:
    """
    Give an officer the right back after the security administrator has looked into it.

    :raises SuspensionNotFound: there is none open.
    :raises InvalidInput: it is not said what was found.
    """
    suspension = QuerySuspension.objects.select_for_update().filter(pk=suspension_id, released_at__isnull=True).first()
    if suspension is None:
        raise SuspensionNotFound
    actor.require("identity.manage_security", division=suspension.division)
    if len(note.strip()) < SHORTEST_NOTE:
        raise InvalidInput({"note": f"请写明核实情况，不少于 {SHORTEST_NOTE} 个字。"})
    suspension.released_at, suspension.released_by = at, actor.name
    suspension.save(update_fields=["released_at", "released_by"])
    audit.record(
        "audit.release_query_right",
        actor=actor,
        at=at,
        target=f"login:{suspension.login_id}",
        division=suspension.division,
        reason=note.strip()[:200],
    )
    return suspension

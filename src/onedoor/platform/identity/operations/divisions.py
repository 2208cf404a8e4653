"""Reorganise the tree of divisions: new units, new names, units that take over from others; nothing is deleted."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.divisions import recompute_reach
from onedoor.platform.identity.models import Division, DivisionSuccession, FormerDivisionName
from onedoor.platform.identity.queries import NATION, DivisionNotFound
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

MACHINE = Actor.system("区划变更")


class DivisionsLeftBelow(OneDoorError):
    code, http_status, message = (
        "identity.divisions_left_below",
        409,
        "还有 {count} 个下级区划没有说明由谁承接，例如 {example}。请把它们也列入同一次变更。",
    )


@transaction.atomic
def establish_division(
    *, code: str, name: str, level: int, parent: str, document: str, on: date, actor: Actor, at: datetime
) -> Division:
    """
    Establish a unit from a day on. A code is given out once for ever: 废码不用.

    :raises InvalidInput: the code has no twelve digits or was used before, the name is empty, the superior is unknown.
    """
    actor.require("identity.manage", division=parent or NATION)
    problems = {}
    if len(code) != 12 or not code.isdigit():
        problems["code"] = "区划代码为 12 位数字，不足的在后面补 0。"
    elif Division.objects.filter(code=code).exists():
        problems["code"] = "这个代码已经用过。区划代码唯一对应、废码不用，请核对文件。"
    if not name.strip():
        problems["name"] = "请填写名称。"
    above = Division.objects.filter(code=parent).first()
    if above is None or above.level >= level:
        problems["parent"] = "没有找到上级区划，或它的层级不高于新设的区划，请核对上级代码。"
    if problems or above is None:
        raise InvalidInput(problems)
    full_name = name.strip() if level < 3 else above.full_name + name.strip()
    division = Division.objects.create(
        code=code,
        name=name.strip(),
        full_name=full_name,
        level=level,
        parent=above,
        in_force_from=on,
        source=document[:120],
    )
    if on <= day_of(at):
        recompute_reach(on=day_of(at))
    audit.record("identity.establish_division", actor=actor, at=at, target=f"division:{code}", division=code)
    return division


@transaction.atomic
def rename_division(*, code: str, name: str, on: date, actor: Actor, at: datetime) -> Division:
    """
    Give a division another name from a day on, and all below it the full name that follows; the codes stay, and what
    is older keeps the old names.

    :raises InvalidInput: the name is empty or the present one, or the day lies ahead: enter it on the day.
    """
    actor.require("identity.manage", division=code)
    division = Division.objects.select_for_update().filter(code=code).first()
    if division is None:
        raise DivisionNotFound
    problems = {}
    if not name.strip() or name.strip() == division.name:
        problems["name"] = "请填写新的名称。"
    if on > day_of(at):
        problems["on"] = "更名从当天起生效，请在生效日办理。"
    if problems:
        raise InvalidInput(problems)
    old, new = division.full_name, division.full_name.removesuffix(division.name) + name.strip()
    below = _all_below(code)
    FormerDivisionName.objects.bulk_create(
        (
            FormerDivisionName(division=one, until=on, name=one.name, full_name=one.full_name)
            for one in (division, *below)
        ),
        ignore_conflicts=True,  # renamed twice on one day: what it was called before that day counts
    )
    division.name, division.full_name = name.strip(), new
    for one in below:
        one.full_name = new + one.full_name.removeprefix(old)
    Division.objects.bulk_update([division, *below], ["name", "full_name"], batch_size=500)
    audit.record("identity.rename_division", actor=actor, at=at, target=f"division:{code}", division=code)
    return division


def _all_below(code: str) -> list[Division]:
    """Lock and return every division under one, abolished ones included: one question a level."""
    found: list[Division] = []
    level = [code]
    while level:
        rows = list(Division.objects.select_for_update().filter(parent_id__in=level).order_by("code"))
        found += rows
        level = [row.code for row in rows]
    return found


@transaction.atomic
def replace_divisions(
    *, successions: Sequence[tuple[str, str]], document: str, on: date, actor: Actor, at: datetime
) -> list[DivisionSuccession]:
    """
    Abolish divisions on a day and say who takes over: several to one is a merger, one to several a split.

    From that day the successors' posts reach what the abolished ones held; their open cases go on under the old name.
    A day ahead is kept and applied when it comes.

    :raises InvalidInput: a code is unknown, a successor is not in force on that day, a unit would succeed itself.
    :raises DivisionsLeftBelow: a unit below an abolished one is not named.
    """
    actor.require("identity.manage", division=NATION if len(successions) == 0 else successions[0][0])
    for old, new in successions:
        actor.require("identity.manage", division=old)
        actor.require("identity.manage", division=new)
    codes = {code for pair in successions for code in pair}
    known = {one.code: one for one in Division.objects.select_for_update().filter(code__in=codes).order_by("code")}
    _check_successions(successions, known, document, on)
    ended = sorted({old for old, _ in successions})
    _check_below(ended, on)
    Division.objects.filter(code__in=ended, in_force_to__isnull=True).update(in_force_to=on)
    rows = []
    for old, new in successions:
        row, _ = DivisionSuccession.objects.get_or_create(
            from_division_id=old, to_division_id=new, defaults={"on": on, "document": document.strip()[:120]}
        )
        rows.append(row)
    for code in ended:
        outbox.publish("identity.division_abolished", key=f"division:{code}", division=code, on=on.isoformat())
        audit.record("identity.abolish_division", actor=actor, at=at, target=f"division:{code}", division=code)
    if on <= day_of(at):
        apply_reorganisations(at=at)
    return rows


def _check_successions(
    successions: Sequence[tuple[str, str]], known: dict[str, Division], document: str, on: date
) -> None:
    problems = {}
    if not document.strip():
        problems["document"] = "请填写批准文件的文号。"
    if not successions:
        problems["successions"] = "请至少写一行：撤销的代码、承接的代码。"
    ended = {old for old, _ in successions}
    for old, new in successions:
        if old not in known or new not in known or old == new:
            problems["successions"] = f"{old} → {new}：代码不存在，或承接的就是自己，请核对；新设的区划请先登记。"
        elif new in ended:
            problems["successions"] = f"承接的 {new} 在同一次变更中也被撤销，请写明最后由谁承接。"
        elif known[new].in_force_to is not None or (known[new].in_force_from or on) > on:
            problems["successions"] = f"承接的 {new} 在变更日还没有设立或已经撤销，请核对。"
        elif known[old].in_force_to not in (None, on):
            problems["successions"] = f"{old} 已在另一天撤销，请核对变更日。"
    if problems:
        raise InvalidInput(problems)


def _check_below(ended: Sequence[str], on: date) -> None:
    below = Division.objects.filter(parent_id__in=ended, in_force_to__isnull=True).exclude(code__in=ended)
    left = list(below.values_list("name", flat=True)[:1000])
    if left:
        raise DivisionsLeftBelow(count=len(left), example=left[0])


@transaction.atomic
def apply_reorganisations(*, at: datetime) -> int:
    """Work out reaches anew for successions whose day has come; the machine calls this, twice does no harm."""
    due = DivisionSuccession.objects.select_for_update().filter(applied_at__isnull=True, on__lte=day_of(at))
    waiting = [row.pk for row in due]
    if not waiting:
        return 0
    changed = recompute_reach(on=day_of(at))
    DivisionSuccession.objects.filter(pk__in=waiting).update(applied_at=at)
    audit.record("identity.apply_reorganisation", actor=MACHINE, at=at, posts=changed, successions=len(waiting))
    return changed

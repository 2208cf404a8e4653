"""The limits of a bundle: of each member, in hours too, and of the whole by its critical path."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from onedoor.platform.bundles import rules
from onedoor.platform.bundles.definitions import Bundle, Member
from onedoor.platform.bundles.figures import HAND_OVER
from onedoor.platform.bundles.models import BundleCase, BundleMember
from onedoor.platform.cases import clocks
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.strict import Limit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.parameters import figure

END_OF_DAY = timedelta(hours=23, minutes=59, seconds=59)


def begin(
    row: BundleMember, bundle: Bundle, asks: Mapping[str, Any], answers: Mapping[str, Any], *, at: datetime
) -> None:
    """
    Set from when a member's limit in hours runs: from the moment the form asks for, else from when its turn has come.

    A member that waits begins later; one without such a limit goes by the clocks of its case.
    """
    definition = bundle.member(row.code)
    if definition is None or definition.limit is None or definition.limit.unit != "hour":
        return
    told = asks.get(definition.limit_from) or answers.get(definition.limit_from)
    if told:
        row.begins_at = datetime.fromisoformat(str(told)).replace(tzinfo=CHINA)
    elif not row.depends_on:
        row.begins_at = at
    row.due_at = rules.hours_due(definition.limit, row.begins_at)


def ends(limit: Limit, begins: datetime, *, division: str) -> datetime:
    """Return when a limit ends that begins at a moment: of one in days the end of its last day."""
    due = clocks.due(limit, at=begins, calendar=clocks.work_calendar(division))
    if due.at is not None:
        return due.at
    return datetime(due.day.year, due.day.month, due.day.day, tzinfo=CHINA) + END_OF_DAY


def promised_path(
    case: BundleCase, members: Sequence[Member], items: Mapping[str, ServiceItem], *, at: datetime
) -> rules.CriticalPath:
    """Return the critical path as promised at submission: each member by the bundle's promise, else its item's."""
    nodes = [
        rules.Node(
            member.code, member.title, member.limit or items[member.code].limits.promised, tuple(member.depends_on)
        )
        for member in members
        if member.code in items
    ]
    chain = identity.chain(case.division)
    hand_over = Limit(days=figure(HAND_OVER, chain=chain, on=day_of(at)))
    return rules.critical_path(
        nodes,
        start=at.astimezone(CHINA),
        hand_over=hand_over,
        add=lambda limit, begins: ends(limit, begins, division=case.division),
    )

"""Declared against found, as the officer and the applicant see it. The caller has fetched the case through a checked door."""

from collections.abc import Sequence
from dataclasses import dataclass

from onedoor.platform.cases.access import rows_of
from onedoor.platform.cases.models import Case, Conflict
from onedoor.platform.cases.operations.conflicts import ConflictNotFound, open_conflicts
from onedoor.platform.kernel.actors import Actor

__all__ = ["Conflicts", "conflict_of", "conflicts_of", "open_conflicts", "settled_conflicts"]


@dataclass(frozen=True)
class Conflicts:
    """The conflicts of a case, newest first, and whether this officer settles them."""

    rows: Sequence[Conflict]
    may_settle: bool

    @property
    def to_explain(self) -> list[Conflict]:
        return [one for one in self.rows if one.state == Conflict.State.TO_VERIFY]


def conflicts_of(case: Case, *, actor: Actor) -> Conflicts:
    """Return what sources say otherwise than it was declared, both sides with the source. Two queries."""
    rows = list(rows_of(case, "conflicts").order_by("-pk").prefetch_related("explanations"))
    return Conflicts(rows, actor.may("cases.settle", division=case.handled_in, line=case.line))


def conflict_of(case: Case, *, conflict_id: int) -> Conflict:
    """:raises ConflictNotFound: this case has no such conflict."""
    found = case.conflicts.prefetch_related("explanations").filter(pk=conflict_id).first()
    if found is None:
        raise ConflictNotFound
    return found


def settled_conflicts(case: Case) -> list[Conflict]:
    """Return every conflict of a case that stands: those that newer data superseded are left out."""
    return list(case.conflicts.exclude(state=Conflict.State.SUPERSEDED).order_by("pk"))

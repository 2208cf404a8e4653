"""What the supervisor and the auditor see; callers import it from here."""

from onedoor.platform.supervision.queries.board import (
    SHOWN,
    Board,
    Flow,
    PlaceFigures,
    board,
    cases_behind,
    events,
    running_clocks,
)
from onedoor.platform.supervision.queries.pauses import SPANS, PauseFigures, paused_cases, pauses
from onedoor.platform.supervision.queries.replay import AuditLine, ReplayLine, audit_lines, replay

__all__ = [
    "SHOWN",
    "SPANS",
    "AuditLine",
    "Board",
    "Flow",
    "PauseFigures",
    "PlaceFigures",
    "ReplayLine",
    "audit_lines",
    "board",
    "cases_behind",
    "events",
    "paused_cases",
    "pauses",
    "replay",
    "running_clocks",
]

"""The figures the appointments room reads from the parameter table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.definitions import Definition

COUNTY = 4
PREFIX = "appointments."
OURS = "本平台规则"


def _whole(key: str, title: str, unit: str, least: int, most: int, default: int, source: str = OURS) -> Definition:
    return Definition(
        PREFIX + key,
        title,
        "whole",
        lowest=COUNTY,
        unit=unit,
        least=least,
        most=most,
        default=default,
        source=source,
    )


FIGURES = (
    _whole("walk_in_percent", "每天至少留给现场取号的号源", "%", 30, 100, 30, "本平台规则：现场号不少于三成"),
    _whole("hold_minutes", "选好时段后为本人保留多少分钟", "分钟", 1, 60, 10),
    _whole("accept_minutes", "候补到号后多少分钟内确认", "分钟", 5, 1440, 120),
    _whole("no_shows", "爽约几次暂停预约", "次", 2, 20, 3),
    _whole("no_show_days", "多少天内的爽约合并计算", "天", 30, 365, 90),
    _whole("block_days", "爽约暂停预约的天数", "天", 0, 14, 14, "本平台规则：最长两周"),
    _whole("senior_age", "优先叫号的年龄", "周岁", 60, 70, 70, "本平台规则：七十周岁以上优先"),
    _whole("late_minutes", "迟到多少分钟内仍按预约时间叫号", "分钟", 0, 60, 15),
    _whole("reminder_hours", "预约前多少小时提醒", "小时", 1, 72, 24),
    _whole("longest_ahead", "号源最多提前多少天放出", "天", 1, 180, 60),
)
_DEFAULTS = {one.key: one.default for one in FIGURES}


@dataclass(frozen=True)
class Figures:
    """The figures as they hold for one place and day."""

    walk_in_percent: int
    hold_minutes: int
    accept_minutes: int
    no_shows: int
    no_show_days: int
    block_days: int
    senior_age: int
    late_minutes: int
    reminder_hours: int
    longest_ahead: int


def read(*, chain: Sequence[str], on: date) -> Figures:
    """Return every figure of the room for a place; one question."""
    rows = parameters.snapshot(prefix=PREFIX, chain=chain, on=on).rows
    values = {key: rows[key].value if key in rows else default for key, default in _DEFAULTS.items()}
    return Figures(**{key.removeprefix(PREFIX): int(value) for key, value in values.items()})

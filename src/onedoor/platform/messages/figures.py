"""The figures the message room reads from the parameter table."""

from onedoor.platform.kernel.definitions import Definition
from onedoor.platform.messages.reach import QUIET_FROM, QUIET_TO

FIGURES = tuple(
    Definition(
        key,
        title,
        "whole",
        lowest=4,
        unit="时",
        least=0,
        most=23,
        default=default,
        source="本平台规则：夜间不打扰；起止相同的，不设静默时段",
    )
    for key, title, default in ((QUIET_FROM, "夜间几时起不发通知", 22), (QUIET_TO, "早上几时起恢复发通知", 7))
)

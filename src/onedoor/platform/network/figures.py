"""The figures of the network: one node has one value of each, its own division's."""

from datetime import datetime, timedelta

from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.calendars import NATION
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.definitions import Definition

SKEW, OVERLAP = "network.clock_skew_seconds", "network.key_overlap_days"
PROVINCE = 2
FIGURES = (
    Definition(
        SKEW, "节点之间时钟最多相差", "whole", lowest=PROVINCE, unit="秒", least=5, most=3600, default=300,
        source="本平台规则",
    ),
    Definition(
        OVERLAP, "换密钥后旧密钥继续有效", "whole", lowest=PROVINCE, unit="日", least=1, most=365, default=30,
        source="本平台规则",
    ),
)  # fmt: skip


def skew(*, division: str, at: datetime) -> timedelta:
    return timedelta(seconds=int(parameters.figure(SKEW, chain=[division, NATION], on=day_of(at))))


def overlap(*, division: str, at: datetime) -> timedelta:
    return timedelta(days=int(parameters.figure(OVERLAP, chain=[division, NATION], on=day_of(at))))

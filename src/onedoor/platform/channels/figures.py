"""The figures of the hotline and of the machines of the halls, from the parameter table."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from onedoor.platform.channels.rules import HotlineFigures
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.definitions import Definition
from onedoor.platform.kernel.parameters import snapshot

COUNTY = 4
PREFIX = "hotline."
OWN = "各地热线办法，由本平台定为"
TITLES: dict[str, tuple[str, str, int, int, str]] = {  # title, unit, least, most, source
    "sign_minutes": ("工单多少分钟（工作时间）内签收", "分钟", 30, 960, f"{OWN} 2 个工作小时"),
    "urgent_sign_minutes": ("紧急工单多少分钟内签收", "分钟", 10, 240, f"{OWN}半小时"),
    "object_days": ("派单后多少个工作日内可以退单", "工作日", 1, 3, f"{OWN} 1 个工作日"),
    "consult_days": ("咨询、求助多少个工作日内答复", "工作日", 1, 15, f"{OWN} 3 个工作日"),
    "complaint_days": ("投诉、举报、建议多少个工作日内答复", "工作日", 1, 30, f"{OWN} 5 个工作日"),
    "extension_days": ("延期最多多少个工作日", "工作日", 1, 20, f"{OWN} 10 个工作日"),
    "revisit_days": ("答复后多少个工作日内回访", "工作日", 1, 10, f"{OWN} 2 个工作日"),
    "duty_minutes": ("特急工单值班人员多少分钟内响应", "分钟", 5, 60, "本平台规则 R-HOT-5"),
    "most_transfers": ("改派多少次以后再改派就提级", "次", 1, 5, "本平台规则 R-HOT-2"),
    "most_reworks": ("最多退回重办多少次", "次", 1, 3, "本平台规则"),
    "criticism_days": ("超期多少个工作日以后书面通报", "工作日", 1, 20, f"{OWN} 5 个工作日"),
    "opens_at": ("热线承办单位几点上班", "点", 6, 11, "本平台规则"),
    "closes_at": ("热线承办单位几点下班", "点", 12, 22, "本平台规则"),
}
DEFAULTS = HotlineFigures()
FIGURES = tuple(
    Definition(
        f"{PREFIX}{name}",
        title,
        "whole",
        lowest=COUNTY,
        unit=unit,
        least=least,
        most=most,
        default=getattr(DEFAULTS, name),
        source=source,
    )
    for name, (title, unit, least, most, source) in TITLES.items()
)


@dataclass(frozen=True)
class KioskFigures:
    """How long a machine waits, in seconds; for how many minutes a code binds a part of it, a scanned paper is kept."""

    idle_seconds: int = 60
    filling_seconds: int = 300
    warning_seconds: int = 30
    card_seconds: int = 90
    code_minutes: int = 15
    scan_seconds: int = 60
    scan_minutes: int = 15
    scan_pages: int = 20


KIOSK_PREFIX = "kiosk."
KIOSK_TITLES: dict[str, tuple[str, str, int, int]] = {  # title, unit, least, most
    "idle_seconds": ("自助终端多少秒没有人碰就提醒", "秒", 20, 300),
    "filling_seconds": ("自助终端填表页不用脚本时多少秒后提醒", "秒", 60, 1800),
    "warning_seconds": ("自助终端提醒后多少秒结束并清除", "秒", 15, 120),
    "card_seconds": ("自助终端等身份证多少秒", "秒", 30, 300),
    "code_minutes": ("自助终端绑定码有效多少分钟", "分钟", 5, 120),
    "scan_seconds": ("自助终端等扫描一页多少秒", "秒", 20, 300),
    "scan_minutes": ("扫到的页没有交上去的保留多少分钟", "分钟", 5, 60),
    "scan_pages": ("一份材料一次最多扫多少页", "页", 1, 50),
}
KIOSK_DEFAULTS = KioskFigures()
KIOSK_FIGURES = tuple(
    Definition(
        f"{KIOSK_PREFIX}{name}",
        title,
        "whole",
        lowest=COUNTY,
        unit=unit,
        least=least,
        most=most,
        default=getattr(KIOSK_DEFAULTS, name),
        source="本平台规则",
    )
    for name, (title, unit, least, most) in KIOSK_TITLES.items()
)


def kiosk_figures(*, division: str, on: date) -> KioskFigures:
    """Return what holds for the machines of a place on a day; one query."""
    return KioskFigures(**_held(KIOSK_PREFIX, KioskFigures, division, on))


def hotline_figures(*, division: str, on: date) -> HotlineFigures:
    """Return what holds for the work orders of a place on a day; one query."""
    return HotlineFigures(**_held(PREFIX, HotlineFigures, division, on))


def _held(prefix: str, figures: Any, division: str, on: date) -> dict[str, int]:
    rows = snapshot(prefix=prefix, chain=identity.chain(division or identity.NATION), on=on).rows
    names = [one.name for one in fields(figures)]
    return {name: int(rows[prefix + name].value) for name in names if prefix + name in rows}

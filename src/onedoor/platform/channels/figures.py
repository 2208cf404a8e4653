"""The figures of the hotline, from the parameter table."""

from dataclasses import fields
from datetime import date

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


def hotline_figures(*, division: str, on: date) -> HotlineFigures:
    """Return what holds for the work orders of a place on a day; one query."""
    rows = snapshot(prefix=PREFIX, chain=identity.chain(division or identity.NATION), on=on).rows
    held = {
        field.name: rows[PREFIX + field.name].value for field in fields(HotlineFigures) if PREFIX + field.name in rows
    }
    return HotlineFigures(**{name: int(value) for name, value in held.items()})

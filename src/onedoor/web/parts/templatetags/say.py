"""{% say "登录" %}: the words of the chrome in the visitor's language."""

from typing import Any

from django import template

from onedoor.platform.cases import remaining
from onedoor.platform.kernel.actors import CHANNEL_NAMES
from onedoor.web.parts.words import ENGLISH

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: dict[str, Any], words: str) -> str:
    """Return the words, in English where the visitor asks for it and the table knows them."""
    return ENGLISH.get(words, words) if context.get("lang") == "en" else words


@register.simple_tag(takes_context=True)
def title_of(context: dict[str, Any], item: Any) -> str:
    """Return an item's title in the visitor's language."""
    return str((item.title_en or item.title) if context.get("lang") == "en" else item.title)


@register.simple_tag(takes_context=True)
def about_of(context: dict[str, Any], service: Any) -> str:
    """Return what a service is for, in the visitor's language."""
    return str(service.about_en if context.get("lang") == "en" else service.about)


@register.filter(expects_localtime=True)
def chinese_day(day: Any) -> str:
    """2026年11月23日 周一; of a moment, the day it falls on here."""
    return f"{day.year}年{day.month}月{day.day}日 周{'一二三四五六日'[day.weekday()]}" if day else ""


@register.filter
def days_left(number: int) -> str:
    """还剩 3 个工作日；已超 2 个工作日。"""
    return remaining.of_days(number).words


@register.filter
def channel_name(channel: str) -> str:
    """网上、窗口、热线 …"""
    return CHANNEL_NAMES.get(channel, channel)


@register.filter
def lamp(number: int) -> str:
    """The lamp of a limit with so many working days left."""
    return remaining.of_days(number).lamp


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Look a key up: a problem by path, a typed value by name."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def chosen(bound: Any, value: str) -> bool:
    """Tell whether a choice of a field is the one answered."""
    if isinstance(bound.value, list):
        return value in bound.value
    return bound.value is not None and str(bound.value) == value


@register.filter
def dotless(path: str) -> str:
    """members.1.name → members_1_name, as field ids are spelled."""
    return path.replace(".", "_")

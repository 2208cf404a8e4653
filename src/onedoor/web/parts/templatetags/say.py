"""{% say state %}: computed words, days and what data says, in the visitor's language."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.template import defaultfilters
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from onedoor.platform.cases import remaining
from onedoor.platform.kernel import languages
from onedoor.platform.kernel.actors import CHANNEL_NAMES
from onedoor.platform.kernel.languages import OWN, current
from onedoor.standards.money import format_money
from onedoor.web.parts.languages import templates

register = template.Library()
register.tag("said", templates.said)
register.tag("spoken", templates.spoken)


@register.simple_tag
def language_attributes() -> SafeString:
    """Return what the element <html> says of the page's language and of the way it runs."""
    language = current()
    direction = format_html(' dir="{}"', language.direction) if language.direction != "ltr" else ""
    writing = mark_safe(' data-writing="vertical"') if language.vertical else ""
    return format_html('lang="{}"{}{}', language.code, direction, writing)


@register.simple_tag
def say(words: Any) -> str:
    """Return the words in the visitor's language, in Chinese where it has none for them."""
    return languages.told(str(words))


@register.simple_tag
def title_of(item: Any) -> str:
    """Return an item's title in the visitor's language."""
    return str(in_language(item, "title"))


@register.simple_tag
def about_of(service: Any) -> str:
    """Return what a service is for, in the visitor's language."""
    return str(in_language(service, "about"))


@register.filter
def in_language(thing: Any, name: str) -> Any:
    """Return what data says about a thing in the visitor's language: `title_en` where it has one, or `title`."""
    return getattr(thing, f"{name}_{current().code}", "") or languages.told(str(getattr(thing, name)))


@register.filter(expects_localtime=True)
def chinese_day(day: Any) -> str:
    """2026年11月23日 周一, or 23 Nov 2026 Mon; of a moment, the day it falls on here."""
    if not day:
        return ""
    language = current()
    if language is OWN:
        return f"{day.year}年{day.month}月{day.day}日 周{'一二三四五六日'[day.weekday()]}"
    return str(defaultfilters.date(day, f"{language.weekday} {language.day}"))


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, arg: str | None = None) -> Any:
    """Django's own filter; a Chinese pattern is read as the same kind of day in the visitor's language."""
    language = current()
    if arg and language is not OWN:
        for chinese, other in ((OWN.day, language.day), ("Y年n月", "M Y"), (OWN.day_of_year, language.day_of_year)):
            arg = arg.replace(chinese, other)
    return defaultfilters.date(value, arg)


@register.filter
def days_left(number: int) -> str:
    """还剩 3 个工作日；已超 2 个工作日。"""
    return languages.told(remaining.of_days(number).words)


@register.filter
def channel_name(channel: str) -> str:
    """网上、窗口、热线 …"""
    return languages.told(CHANNEL_NAMES.get(channel, channel))


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


@register.filter
def money(amount: Decimal | str) -> str:
    """Return an amount in yuan with thousands separators: 1,050.00; what is no amount stays as it is."""
    try:
        return format_money(Decimal(amount))
    except (InvalidOperation, TypeError):
        return str(amount)

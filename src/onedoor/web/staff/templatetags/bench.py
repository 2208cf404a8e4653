"""The rail of the workbench, and the lines of its list."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from onedoor.platform.cases.queries import WorkItem
from onedoor.platform.cases.remaining import Left
from onedoor.platform.kernel.clock import CHINA
from onedoor.web.staff import rail as rails

register = template.Library()

LINE = (
    '<tr>\n    <td>{}</td>\n    <td><a href="{}">{}</a></td>\n    <td>{}</td><td>{}</td>\n'
    '    <td class="code small">…{}</td><td class="number small">{}</td></tr>'
)
LAMP = '<span class="lamp lamp--{}">{}</span>'
WAITS_FOR_APPLICANT = format_html(LAMP, "paused", "等申请人补正")
TO_DELIVER = format_html(LAMP, "paused", "待送达")


@register.inclusion_tag("staff/rail.html", takes_context=True)
def rail(context: dict[str, Any]) -> dict[str, Any]:
    """What waits by duty with its number, then the other ways of the post in use."""
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    groups = [
        (title, [(entry, reverse(entry.page), here == entry.page or here in entry.pages) for entry in entries])
        for title, entries in rails.groups(context["actor"])
    ]
    return {
        "groups": groups,
        "duties": context.get("duties"),
        "duty": context.get("duty") if here == "worklist" else None,
        "is_worklist": here == "worklist",
        "lang": context.get("lang"),
    }


@register.simple_tag
def work_lines(items: Iterable[WorkItem]) -> SafeString:
    """Draw the lines of a worklist: a hundred at once, far cheaper than as the loop of a template."""
    before, _, after = reverse("staff_case", args=["0"]).rpartition("0")
    return format_html_join("\n  ", LINE, (_cells(line, before, after) for line in items))


def _cells(line: WorkItem, before: str, after: str) -> tuple[str, ...]:
    """The address of a case is its number between `before` and `after`."""
    opened_at = line.opened_at.astimezone(CHINA)
    return (
        _lamp(line),
        f"{before}{line.number}{after}",
        line.title,
        format_html('{} <span class="tag tag--bad">已死亡</span>', line.applicant)
        if line.applicant_died
        else line.applicant,
        line.step_title,
        line.number[-16:],
        f"{opened_at.month}月{opened_at.day}日 {opened_at:%H:%M}",
    )


def _lamp(line: WorkItem) -> str:
    if line.waits_for_applicant:
        return WAITS_FOR_APPLICANT
    if line.left is not None:
        return _running(line.left)
    return TO_DELIVER if line.to_deliver else "—"


@lru_cache(maxsize=512)
def _running(left: Left) -> SafeString:
    return format_html(LAMP, left.lamp, left.words)

"""The rail of the workbench."""

from typing import Any

from django import template
from django.urls import reverse

from onedoor.web.staff import rail as rails

register = template.Library()


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

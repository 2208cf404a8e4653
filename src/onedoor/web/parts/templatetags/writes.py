"""The hidden fields of posting forms: the key of every one, and where a case stood when its page was drawn."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from onedoor.web.parts.writes import new_key

register = template.Library()


@register.simple_tag
def idempotency_key() -> SafeString:
    """Return a hidden field with a fresh key: put it into every form with method post."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', new_key())


@register.simple_tag
def case_seen(case: Any) -> SafeString:
    """Return a hidden field with the position of the last action: put it into every form that acts on a case."""
    return format_html('<input type="hidden" name="seen" value="{}">', case.last_seq)

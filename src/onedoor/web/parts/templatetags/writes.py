"""The hidden key every posting form carries."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from onedoor.web.parts.writes import new_key

register = template.Library()


@register.simple_tag
def idempotency_key() -> SafeString:
    """Return a hidden field with a fresh key: put it into every form with method post."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', new_key())

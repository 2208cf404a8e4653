"""The ten services in templates."""

from django import template

from onedoor.web.citizen.services import BY_CODE, Service

register = template.Library()


@register.simple_tag
def service_of(line: str) -> Service | None:
    """Return the service a business line belongs to."""
    return BY_CODE.get(line)

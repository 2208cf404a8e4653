"""How pages look on this device: large print, high contrast, language; kept in cookies, drawn by the server."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the attributes of <html> and whether this is a demonstration."""
    cookies = request.COOKIES
    return {
        "elder": "on" if cookies.get("elder") == "on" else "off",
        "contrast": "high" if cookies.get("contrast") == "high" else "normal",
        "lang": "en" if cookies.get("lang") == "en" else "zh",
        "is_demonstration": settings.ONEDOOR_DEMONSTRATION_CLOCK is not None,
    }

"""How pages look on this device: large print, high contrast, language; kept in cookies, drawn by the server."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from onedoor.platform.kernel.languages import current, languages


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the attributes of <html> and whether this is a demonstration."""
    cookies, language = request.COOKIES, current()
    return {
        "elder": "on" if cookies.get("elder") == "on" else "off",
        "contrast": "high" if cookies.get("contrast") == "high" else "normal",
        "lang": next((key for key, one in languages().items() if one is language), "zh"),
        "language": language,
        "other_languages": [(key, one) for key, one in languages().items() if one is not language],
        "is_demonstration": settings.ONEDOOR_DEMONSTRATION_CLOCK is not None,
    }

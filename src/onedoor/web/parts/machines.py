"""At which registered machine of a hall a request is made, known by the signed cookie of its browser."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from onedoor.platform.channels.queries import kiosks
from onedoor.platform.channels.queries.kiosks import Machine
from onedoor.platform.kernel import clock

COOKIE = "machine"
KEPT_DAYS = 400  # the longest a browser keeps a cookie; each start of the machine's first page renews it
# Pages on which somebody fills in: without scripts nobody can tell whether they are touched, so they wait longer.
FILLED_IN = frozenset(
    {"draft_section", "draft_materials", "kiosk_scan", "draft_review", "supplement", "precheck", "step_up", "search"}
)
AT_REST = "kiosk"


def machine_of(request: HttpRequest) -> Machine | None:
    """Return the machine this request is made at, None for everybody's own phone and computer; asked once a request."""
    if COOKIE not in request.COOKIES:
        return None
    if not hasattr(request, "machine"):
        secret = request.get_signed_cookie(COOKIE, default="")
        request.machine = kiosks.machine_of(secret=secret or "")  # type: ignore[attr-defined]
    return cast("Machine | None", request.machine)  # type: ignore[attr-defined]


def bind(response: HttpResponse, secret: str) -> None:
    """Let this browser be the machine's screen: out of reach of scripts, never sent from another site."""
    response.set_signed_cookie(
        COOKIE,
        secret,
        max_age=KEPT_DAYS * 86400,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def machine(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the machine, and after how many seconds without a touch its page warns; nothing elsewhere."""
    found = machine_of(request)
    if found is None or not found.in_use:
        return {}
    figures, name = found.figures(on=clock.today()), request.resolver_match.view_name if request.resolver_match else ""
    rests = name == AT_REST and not request.user.is_authenticated
    waits = 0 if rests else figures.idle_seconds
    still = 0 if name == "kiosk_idle" else figures.filling_seconds if name in FILLED_IN else waits
    return {"machine": found, "machine_figures": figures, "machine_waits": waits, "machine_waits_still": still}

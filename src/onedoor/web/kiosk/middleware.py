"""What holds at a machine for every address: locked from afar, few pages, a short session, nothing left behind."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from onedoor.platform.channels.kiosk_life import KioskLocked
from onedoor.platform.channels.operations import cards, kiosks, scans
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotAtMachine, OneDoorError
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.machines import COOKIE, machine_of

NUMBER_KEY, TOUCHED_KEY = "machine", "touched_at"  # in the session of whoever came in by their card
ALWAYS = frozenset({"kiosk_enrol", "healthz", "manifest", "worker", "offline"})
# Besides the machine's own pages: finding an item, the pages of one application and of one case, own certificates.
OPEN = frozenset(
    {
        *("item", "precheck", "search", "suggestions", "service", "life_event", "place", "offices", "blank_form"),
        *("start", "draft", "draft_changes", "draft_section", "draft_materials", "draft_consents", "draft_review"),
        *("draft_discard", "draft_form", "submitted", "hand_in", "undo", "case", "supplement", "papers_owed"),
        *("document", "certificate", "file", "my_certificate", "my_certificate_pdf", "ticket", "queue_screen"),
        *("step_up", "held_form", "appearance", "rate_case", "appointments", "appointment_days"),
        *("appointment_times", "appointment_slot", "booking", "booking_move"),
    }
)
# What people come across on shared pages and what stands for it at a machine.
INSTEAD = {
    "home": "kiosk",
    "me": "kiosk",
    "login": "kiosk_card",
    "login_code": "kiosk_card",
    "logout": "kiosk_over",
    "progress": "kiosk_cases",
}
CALLED = ("/api/v1/drafts/", "/api/v1/uploads/")  # what the pages of an application call when they send a large file
CLEARED = '"cache", "storage"'
MARGIN = 15  # seconds a page may come late


class NotHere(OneDoorError):
    code, http_status, message = (
        "web.not_at_machine",
        403,
        "这件事不能在自助终端上办：请用自己的手机、电脑，或者到窗口办理。",
    )


class KioskMiddleware:
    """
    Stands between the log-in and everything else, and does nothing where no machine's cookie is sent.

    A session begun at a machine lives at this machine only: without its cookie, or at another one, it has ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if COOKIE not in request.COOKIES and not hasattr(request, "wiped"):
            return response
        response["Cache-Control"] = "no-store"  # what lies behind the back button is asked for anew
        if response.get("Content-Type", "").startswith("application/pdf"):  # to the printer; the page stays, and ends
            response["Content-Disposition"] = response.get("Content-Disposition", "").replace("inline", "attachment")
        if hasattr(request, "wiped"):
            _clear(request, response)
        machine = machine_of(request)
        if COOKIE not in response.cookies and (machine is None or machine.state == "retired"):
            response.delete_cookie(COOKIE)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        machine = machine_of(request)
        if machine is None:
            if NUMBER_KEY in request.session:
                wipe(request, "离开自助终端")
                return redirect("home")
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in ALWAYS:
            return None
        if not machine.in_use:
            wipe(request, "自助终端暂停")
            return _closed(request, machine)
        kiosks.note_seen(number=machine.number, at=clock.now())
        if self._has_ended(request, machine, name):
            wipe(request, "久未操作")
            return redirect(f"{reverse('kiosk')}?{urlencode({'ended': 1})}")
        if request.path.startswith("/api/"):
            shut = request.user.is_authenticated and not request.path.startswith(CALLED)
            return _problem(NotAtMachine()) if shut else None
        if name in INSTEAD:
            return _instead(request, name)
        return None if name in OPEN or name.startswith("kiosk") else refusals.answer(request, NotHere())

    def _has_ended(self, request: HttpRequest, machine: Any, name: str) -> bool:
        """Tell whether somebody's session is not this machine's, or nobody has touched it for too long."""
        if not request.user.is_authenticated:
            return False
        now, session = clock.wall().timestamp(), request.session
        figures = machine.figures(on=clock.today())
        longest = max(figures.idle_seconds, figures.filling_seconds) + figures.warning_seconds + MARGIN
        if session.get(NUMBER_KEY) != machine.number or now - session.get(TOUCHED_KEY, 0) > longest:
            return True
        if name != "kiosk_idle":  # the page that asks whether anybody is there comes by itself
            session[TOUCHED_KEY] = now
        return False


def wipe(request: HttpRequest, how: str) -> None:
    """End whoever's session this is, on the server, and let nothing of it stay in the browser; drafts are kept."""
    cards.drop_card(actor=actor_of(request), at=clock.now())
    if machine_of(request) is not None:
        scans.drop_scan(actor=actor_of(request), at=clock.now())
    if request.user.is_authenticated:
        identity.close_session(session_key=str(request.session.session_key), how=how, at=clock.wall())
    end_session(request)
    request.wiped = True  # type: ignore[attr-defined]


def _clear(request: HttpRequest, response: HttpResponse) -> None:
    response["Clear-Site-Data"] = CLEARED
    for name in request.COOKIES:
        if name != COOKIE:
            response.delete_cookie(name)


def _instead(request: HttpRequest, name: str) -> HttpResponse:
    wanted = request.GET.get("next", "")
    query = f"?{urlencode({'next': wanted})}" if INSTEAD[name] == "kiosk_card" and wanted else ""
    return redirect(f"{reverse(INSTEAD[name])}{query}")


def _closed(request: HttpRequest, machine: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(KioskLocked())
    waits = machine.state in ("registered", "enrolled")
    return render(request, "kiosk/closed.html", {"closed": machine, "waits": waits}, status=200 if waits else 503)


def _problem(refusal: OneDoorError) -> JsonResponse:
    told = {"type": f"/problems/{refusal.code}", "status": refusal.http_status, "detail": str(refusal)}
    return JsonResponse(told, status=refusal.http_status, content_type="application/problem+json")

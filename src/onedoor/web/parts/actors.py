"""Put the acting person on the request: login, post in use, reach, channel."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from onedoor.platform.identity import proofs
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import sm3
from onedoor.web.parts.addresses import address_of
from onedoor.web.parts.assisting import acting_for, banner
from onedoor.web.parts.machines import machine_of

POST_KEY = "post_in_use"


class ActorMiddleware:
    """Give every request an `actor`, worked out only when a view asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"  # the next person at a shared computer finds nothing
        return response


class EntranceMiddleware(LoginRequiredMiddleware):
    """
    Deny by default: a page without `login_not_required` is for people who have logged in.

    Somebody whose session has run out comes back to the same page after the entrance. The API answers 401 by itself.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if request.path.startswith("/api/"):
            return None
        by_password = machine_of(request) is None  # at a machine one comes in by the card
        if by_password and getattr(request.user, "must_change_password", False) and not _may_stay(request):
            return redirect("password")
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        for_officers = request.path.startswith(("/staff/", "/supervision/"))
        wanted = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
        entrance = reverse("officer_login" if for_officers else "login")
        asked = {"next": urlsplit(wanted).path}
        if getattr(request, "idled_out", False):
            asked["idle"] = "1"
        return redirect(f"{entrance}?{urlencode(asked)}")


def _may_stay(request: HttpRequest) -> bool:
    """A password given at the window is changed before anything else."""
    return request.resolver_match is not None and request.resolver_match.view_name in (
        "password",
        "logout",
        "appearance",
    )


def _actor(request: HttpRequest) -> Actor:
    actor = Actor.anonymous()
    if request.user.is_authenticated:
        known = identity.actor_for(
            login=request.user,
            post_id=request.session.get(POST_KEY),
            channel="web",
            address=address_of(request),
            factors=factors_now(request),
            on=clock.today(),
        )
        actor = replace(acting_for(request, known), device=_device(request))
    return _at_machine(request, actor)


def _at_machine(request: HttpRequest, actor: Actor) -> Actor:
    """Say of whoever stands at a machine of a hall, known or not, which one it is: what they do comes by it."""
    machine = machine_of(request)
    if machine is None or not machine.in_use:
        return actor
    number, point = machine.number, machine.point_id
    known = replace(actor, address=address_of(request), device=number)
    return replace(known, channel="kiosk", machine=number, service_point_id=point)


def factors_now(request: HttpRequest) -> int:
    """Return how many proofs this session counts for now."""
    return proofs.factors_of(request.session, wall=clock.wall())


def _device(request: HttpRequest) -> str:
    """Return a short hash of what the browser calls itself: the auditor sees whether it is the same one."""
    name = request.headers.get("User-Agent", "")
    return sm3(name.encode()).hex()[:16] if name else ""


def actor_of(request: HttpRequest) -> Actor:
    """Return the acting person of a request."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def person(request: HttpRequest) -> dict[str, Any]:
    """Context processor: who is logged in, in words for the masthead, and the demonstration's clock."""
    actor = actor_of(request)
    return {
        "actor": actor,
        "today": clock.today(),
        "clock_runs_ahead": clock.demonstration_shift().days,
        "assisting": banner(request, actor),
        "idle_seconds": idle_seconds(actor.kind),
    }


def idle_seconds(kind: str) -> int:
    """Return how long somebody may do nothing before they are logged out; 0 for a visitor."""
    seconds: dict[str, int] = {
        "officer": settings.ONEDOOR_IDLE_STAFF_SECONDS,
        "citizen": settings.ONEDOOR_IDLE_PUBLIC_SECONDS,
    }
    return seconds.get(kind, 0)

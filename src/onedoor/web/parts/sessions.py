"""A log-in on this device: how long it may rest, and where else one is logged in."""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from onedoor.platform.identity import logins, proofs, queries
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.operations.sessions import SEEN_EVERY
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of, idle_seconds
from onedoor.web.parts.held import HELD_KEY, LOGIN_KEY, sealed_form
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.machines import machine_of
from onedoor.web.parts.writes import keyed, unkeyed

BACKEND = "onedoor.platform.identity.backends.AccountBackend"
DEVICE_COOKIE = "device"
SEEN_KEY = "seen_at"
IDLE_MESSAGE = "您离开得太久，为保护您的信息已自动退出。请重新登录，登录后回到刚才的页面。"
# (part of the browser's own description, what people call it); the first that fits
SYSTEMS = (
    ("MicroMessenger", "微信"),
    ("iPad", "平板电脑"),
    ("iPhone", "苹果手机"),
    ("HarmonyOS", "鸿蒙手机"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


def enter(request: HttpRequest, found: Any, *factors: str) -> None:
    """Begin the session of somebody who has proved who they are, and note the device."""
    held = request.session.get(HELD_KEY)
    start_session(request, found, backend=BACKEND)
    if held is not None:
        request.session[HELD_KEY] = held  # a change of user would have thrown it away before its owner comes back
    now = clock.wall().timestamp()
    request.session[proofs.FACTORS_KEY] = sorted(factors)
    request.session[proofs.PROVED_KEY] = request.session[SEEN_KEY] = now
    request.session[LOGIN_KEY] = found.pk
    if request.session.session_key is None:
        request.session.save()
    device = request.get_signed_cookie(DEVICE_COOKIE, default=None)
    if device is None:
        device = secrets.token_urlsafe(16)
        request.new_device = device  # type: ignore[attr-defined]
    logins.require_fresh_password(login_id=found.pk, at=clock.now())
    machine = machine_of(request)
    identity.begin_session(
        login_id=found.pk,
        session_key=str(request.session.session_key),
        device_code=device,
        device=f"自助终端 {machine.number}" if machine else device_words(request.headers.get("User-Agent", "")),
        actor=actor_of(request),
        at=clock.wall(),
    )


def device_words(agent: str) -> str:
    """Return what people call a device, from the browser's description of itself."""
    return next((words for part, words in SYSTEMS if part in agent), "其他设备")


class IdleMiddleware:
    """
    Log out whoever has done nothing for too long: officers 15 minutes, everybody else 30 (MLPS level 3).

    Physical time counts: moving a demonstration's clock logs nobody out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            self._look(request)
        response = self.get_response(request)
        device = getattr(request, "new_device", None)
        if device is not None:
            response.set_signed_cookie(
                DEVICE_COOKIE,
                device,
                max_age=365 * 86400,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    def _look(self, request: HttpRequest) -> None:
        now = clock.wall()
        rested = now.timestamp() - request.session.get(SEEN_KEY, now.timestamp())
        if rested > idle_seconds(getattr(request.user, "kind", "")):
            held = sealed_form(request)
            identity.close_session(session_key=str(request.session.session_key), how="久未操作", at=now)
            end_session(request)
            request.idled_out = True  # type: ignore[attr-defined]
            if held is not None:
                request.session[HELD_KEY] = held
        elif rested > SEEN_EVERY.total_seconds() or SEEN_KEY not in request.session:
            request.session[SEEN_KEY] = now.timestamp()
            identity.note_seen(session_key=str(request.session.session_key), at=now)


@keyed
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where one is logged in, and end single ones or all the others."""
    actor, here = actor_of(request), str(request.session.session_key)
    if request.method == "POST":
        if request.POST.get("others"):
            identity.end_other_sessions(keep=here, actor=actor, at=clock.wall())
        else:
            identity.end_session(session_id=posted(request, "session"), actor=actor, at=clock.wall())
        return redirect("sessions")
    open_ones = queries.open_sessions(actor=actor)
    context = {
        "here": [one for one in open_ones if one.session_key == here],
        "others": [one for one in open_ones if one.session_key != here],
        "ended": queries.recent_sessions(actor=actor),
        "minutes": idle_seconds(actor.kind) // 60,
    }
    return render(request, "parts/sessions.html", context)


@require_POST
@unkeyed("says only that somebody is still here")
def stay(request: HttpRequest) -> HttpResponse:
    """Answer "I am still here": the middleware has noted it already."""
    wanted = request.headers.get("Referer", "")
    return HttpResponse(status=204) if request.headers.get("X-Stay") else redirect(wanted or reverse("home"))

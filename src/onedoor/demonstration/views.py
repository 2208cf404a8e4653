"""The stage door of a demonstration: everybody in the cast, their codes, and the clock. No real site has these pages."""

from typing import Any
from uuid import uuid4

import httpx
import pyotp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from onedoor.demonstration.cast import ACCOUNT, CITIZENS, FATHER, OFFICERS, PASSWORD, SECRET
from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.sessions import enter as enter_session
from onedoor.web.parts.writes import unkeyed

LONGEST_LEAP = 60  # days
HOMES = {
    "supervisor": "/supervision/",
    "auditadmin": "/supervision/audit/",
    "secadmin": "/staff/people/",
    "sysadmin": "/staff/people/",
    "data_steward": "/staff/sharing/",
    "data_user": "/staff/sharing/",
    "item_manager": "/staff/items/",
    "legal_reviewer": "/staff/items/",
}


@login_not_required
def cast(request: HttpRequest) -> HttpResponse:
    """Show who plays, how each logs in, what a form will ask them for, and the text messages on their phones."""
    one_time = pyotp.TOTP(SECRET).at(int(clock.now().timestamp()))
    citizens = [
        {"person": one, "account": ACCOUNT if one is FATHER else "", "messages": _messages(one.phone)}
        for one in CITIZENS
        if one.login
    ]
    context = {"citizens": citizens, "officers": OFFICERS, "password": PASSWORD, "one_time": one_time}
    return render(request, "demonstration/cast.html", context)


def _messages(phone: str) -> list[dict[str, Any]]:
    """Return what the simulated phone has received, newest first; empty while the simulator is away."""
    try:
        answer = httpx.get(f"{settings.ONEDOOR_SMS_URL}/sms", params={"to": phone}, timeout=2)
    except httpx.HTTPError:
        return []
    return list(reversed(answer.json()))[:3]


@require_POST
@login_not_required
@unkeyed("a log-in")
def enter(request: HttpRequest) -> HttpResponse:
    """Put on somebody's shoes without typing their codes."""
    name = request.POST.get("name", "")
    officer = next((one for one in OFFICERS if one.username == name), None)
    citizen = next((one for one in CITIZENS if one.phone == name and one.login), None)
    username = officer.username if officer else (identity.username_of_phone(citizen.phone) if citizen else None)
    found = identity.login_of(username) if username else None
    if found is None:
        return redirect("demonstration")
    enter_session(request, found, "code", "one_time_password", "password")
    audit.record("demonstration.enter", actor=actor_of(request), at=clock.now(), target=f"login:{found.pk}")
    return redirect(HOMES.get(officer.role, "/staff/") if officer else "/me/")


@login_not_required
@unkeyed("moves a clock that no real site has")
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the demonstration's clock on by days."""
    path = settings.ONEDOOR_DEMONSTRATION_CLOCK
    if request.method == "POST" and path is not None:
        days = clock.demonstration_shift().days + min(max(posted(request, "days", 0), 0), LONGEST_LEAP)
        # Every request of every process reads it: it is there whole or not at all.
        fresh = path.with_name(f"{path.name}.{uuid4().hex}")
        fresh.write_text(str(days), encoding="ascii")
        fresh.replace(path)
    wanted = request.POST.get("next", "")
    return redirect(wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/")

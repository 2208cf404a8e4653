"""
The stage door of a demonstration: what there is to walk, everybody in the cast, their codes, the devices of a machine, the
clock. No real site has these pages.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pyotp
import yaml
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from onedoor.demonstration.cast import ACCOUNT, CITIZENS, FATHER, OFFICERS, PASSWORD, SECRET
from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.web.kiosk.machine_agent import ask_reader
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
    "finance": "/staff/reconciliations/",
}
STORIES = Path(__file__).with_name("stories.yaml")
CARD_UNTIL = "2036-01-01"
SHEETS = 2  # laid into the scanner at once


@login_not_required
def cast(request: HttpRequest) -> HttpResponse:
    """Show what there is to walk, who plays, how each logs in, what a form will ask them for, what their phones received."""
    one_time = pyotp.TOTP(SECRET).at(int(clock.now().timestamp()))
    citizens = [
        {"person": one, "account": ACCOUNT if one is FATHER else "", "messages": _messages(one.phone)}
        for one in CITIZENS
        if one.login
    ]
    context: dict[str, Any] = {"citizens": citizens, "officers": OFFICERS, "password": PASSWORD, "one_time": one_time}
    context |= {"stories": stories(), "with_machine": bool(settings.ONEDOOR_DEMONSTRATION_READER)}
    return render(request, "demonstration/cast.html", context)


def stories() -> list[dict[str, Any]]:
    """Return what a visitor can walk; each step with the name of whose shoes it takes."""
    names = {one.phone: one.name for one in CITIZENS} | {one.username: one.name for one in OFFICERS}
    told = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    for story in told:
        story["steps"] = [{**step, "name": names[step["who"]] if step["who"] else ""} for step in story["steps"]]
    return list(told)


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
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return redirect(wanted)
    return redirect(HOMES.get(officer.role, "/staff/") if officer else "/me/")


@require_POST
@login_not_required
@unkeyed("moves what lies on simulated devices")
def devices(request: HttpRequest) -> HttpResponse:
    """Lay somebody's card onto the reader of the machine, take it away, lay paper into its scanner."""
    owner = next((one for one in CITIZENS if one.phone == request.POST.get("card", "")), None)
    acts: list[tuple[str, dict[str, Any]]] = []
    if owner is not None:
        card = {"name": owner.name, "id_number": owner.id_number, "valid_to": CARD_UNTIL}
        acts = [(settings.ONEDOOR_DEMONSTRATION_READER, {"act": "put", "card": card})]
    elif request.POST.get("act") == "take":
        acts = [
            (device, {"act": "take"})
            for device in (settings.ONEDOOR_DEMONSTRATION_READER, settings.ONEDOOR_DEMONSTRATION_SCANNER)
        ]
    elif request.POST.get("act") == "paper":
        acts = [(settings.ONEDOOR_DEMONSTRATION_SCANNER, {"act": "put", "blank": SHEETS})]
    with suppress(OSError, ValueError):  # the device is away: nothing lies there, and the machine says so itself
        for address, told in acts:
            ask_reader(address, told)
    return redirect(f"{reverse('demonstration')}#machine")


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

"""A form that could not be handed in yet: kept, sealed, until its owner has logged in again or proved who they are."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.kernel import clock, replays
from onedoor.platform.kernel.crypto import decrypt_text, encrypt_text
from onedoor.web.parts.actors import actor_of

HELD_KEY = "held"
LOGIN_KEY = "login_pk"
LONGEST = 200_000  # characters of a form that is kept


def typed_in(request: HttpRequest) -> dict[str, Any]:
    """Return the fields of a posted form, to be handed in again; passwords and files are not kept."""
    left_out = (*replays.NOT_CONTENT, "password")
    fields = [(name, value) for name in request.POST for value in request.POST.getlist(name) if name not in left_out]
    return {"fields": fields, "files": bool(request.FILES)}


def sealed_form(request: HttpRequest) -> str | None:
    """Return the form that came too early or too late, sealed for its owner; None where there is none to keep."""
    if request.method != "POST" or request.headers.get("X-Autosave"):
        return None
    kept = {
        "login": request.session.get(LOGIN_KEY),
        "path": request.get_full_path(),
        "at": clock.wall().timestamp(),
        **typed_in(request),
    }
    text = json.dumps(kept, ensure_ascii=False)
    return encrypt_text(text, context="web.held_form") if len(text) <= LONGEST else None


def hold(request: HttpRequest) -> bool:
    """Keep a form in its owner's session, to be handed in from the page `held_form`; tell whether there was one."""
    sealed = sealed_form(request)
    if sealed is not None:
        request.session[HELD_KEY] = sealed
    return sealed is not None


def held_form(request: HttpRequest) -> dict[str, Any] | None:
    """Return the form its owner could not hand in, or None; it is kept as long as a session may rest."""
    sealed = request.session.get(HELD_KEY)
    if sealed is None:
        return None
    kept = dict(json.loads(decrypt_text(sealed, context="web.held_form")))
    own = kept["login"] == request.session.get(LOGIN_KEY)
    fresh = clock.wall().timestamp() - kept["at"] < settings.ONEDOOR_IDLE_PUBLIC_SECONDS
    return kept if own and fresh else None


def held(request: HttpRequest) -> HttpResponse:
    """Show that what was typed is still there, to be handed in now or dropped."""
    kept = held_form(request)
    request.session.pop(HELD_KEY, None)
    if kept is None:
        return redirect("worklist" if actor_of(request).kind == "officer" else "me")
    return render(request, "parts/held.html", {"kept": kept})

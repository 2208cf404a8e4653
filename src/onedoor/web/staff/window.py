"""At the window: a new password for a citizen who has lost theirs, for an officer by the security administrator."""

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.cases import queries as cases
from onedoor.platform.identity import logins
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of


def reset(request: HttpRequest) -> HttpResponse:
    """Show the form the post may use; after the reset, what the person takes along, this once."""
    actor = actor_of(request)
    for_officers = "identity.reset" in actor.permissions
    if not for_officers and "identity.reset_citizen" not in actor.permissions:
        raise NotAllowed
    context: dict[str, Any] = {"for_officers": for_officers, "typed": request.POST, "problems": {}}
    context["duties"] = cases.duty_counts(actor=actor)
    if request.method != "POST":
        return render(request, "staff/reset.html", context)
    note = request.POST.get("witness_note", "")
    try:
        if for_officers:
            username = request.POST.get("username", "").strip()
            done = logins.reset_officer(username=username, witness_note=note, actor=actor, at=clock.now())
            address = f"otpauth://totp/OneDoor:{username}?secret={done.one_time_secret}&issuer=OneDoor"
            context["qr"] = segno.make(address).svg_inline(scale=4, border=2)
        else:
            done = logins.reset_citizen(
                name=request.POST.get("name", ""),
                id_number=request.POST.get("id_number", ""),
                new_phone=request.POST.get("new_phone", ""),
                witness_note=note,
                actor=actor,
                at=clock.now(),
            )
    except InvalidInput as refusal:
        refusals.record(request, refusal)
        context["problems"] = refusal.problems
        return render(request, "staff/reset.html", context, status=422)
    response = render(request, "staff/reset_done.html", context | {"done": done})
    response["Cache-Control"] = "no-store"
    return response

"""The letter to somebody nothing electronic reaches, as PDF: it names the person and where to come, nothing of the matter."""

from datetime import date
from typing import Any

from django.http import HttpResponse

from onedoor.platform.files.rendering import render_letter
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages.queries import Envelope

MOST = 2  # offices named


def letter_of(page: Envelope, *, actor: Actor, on: date) -> HttpResponse:
    """Return the letter to print and put into a window envelope."""
    row = page.row
    offices = identity.service_points(chain=identity.chain(row.division), line="", on=on)[:MOST]
    content: dict[str, Any] = {
        "recipient": row.person.name,
        "address": page.address,
        "organ": actor.organization_name,
        "number": f"T{row.pk:08d}",
        "day": f"{on:%Y年%-m月%-d日}",
        "notices": str(len(page.messages)),
        "offices": [
            {"name": one.name, "address": one.address, "hours": one.opening_hours, "phone": one.phone}
            for one in offices
        ],
    }
    response = HttpResponse(render_letter(content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="letter-{row.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response

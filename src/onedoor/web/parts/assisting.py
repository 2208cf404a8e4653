"""Filling in for somebody present (帮办): on the pages of an application the officer acts as that person, nowhere else."""

from typing import Any

from django.http import HttpRequest

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor

# The pages of one application. Messages, consents, passwords and everything else of the person stay closed.
APPLYING = frozenset(
    {
        "start",
        "draft",
        "draft_section",
        "draft_materials",
        "draft_consents",
        "draft_signers",
        "draft_review",
        "draft_discard",
        "draft_form",
        "paper_form",
        "kiosk_scan",
        "kiosk_scan_form",
        "submitted",
        "hand_in",
        "undo",
        "supplement",
        "unsolved_new",  # what cannot be got done is told at the window too
        "countersignatures",
        "countersignature",
        "file",
        "document",
    }
)


def acting_for(request: HttpRequest, officer: Actor) -> Actor:
    """Return the person an officer is helping, on the pages of an application; otherwise the officer."""
    match = request.resolver_match
    if officer.kind != "officer" or match is None or match.view_name not in APPLYING:
        return officer
    filing = identity.assisted_filing(actor=officer, at=clock.now())
    if filing is None:
        return officer
    return identity.assisted_person(filing=filing, actor=officer, at=clock.now())


def banner(request: HttpRequest, actor: Actor) -> Any:
    """Return whom the officer is helping, for the banner on the pages citizens use; None on every other page."""
    if actor.is_assisted and actor.person_id is not None:
        return identity.name_of(actor.person_id)
    if actor.kind == "officer" and not request.path.startswith(("/staff/", "/supervision/")):
        filing = identity.assisted_filing(actor=actor, at=clock.now())
        return filing.person.name if filing else None
    return None

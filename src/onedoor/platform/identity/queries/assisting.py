"""Whom an officer is filling in an application for."""

from dataclasses import replace
from datetime import datetime

from onedoor.platform.identity.models import AssistedFiling
from onedoor.platform.identity.queries.people import assurance_of
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


def assisted_filing(*, actor: Actor, at: datetime) -> AssistedFiling | None:
    """Return what the officer is helping with now, or None."""
    if actor.kind != "officer" or "identity.window" not in actor.permissions:
        return None
    running = AssistedFiling.objects.filter(login_id=actor.require_login(), ended_at__isnull=True, ends_at__gt=at)
    return running.select_related("person").order_by("-pk").first()


def assisted_person(*, filing: AssistedFiling, actor: Actor, at: datetime) -> Actor:
    """
    Return the person being helped as the one who acts, with the helper's log-in, post and name beside.

    The officer has seen them in person, so both proofs count as given; the level itself is the person's own.
    """
    return replace(
        actor,
        kind="citizen",
        name=f"{actor.name}（帮办）",
        person_id=filing.person_id,
        role="assisted",
        permissions=frozenset(),
        reach=(),
        lines=frozenset(),
        assurance=assurance_of(filing.person, on=day_of(at)),
        channel="window",
    )

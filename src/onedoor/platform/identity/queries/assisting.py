"""Whom an officer is filling in an application for."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from onedoor.platform.identity.models import AssistedFiling, IdentityCheck
from onedoor.platform.identity.queries.people import assurance_of
from onedoor.platform.kernel.actors import MATCHED, PROVED, Actor
from onedoor.platform.kernel.clock import day_of

# What an officer may look at, and how; (code, words).
CHECKED_DOCUMENTS: list[tuple[str, str]] = list(IdentityCheck.Document.choices)
CHECK_METHODS: list[tuple[str, str]] = list(IdentityCheck.Method.choices)


def assisted_filing(*, actor: Actor, at: datetime) -> AssistedFiling | None:
    """Return what the officer is helping with now, or None."""
    if actor.kind != "officer" or "identity.window" not in actor.permissions:
        return None
    running = AssistedFiling.objects.filter(login_id=actor.require_login(), ended_at__isnull=True, ends_at__gt=at)
    return running.select_related("person", "identity_check").order_by("-pk").first()


def assisted_person(*, filing: AssistedFiling, actor: Actor, at: datetime) -> Actor:
    """
    Return the person being helped as the one who acts, with the helper's log-in, post and name beside.

    They are known as surely as the officer has seen: with a look at their document (`check_identity`) they are proved,
    no less and no more; without it nothing that has effect in law is done for them, whatever level they have under
    their own log-in.
    """
    own = assurance_of(filing.person, on=day_of(at))
    check = identity_check_of(filing)
    alive = filing.person.deceased_on is None
    level = PROVED if check is not None and alive else min(own, MATCHED)
    return replace(
        actor,
        kind="citizen",
        name=f"{actor.name}（帮办）",
        person_id=filing.person_id,
        role="assisted",
        permissions=frozenset(),
        reach=(),
        lines=frozenset(),
        assurance=level,
        identity_check=check.pk if check is not None else None,
        channel="window",
    )


def checks_told(check_ids: Collection[int]) -> dict[int, str]:
    """Return in words what was looked at and how, by the ids that acts at the window name; no query for none."""
    found = IdentityCheck.objects.filter(pk__in=check_ids) if check_ids else []
    return {one.pk: f"核验了{one.get_document_display()}（{one.get_method_display()}）" for one in found}


def identity_check_of(filing: AssistedFiling | None) -> IdentityCheck | None:
    """Return the look at the document of whoever is being helped, or None."""
    return getattr(filing, "identity_check", None)

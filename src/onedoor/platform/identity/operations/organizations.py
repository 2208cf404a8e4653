"""Enter organizations."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor


@transaction.atomic
def register_organization(
    *,
    uscc: str,
    name: str,
    short_name: str,
    kind: str,
    tier: int,
    division: str,
    parent_id: int | None,
    phone: str,
    actor: Actor,
    at: datetime,
) -> Organization:
    """Enter an organization; one with the same credit code is returned unchanged."""
    actor.require("identity.manage", division=division)
    organization, created = Organization.objects.get_or_create(
        uscc=uscc,
        defaults={
            "name": name,
            "short_name": short_name,
            "kind": kind,
            "tier": tier,
            "division_id": division,
            "parent_id": parent_id,
            "phone": phone,
            "recorded_at": at,
            "recorded_by": actor.name,
        },
    )
    if created:
        target = f"organization:{organization.pk}"
        audit.record("identity.register_organization", actor=actor, at=at, target=target, division=division)
    return organization

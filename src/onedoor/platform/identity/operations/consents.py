"""Give consent for one purpose, and withdraw it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Consent
from onedoor.platform.identity.operations.mandates import DelegationNotFound
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.standards.periods import add_months


@transaction.atomic
def give_consent(
    *,
    person_id: int,
    purpose: str,
    sources: Sequence[str],
    months: int,
    text_digest: str,
    reference: str,
    method: str,
    actor: Actor,
    at: datetime,
) -> Consent:
    """Record a signed consent; signing the same again for the same application returns the first."""
    if actor.person_id is None:
        raise DelegationNotFound
    existing = Consent.objects.filter(
        person_id=person_id, purpose=purpose, reference=reference, revoked_at__isnull=True
    ).first()
    if existing is not None:
        return existing
    last_day = add_months(day_of(at), months)
    consent = Consent.objects.create(
        person_id=person_id,
        purpose=purpose,
        sources=sorted(sources),
        reference=reference,
        text_digest=text_digest,
        method=method,
        signed_by_id=actor.person_id,
        signed_at=at,
        valid_until=at + (last_day - day_of(at)),
        recorded_at=at,
        recorded_by=actor.name or "本人",
    )
    audit.record("identity.give_consent", actor=actor, at=at, target=f"consent:{consent.pk}", purpose=purpose)
    return consent


@transaction.atomic
def revoke_consent(*, consent_id: int, actor: Actor, at: datetime) -> Consent:
    """Withdraw a consent: from now on nothing is asked under it. Only the person themselves."""
    consent = Consent.objects.select_for_update().filter(pk=consent_id, person_id=actor.require_person()).first()
    if consent is None:
        raise DelegationNotFound
    if consent.revoked_at is None:
        consent.revoked_at = at
        consent.save(update_fields=["revoked_at"])
        audit.record("identity.revoke_consent", actor=actor, at=at, target=f"consent:{consent.pk}")
    return consent

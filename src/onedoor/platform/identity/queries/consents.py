"""Consents: what a person has allowed to be asked about them."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q

from onedoor.platform.identity.models import Consent, Guardianship, Person
from onedoor.platform.identity.queries.mandates import guards
from onedoor.platform.kernel.actors import Actor


def signed_consents(*, references: Collection[str], at: datetime) -> set[tuple[str, str, str]]:
    """Return (application, index of the person's number as `id_number_index` tells it, digest agreed to) of every living consent given there."""
    living = Consent.objects.filter(reference__in=references, revoked_at__isnull=True, valid_until__gt=at)
    return set(living.values_list("reference", f"person__{Person.by_number.searched}", "text_digest"))


def consents_given(*, actor: Actor, on: date) -> list[Consent]:
    """Return the consents of the actor and of their wards, newest first, withdrawn ones included; one query."""
    reader = actor.require_person()
    wards = Guardianship.objects.filter(guards(on), guardian_id=reader).values("ward_id")
    found = Consent.objects.filter(Q(person_id=reader) | Q(person_id__in=wards))
    return list(found.select_related("person").order_by("-id"))


def live_consent(*, person_id: int, purpose: str, source: str, at: datetime) -> Consent | None:
    """Return the living consent under which `source` may be asked about a person, or None."""
    living = Consent.objects.filter(
        person_id=person_id, purpose=purpose, revoked_at__isnull=True, signed_at__lte=at, valid_until__gt=at
    )
    return next((consent for consent in living.order_by("-id") if source in consent.sources), None)

"""Give consent for one purpose, and withdraw it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Consent
from onedoor.platform.identity.operations.mandates import DelegationNotFound
from onedoor.platform.identity.queries import age_of, guardianship_between
from onedoor.platform.kernel.actors import MATCHED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.standards.periods import add_months

SIGNS_FROM = 14


class GuardianConsents(OneDoorError):
    code, http_status, message = (
        "consent.guardian_needed",
        403,
        "不满 14 周岁的，由监护人签署。请监护人登录后签署；监护关系还没有登记的，请带户口簿到窗口登记。",
    )


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
    """
    Record a signed consent; signing the same again for the same application returns the first. Another wording takes
    the place of the first, which is withdrawn.

    :param text_digest: of all that is agreed to.

    :raises GuardianConsents: a child under fourteen does not sign, the guardian does (个人信息保护法第三十一条).
    """
    if actor.person_id is None:
        raise DelegationNotFound
    age = age_of(person_id, on=day_of(at))
    if age is not None and age < SIGNS_FROM and method in ("self", "paper"):
        raise GuardianConsents
    earlier = Consent.objects.filter(
        person_id=person_id, purpose=purpose, reference=reference, revoked_at__isnull=True
    ).first()
    if earlier is not None and earlier.text_digest == text_digest:
        return earlier
    if earlier is not None:
        _withdraw(earlier, actor, at)
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
    """
    Withdraw a consent: from now on nothing is asked under it. Only the person themselves, or their guardian.
    Withdrawing has to be as easy as giving (Personal Information Protection Law art. 15): one proof is enough.

    :raises DelegationNotFound: it is somebody else's.
    :raises AssuranceTooLow: name and number have not been matched.
    """
    consent = Consent.objects.select_for_update().filter(pk=consent_id).first()
    reader = actor.require_person()
    if consent is None or (
        consent.person_id != reader
        and guardianship_between(guardian_id=reader, ward_id=consent.person_id, on=day_of(at)) is None
    ):
        raise DelegationNotFound
    actor.require_level(MATCHED)
    if consent.revoked_at is None:
        _withdraw(consent, actor, at)
    return consent


def _withdraw(consent: Consent, actor: Actor, at: datetime) -> None:
    consent.revoked_at = at
    consent.save(update_fields=["revoked_at"])
    audit.record("identity.revoke_consent", actor=actor, at=at, target=f"consent:{consent.pk}")

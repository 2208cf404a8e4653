"""Ask another department about a person: only for a business, only with consent where it is needed, recorded."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange import purposes
from onedoor.platform.exchange.connectors import connector
from onedoor.platform.exchange.models import Query
from onedoor.platform.exchange.tasks import send_query
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError

WAITED_FOR = 50
NAMESPACE = uuid.UUID("0d5bb7d4-54a2-5b0e-8f0e-5c6c2d7f1a10")


class ConsentMissing(OneDoorError):
    code, http_status, message = "consent.missing", 403, "没有本人有效授权，不能查询。请先取得本人签署的授权书。"


class BusinessMissing(OneDoorError):
    code, http_status, message = "exchange.business_missing", 403, "查询个人数据必须对应具体办件，已拒绝并记录。"


@transaction.atomic
def ask(
    *, source: str, person_id: int, purpose: str, business: str, actor: Actor, at: datetime, waited_for: bool = False
) -> Query:
    """
    Ask one department about one person in the background; asking the same for the same business is one question.

    `waited_for`: somebody sits before the form; such a question goes before those of the verification.

    :raises PurposeUnknown: the purpose is not registered or not in force.
    :raises FieldsNotOpened: the purpose does not open this source.
    :raises BusinessMissing: no case or draft is named (R-SHR-1).
    :raises ConsentMissing: the source needs a living consent and there is none (R-CON-1).
    """
    definition = connector(source)
    actor.require("exchange.ask", division="000000000000")
    known = purposes.purpose(purpose, on=day_of(at))
    if known.needs_business and not business:
        raise BusinessMissing
    opened = known.require(source)
    consent = identity.live_consent(person_id=person_id, purpose=purpose, source=source, at=at)
    if definition.needs_consent and consent is None:
        raise ConsentMissing
    query, created = Query.objects.get_or_create(
        id=uuid.uuid5(NAMESPACE, f"{source}|{person_id}|{purpose}|{business}"),
        defaults={
            "connector": source,
            "person_id": person_id,
            "consent": consent,
            "purpose": purpose,
            "legal_basis": known.legal_basis,
            "fields": list(opened),
            "business": business,
            "asked_by": actor.name,
            "asked_at": at,
        },
    )
    if created:
        send_query.using(priority=WAITED_FOR if waited_for else 0).enqueue(query_id=str(query.pk))
        audit.record("exchange.ask", actor=actor, at=at, target=f"person:{person_id}", source=source, purpose=purpose)
    return query


@transaction.atomic
def note_conflicts(*, receipts: Collection[uuid.UUID], actor: Actor, at: datetime) -> None:
    """Note that these answers contradict what was declared: it counts in the figures of their sources, and decides nothing."""
    actor.require("exchange.ask", division="000000000000")
    Query.objects.filter(pk__in=receipts).update(conflicting=True)
    for receipt in sorted(str(one) for one in receipts):
        audit.record("exchange.note_conflict", actor=actor, at=at, target=f"use:{receipt}")

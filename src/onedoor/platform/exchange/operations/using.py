"""Use a dataset: for a registered purpose and a named matter, only the fields opened, one record a batch."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange import purposes
from onedoor.platform.exchange.datasets import Dataset, Sharing, dataset
from onedoor.platform.exchange.models import DataUse, DataUsePerson
from onedoor.platform.exchange.models.uses import person_key
from onedoor.platform.exchange.operations.asking import BusinessMissing
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import OneDoorError


class NotShared(OneDoorError):
    code, http_status, message = (
        "exchange.not_shared",
        403,
        "“{fields}”属于不予共享的数据，不能提供。确需使用的，请按规定向数据提供单位个案申请。",
    )


@dataclass(frozen=True)
class Found:
    """One row as it was given out: how old it is, and the fields that were opened."""

    as_of: date
    stale: bool
    values: Mapping[str, Any]


@dataclass(frozen=True)
class DatasetAnswer:
    """What a use gave: rows by person id, nobody without a row is in it; `receipt` is the number of its record."""

    receipt: str
    at: datetime
    digest: str
    rows: Mapping[int, Sequence[Found]]


@dataclass(frozen=True)
class Ground:
    """On what a use rests: a registered purpose."""

    purpose: str
    words: str
    legal_basis: str
    fields: tuple[str, ...]


@transaction.atomic
def use_dataset(
    *,
    source: str,
    purpose: str,
    business: str,
    person_ids: Collection[int],
    fields: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> DatasetAnswer:
    """
    Give a room or service of this house what a dataset holds about these people, and keep one record of it.

    The calling room has checked who acts and that these people belong to the matter.

    :raises PurposeUnknown: the purpose is not registered or not in force.
    :raises BusinessMissing: the purpose needs a case or draft and none is named (R-SHR-1).
    :raises FieldsNotOpened: the purpose does not open this dataset, or not these fields.
    :raises NotShared: one of them may not be shared at all.
    """
    known = purposes.purpose(purpose, on=day_of(at))
    if known.needs_business and not business.strip():
        raise BusinessMissing
    wanted = known.require(source, *fields)
    ground = Ground(known.code, known.title, known.legal_basis, wanted)
    return _give(dataset(source), ground, business, person_ids, actor, at)


def _give(
    source: Dataset, ground: Ground, business: str, person_ids: Collection[int], actor: Actor, at: datetime
) -> DatasetAnswer:
    """
    Read the rows, leave out what is not opened, and record the use.

    :raises NotShared: one of the fields may not be shared at all.
    """
    closed = [source.fields[one].title for one in ground.fields if source.fields[one].sharing == Sharing.NOT_SHARED]
    if closed:
        raise NotShared(fields="、".join(closed))
    people = sorted(set(person_ids))
    rows = _read(source, ground.fields, people, day_of(at))
    use = _record(source, ground, business, people, rows, actor, at)
    return DatasetAnswer(receipt=str(use.pk), at=at, digest=use.digest, rows=rows)


def _read(source: Dataset, fields: Sequence[str], people: Sequence[int], on: date) -> dict[int, list[Found]]:
    found: dict[int, list[Found]] = {}
    for row in source.find(people, on):
        stale = (on - row.as_of).days > source.stale_after_days
        values = {field: getattr(row, field) for field in fields}
        found.setdefault(row.person_id, []).append(Found(row.as_of, stale, values))
    return found


def _record(
    source: Dataset,
    ground: Ground,
    business: str,
    people: Sequence[int],
    rows: Mapping[int, Sequence[Found]],
    actor: Actor,
    at: datetime,
) -> DataUse:
    keys = {person: person_key(person) for person in people}
    use = DataUse.objects.create(
        id=uuid.uuid4(),
        dataset=source.code,
        purpose=ground.purpose,
        purpose_words=ground.words,
        legal_basis=ground.legal_basis,
        business=business.strip(),
        fields=list(ground.fields),
        asked=len(people),
        found=len(rows),
        at=at,
        as_of=min((one.as_of for found in rows.values() for one in found), default=None),
        digest=_digest(keys, rows),
        actor_name=actor.name,
        login_id=actor.login_id,
        post_id=actor.post_id,
        role=actor.role,
        organization_id=actor.organization_id,
        organization_name=actor.organization_name,
    )
    DataUsePerson.objects.bulk_create(
        (DataUsePerson(use=use, key=key, found=person in rows) for person, key in keys.items()), batch_size=1000
    )
    audit.record(
        "exchange.use",
        actor=actor,
        at=at,
        target=use.target,
        dataset=source.code,
        purpose=ground.purpose,
        fields=list(ground.fields),
        people=len(people),
        digest=use.digest,
    )
    return use


def _digest(keys: Mapping[int, str], rows: Mapping[int, Sequence[Found]]) -> str:
    """Return SM3 over what was given out, in one form: who by blind key, every value as text."""
    content = {
        keys[person]: [
            [one.as_of.isoformat(), {field: as_text(value) for field, value in one.values.items()}] for one in found
        ]
        for person, found in rows.items()
    }
    return sm3(canonical_json(content)).hex()


def as_text(value: Any) -> Any:
    """Return a value as JSON carries it: days and moments in ISO 8601, money as text."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value

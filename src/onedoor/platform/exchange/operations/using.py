"""Use a dataset: for a purpose or under a grant, for a named matter, only the fields opened, one record a batch."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit import suspensions
from onedoor.platform.exchange import matters, purposes
from onedoor.platform.exchange.datasets import Dataset, Sharing, dataset
from onedoor.platform.exchange.models import DataUse, DataUsePerson, ShareGrant, ShareRequest
from onedoor.platform.exchange.operations.asking import BusinessMissing
from onedoor.platform.exchange.operations.grants import GrantOver
from onedoor.platform.exchange.queries.grants import SharingNotFound
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import EVERYWHERE, Actor, CodeRange
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.crypto import canonical_json, keyed_hash, sm3
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.standards.id_numbers import parse_citizen_id

MOST_AT_ONCE = 100  # more is an export, which two people have to allow (R-SEC-2)


class NotShared(OneDoorError):
    code, http_status, message = (
        "exchange.not_shared",
        403,
        "“{fields}”属于不予共享的数据，不能提供。确需使用的，请按规定向数据提供单位个案申请。",
    )


class TooManyToday(OneDoorError):
    code, http_status, message = (
        "exchange.too_many_today",
        409,
        "这项授权每天最多查询 {most} 人，今天还能查 {left} 人。其余的请明天再查，或申请调整授权。",
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
    """On what a use rests: a registered purpose, or another organ's grant, which opens rows of its place alone."""

    purpose: str
    words: str
    legal_basis: str
    fields: Sequence[str]
    grant: ShareGrant | None = None
    unknown: int = 0  # people asked about whom the platform does not know; they count, or a quota could be stretched
    reach: Sequence[CodeRange] = EVERYWHERE


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


@transaction.atomic
def use_grant(
    *, number: str, business: str, id_numbers: Sequence[str], actor: Actor, at: datetime
) -> tuple[DatasetAnswer, list[tuple[str, int | None]]]:
    """
    Give an officer of another organ what a grant opens about these people.

    Returns the answer, and for each number, once, who of the platform it is; somebody unknown simply has no row.

    :raises SharingNotFound: there is no such grant for the actor's organ.
    :raises QuerySuspended: the officer has asked too often without a case (D01).
    :raises BusinessMissing: no case or other business is named (R-SHR-1).
    :raises GrantOver: not provided yet, expired or revoked; `TooManyToday`: more people than it allows a day.
    :raises InvalidInput: no number, too many, or one that is none; a number of the matter that cannot be one, or that
        of a case of this house which the actor's organ does not have in hand.
    """
    request = _granted_to(number, actor)
    suspensions.require_query_right(actor)
    if not business.strip():
        raise BusinessMissing
    grant, on = request.grant, day_of(at)
    if grant.standing(on) != "使用中":
        raise GrantOver(standing=grant.standing(on))
    problem = matters.problem_of(business.strip(), organization_id=actor.organization_id)
    if problem:
        raise InvalidInput({"business": problem})
    numbers = _numbers(id_numbers)
    _check_quota(grant, len(numbers), at)
    known = identity.people_with_numbers(numbers)
    people = [(one, known.get(one)) for one in numbers]
    ground = Ground(
        purpose=f"grant:{request.number}",
        words=request.purpose,
        legal_basis=request.legal_basis,
        fields=list(grant.fields),
        grant=grant,
        unknown=sum(person is None for _, person in people),
        reach=identity.reach_of(request.division, on=on),
    )
    asked = [person for _, person in people if person is not None]
    return _give(dataset(request.dataset), ground, business, asked, actor, at), people


def _granted_to(number: str, actor: Actor) -> ShareRequest:
    """:raises SharingNotFound: there is no such grant for the actor's organ."""
    requests = ShareRequest.objects.select_related("requester", "grant")
    request = requests.filter(number=number, state=ShareRequest.State.GRANTED).first()
    if request is None or request.requester_id != actor.organization_id:
        raise SharingNotFound
    actor.require("exchange.use", division=request.requester.division_id)
    return request


def _numbers(texts: Sequence[str]) -> list[str]:
    found, problems = [], {}
    for place, text in enumerate((one for one in texts if one.strip()), start=1):
        try:
            found.append(parse_citizen_id(text).number)
        except ValueError as error:
            problems["id_numbers"] = f"第 {place} 个身份证号不对：{error}"
    if not found and not problems:
        problems["id_numbers"] = "请填写要查询的身份证号，一行一个。"
    if len(found) > MOST_AT_ONCE:
        problems["id_numbers"] = f"一次最多查询 {MOST_AT_ONCE} 人，更多的请分次查询。"
    if problems:
        raise InvalidInput(problems)
    return list(dict.fromkeys(found))


def _check_quota(grant: ShareGrant, wanted: int, at: datetime) -> None:
    """:raises TooManyToday: with these it would be more people than the grant allows a day."""
    if grant.most_a_day is None:
        return
    grant = ShareGrant.objects.select_for_update(of=("self",)).get(pk=grant.pk)  # two officers at once share one quota
    since = at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    used = grant.uses.filter(at__gte=since, at__lte=at).aggregate(people=Sum("asked"))["people"] or 0
    if used + wanted > (grant.most_a_day or 0):
        raise TooManyToday(most=grant.most_a_day, left=max((grant.most_a_day or 0) - used, 0))


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
    rows = _read(source, ground, people, day_of(at))
    use = _record(source, ground, business, people, rows, actor, at)
    return DatasetAnswer(receipt=str(use.pk), at=at, digest=use.digest, rows=rows)


def _read(source: Dataset, ground: Ground, people: Sequence[int], on: date) -> dict[int, list[Found]]:
    found: dict[int, list[Found]] = {}
    for row in source.find(people, on):
        if not any(start <= row.division < end for start, end in ground.reach):
            continue
        stale = (on - row.as_of).days > source.stale_after_days
        values = {field: getattr(row, field) for field in ground.fields}
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
    use = DataUse.objects.create(
        id=uuid.uuid4(),
        dataset=source.code,
        purpose=ground.purpose,
        purpose_words=ground.words,
        legal_basis=ground.legal_basis,
        grant=ground.grant,
        business=business.strip(),
        fields=list(ground.fields),
        asked=len(people) + ground.unknown,
        found=len(rows),
        at=at,
        as_of=min((one.as_of for found in rows.values() for one in found), default=None),
        digest=_digest(rows),
        actor_name=actor.name,
        login_id=actor.login_id,
        post_id=actor.post_id,
        role=actor.role,
        organization_id=actor.organization_id,
        organization_name=actor.organization_name,
    )
    DataUsePerson.objects.bulk_create(
        (
            DataUsePerson(use=use, found=person in rows, **DataUsePerson.by_person.values(str(person)))
            for person in dict.fromkeys(people)
        ),
        batch_size=1000,
    )
    audit.record(
        "exchange.use",
        actor=actor,
        at=at,
        target=use.target,
        dataset=source.code,
        purpose=ground.purpose,
        fields=list(ground.fields),
        people=use.asked,
        digest=use.digest,
    )
    return use


def _digest(rows: Mapping[int, Sequence[Found]]) -> str:
    """Return SM3 over what was given out, in one form: who by keyed hash, every value as text."""
    content = {
        keyed_hash(str(person), purpose=DataUsePerson.by_person.purpose): [
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

"""What a person is told: who asked what about me, when, why, for which matter, which fields. Never a value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from onedoor.platform.exchange import purposes
from onedoor.platform.exchange.connectors import all_connectors
from onedoor.platform.exchange.datasets import DataField, all_datasets
from onedoor.platform.exchange.models import DataUse, Query
from onedoor.platform.exchange.models.uses import DataUsePerson
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.roles import ROLE_NAMES
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound


class UseNotFound(NotFound):
    code, message = "exchange.use_not_found", "没有找到这条使用记录，请从“谁用过我的数据”页面打开。"


@dataclass(frozen=True)
class Use:
    """One receipt of "who asked what about me": of a question to a department, or of a dataset of this house."""

    receipt: str
    source: str  # the code of a department's source or of a dataset
    at: datetime
    organization: str  # who asked; nothing where a machine of this house did
    duty: str  # its post, or the machine's duty; officers' names are not told
    department: str  # whose data; nothing for a dataset of this house
    title: str
    purpose: str
    legal_basis: str
    business: str
    fields: Sequence[str]
    state: str
    as_of: date | None
    digest: str
    consent_id: int | None  # the consent it was asked under, None where the law itself is the ground


EVERY_ITEM = ""  # uses of data belong to no item: who looks for another acts by law or in every matter


def uses_about(*, person_id: int, actor: Actor, on: date, before: UUID | None = None, most: int = 50) -> list[Use]:
    """
    Return what was asked about a person, newest first; `before` is the receipt of the last one of the page before.

    :raises MandateMissing and its kin: it is neither oneself nor somebody one acts for in every matter.
    :raises UseNotFound: that receipt is not about them.
    """
    identity.require_side(person_id=person_id, item=EVERY_ITEM, scope=identity.AFFAIRS, actor=actor, on=on)
    questions = Query.objects.filter(person_id=person_id)
    uses = DataUse.objects.filter(**DataUsePerson.by_person.at(str(person_id), through="people__"))
    if before is not None:
        last = own_use(receipt=before, actor=actor, on=on, person_id=person_id).at
        questions = questions.filter(Q(asked_at__lt=last) | Q(asked_at=last, pk__lt=before))
        uses = uses.filter(Q(at__lt=last) | Q(at=last, pk__lt=before))
    found = [_of_question(one) for one in questions.order_by("-asked_at", "-pk")[:most]]
    found += [_of_dataset(one) for one in uses.order_by("-at", "-pk")[:most]]
    return sorted(found, key=lambda one: (one.at, one.receipt), reverse=True)[:most]


def own_use(*, receipt: UUID, actor: Actor, on: date, person_id: int | None = None) -> Use:
    """
    Return one receipt about the acting person, or about somebody they act for.

    :raises MandateMissing and its kin: as `uses_about`.
    :raises UseNotFound: there is none about them.
    """
    side = identity.require_side(person_id=person_id, item=EVERY_ITEM, scope=identity.AFFAIRS, actor=actor, on=on)
    return use_of(receipt=receipt, person_id=side.person_id)


def use_of(*, receipt: UUID, person_id: int) -> Use:
    """
    Return one receipt about a person; the caller has let whoever asks.

    :raises UseNotFound: there is none about them.
    """
    question = Query.objects.filter(pk=receipt, person_id=person_id).first()
    if question is not None:
        return _of_question(question)
    use = DataUse.objects.filter(pk=receipt, **DataUsePerson.by_person.at(str(person_id), through="people__")).first()
    if use is None:
        raise UseNotFound
    return _of_dataset(use)


def uses_under_consents(*, consent_ids: Iterable[int], actor: Actor) -> dict[int, list[Use]]:
    """Return what was asked under the acting person's own consents, by consent, newest first. One query."""
    asked = Query.objects.filter(person_id=actor.require_person(), consent_id__in=list(consent_ids))
    found: dict[int, list[Use]] = {}
    for query in asked.order_by("-asked_at", "-pk"):
        if query.consent_id is not None:
            found.setdefault(query.consent_id, []).append(_of_question(query))
    return found


def _of_question(query: Query) -> Use:
    source = all_connectors().get(query.connector)
    return Use(
        receipt=str(query.pk),
        source=query.connector,
        at=query.asked_at,
        organization="",
        duty=query.asked_by,
        department=source.department if source else "",
        title=source.title if source else query.connector,
        purpose=purposes.words_of(query.purpose),
        legal_basis=query.legal_basis,
        business=query.business,
        fields=_titles(source.fields if source else {}, query.fields),
        state=query.get_state_display(),
        as_of=query.as_of,
        digest=query.digest,
        consent_id=query.consent_id,
    )


def _of_dataset(use: DataUse) -> Use:
    source = all_datasets().get(use.dataset)
    return Use(
        receipt=str(use.pk),
        source=use.dataset,
        at=use.at,
        organization=use.organization_name,
        duty=ROLE_NAMES.get(use.role, use.role),
        department="",
        title=source.title if source else use.dataset,
        purpose=use.purpose_words,
        legal_basis=use.legal_basis,
        business=use.business,
        fields=_titles(source.fields if source else {}, use.fields),
        state="已提供",
        as_of=use.as_of,
        digest=use.digest,
        consent_id=None,
    )


def _titles(known: Mapping[str, DataField], fields: Sequence[str]) -> list[str]:
    return [known[one].title if one in known else one for one in fields]

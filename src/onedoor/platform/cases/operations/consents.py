"""Which consents an application needs, from whom, and which are still unsigned."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from onedoor.platform.cases import handlers
from onedoor.platform.cases.models import Draft, WantedSignature
from onedoor.platform.catalog.items import ConsentRequest
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.clock import day_of


@dataclass(frozen=True)
class NeededConsent:
    """One consent of one person: the request, whose it is, and whether it is signed."""

    request: ConsentRequest
    name: str
    id_number: str
    role: str
    signed: bool

    @property
    def title(self) -> str:
        return f"{self.request.title}（{self.name}）"


def needed_consents(draft: Draft, *, at: datetime) -> list[NeededConsent]:
    """Return every consent this draft needs, in the order of the item, each with its state. Constant queries."""
    wanted = list(_wanted(draft, day_of(at)))
    if not wanted:
        return []
    signed = identity.signed_consents(references=[draft.target], at=at)
    return [
        NeededConsent(
            request, name, number, role, (draft.target, identity.id_number_index(number), request.digest) in signed
        )
        for request, name, number, role in wanted
    ]


def missing_consents(draft: Draft, *, at: datetime) -> list[NeededConsent]:
    return [consent for consent in needed_consents(draft, at=at) if not consent.signed]


def people_named(draft: Draft) -> set[str]:
    """Return the identity numbers of everybody a draft could ask for a consent: the applicant, and whom it names."""
    people = handlers.for_item(draft.item_version.item.code).people(draft.answers, day_of(draft.expires_at))
    return {str(draft.applicant.id_number), *(str(person.id_number) for person in people)}


def _wanted(draft: Draft, on: date) -> Iterator[tuple[ConsentRequest, str, str, str]]:
    item = draft.item_version.item
    people = handlers.for_item(item.code).people(draft.answers, on)
    applicant = draft.applicant
    for request in item.consents:
        if request.by == "applicant":
            yield request, applicant.name, applicant.id_number, "applicant"
        for person in people:
            if request.by == "adult_members" and person.role == "member" and person.adult:
                yield request, person.name, person.id_number, "member"
            if request.by == "obligors" and person.role == "obligor":
                yield request, person.name, person.id_number, "obligor"


def want_signatures(draft: Draft, at: datetime) -> None:
    """Keep the list of who has to sign in step with who is named, and tell those who are new on it."""
    if not draft.item_version.item.consents:
        return
    index = WantedSignature.by_number
    wanted = {(index.of(needed.id_number), needed.request.code): needed for needed in needed_consents(draft, at=at)}
    known = {(getattr(row, index.searched), row.consent): row for row in draft.wanted_signatures.all()}
    for key in known.keys() - wanted.keys():
        known[key].delete()
    fresh = [(str(wanted[key].id_number), key[1]) for key in sorted(wanted.keys() - known.keys())]
    WantedSignature.objects.bulk_create(
        WantedSignature(draft=draft, consent=consent, **index.values(number)) for number, consent in fresh
    )
    for number in dict.fromkeys(number for number, _ in fresh):
        person_id = identity.person_with_number(number)
        if person_id is not None and person_id != draft.filled_by_id:
            outbox.publish("cases.signature_wanted", key=draft.target, draft_id=str(draft.pk), person_id=person_id)

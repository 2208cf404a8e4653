"""What a citizen may read: own drafts and cases, and those of people they act for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from onedoor.platform.cases import access, applications
from onedoor.platform.cases.forms.kinds import spoken
from onedoor.platform.cases.forms.known import Known
from onedoor.platform.cases.models import Case, Draft, SubjectRequest, WantedSignature
from onedoor.platform.cases.operations.consents import NeededConsent
from onedoor.platform.cases.operations.consents import (
    needed_consents as _needed_consents,
)
from onedoor.platform.cases.queries.matter import division_names
from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.catalog.items import ConsentRequest
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.prepared import prepared
from onedoor.standards.masks import mask_name


@dataclass(frozen=True)
class DraftView:
    """A draft with what its page needs."""

    draft: Draft
    known: Mapping[str, Known]


def get_draft(*, draft_id: UUID, actor: Actor, on: date) -> Draft:
    """:raises DraftNotFound: there is none, or it is not for this actor; both look alike."""
    draft = _drafts.first(draft_id=draft_id)
    if draft is None:
        raise access.DraftNotFound
    access.require_draft(draft, actor=actor, scope="view", on=on)
    return draft


@prepared
def _drafts(*, draft_id: UUID) -> QuerySet[Draft]:
    return Draft.objects.select_related("applicant__division").filter(pk=draft_id)


def known_answers(*, draft: Draft, actor: Actor, on: date) -> dict[str, Known]:
    """Return the answers nobody has to type again: what the platform and other departments know, with the source."""
    access.require_draft(draft, actor=actor, scope="view", on=on)
    return applications.known_answers(draft)


@dataclass(frozen=True)
class Differing:
    """An answer saved on one device and another one given on this."""

    label: str
    there: str


def differing(section: Section, *, there: Mapping[str, Any], here: Mapping[str, Any]) -> list[Differing]:
    """Return the answers of a section that were saved elsewhere and differ from those given here."""
    names = division_names(section.fields, there)
    fields = [field for field in section.fields if field.type != "computed"]
    differ = [field for field in fields if there.get(field.code) != here.get(field.code)]
    return [Differing(field.label, _spoken_whole(field, there.get(field.code), names)) for field in differ]


def _spoken_whole(field: FormField, value: Any, names: Mapping[str, str]) -> str:
    if field.type != "table":
        return spoken(field, value, names)
    rows = ["，".join(spoken(column, row.get(column.code), names) for column in field.columns) for row in value or []]
    return "；".join(rows) or "—"


def needed_consents(*, draft: Draft, actor: Actor, at: datetime, on: date) -> list[NeededConsent]:
    """Return every consent the draft needs, signed or not."""
    access.require_draft(draft, actor=actor, scope="view", on=on)
    return _needed_consents(draft, at=at)


@dataclass(frozen=True)
class SignatureAsked:
    """A consent somebody else's application asks of the reader: for what, whose, the text."""

    id: int
    item: str
    applicant: str  # masked: two people of one household know each other
    request: ConsentRequest


def signatures_asked(*, actor: Actor, at: datetime) -> list[SignatureAsked]:
    """Return what waits for the actor's own signature, newest first; what is signed already is left out."""
    if actor.person_id is None:
        return []
    number = identity.id_number_of(actor.person_id)
    index = identity.id_number_index(number)
    rows = WantedSignature.objects.filter(
        **WantedSignature.by_number.at(number), draft__submitted_as__isnull=True, draft__expires_at__gt=at
    ).exclude(draft__filled_by_id=actor.person_id)
    asked = []
    rows = rows.select_related("draft__applicant").order_by("-id")[:20]
    signed = identity.signed_consents(references=[row.draft.target for row in rows], at=at)
    for row in rows:
        request = next((one for one in row.draft.item_version.item.consents if one.code == row.consent), None)
        if request is not None and (row.draft.target, index, request.digest) not in signed:
            applicant = mask_name(row.draft.applicant.name)
            asked.append(SignatureAsked(row.pk, row.draft.item_version.title, applicant, request))
    return asked


def my_drafts(*, actor: Actor, at: datetime) -> list[Draft]:
    """Return open drafts the actor fills in, or that are filled in for them, newest first."""
    if actor.person_id is None:
        return []
    mine = Q(filled_by_id=actor.person_id) | Q(applicant_id=actor.person_id)
    open_drafts = Draft.objects.filter(mine, submitted_as__isnull=True, expires_at__gt=at)
    return list(open_drafts.select_related("applicant").order_by("-saved_at")[:50])


def my_cases(*, actor: Actor, on: date, most: int = 50) -> list[Case]:
    """Return the actor's own cases and those they are the agent of, newest first."""
    if actor.person_id is None:
        return []
    mine = Q(applicant_id=actor.person_id)
    for principal, items in identity.followed_by(agent_id=actor.person_id, on=on):
        mine |= Q(agent_id=actor.person_id, applicant_id=principal) & identity.of_items("item_code", items)
    cases = Case.objects.filter(mine).select_related("applicant", "receiving_organization", "deciding_organization")
    return list(cases.order_by("-id")[:most])


def entity_cases(*, entity_id: int, actor: Actor, on: date, most: int = 50) -> list[Case]:
    """Return the cases of an organization that the actor may follow for it, whoever of its people began them, newest first."""
    if actor.person_id is None:
        return []
    wanted = [items for one, items in identity.followed_by(agent_id=actor.person_id, on=on) if one == entity_id]
    if not wanted:
        return []
    cases = Case.objects.filter(identity.of_items("item_code", *wanted), applicant_id=entity_id)
    shown = cases.select_related("applicant", "agent", "receiving_organization", "deciding_organization")
    return list(shown.order_by("-id")[:most])


def progress_by_code(*, query_code: str, last_four: str) -> Case:
    """
    Return a case to somebody without an account who holds its query code and knows the applicant's last four characters.

    :raises CaseNotFound: one of the two is wrong; the answer does not tell which.
    """
    case = (
        Case.objects.select_related("applicant", "receiving_organization", "deciding_organization")
        .filter(query_code=query_code.strip().upper())
        .first()
    )
    if case is None or case.applicant.id_number[-4:] != last_four.strip().upper():
        raise access.CaseNotFound
    return case


def subject_requests(*, actor: Actor) -> list[SubjectRequest]:
    """Return what the acting person has asked about their own data, newest first, with the cases that were kept."""
    found = SubjectRequest.objects.filter(person_id=actor.require_person())
    return list(found.prefetch_related("kept__case__item_version").order_by("-id"))

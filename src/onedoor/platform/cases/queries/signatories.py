"""Who signs an application together: as its applicant sees it, as each signer reads what they sign, as a case shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, applications, signing
from onedoor.platform.cases.models import Case, Draft, Material, Signatory
from onedoor.platform.cases.queries.matter import SpokenSection, speak
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.standards.masks import mask_name

MOST = 50
State = Signatory.State


@dataclass(frozen=True)
class SigningView:
    """All signatures an application asks for, as its applicant sees them."""

    asked: Sequence[signing.Asked]
    in_order: bool
    days: int
    changed: Sequence[Signatory] = ()  # who has signed what is another thing now

    @property
    def rows(self) -> list[Signatory]:
        return [row for one in self.asked for row in one.rows]

    @property
    def is_whole(self) -> bool:
        """Tell whether everybody has signed, and signed this."""
        return not self.changed and all(one.is_signed for one in self.asked)

    @property
    def may_ask(self) -> bool:
        """Tell whether somebody is to be asked, for the first time or anew, and nobody is still to be named."""
        unasked = any(row.state in (State.NAMED, State.REFUSED, State.LAPSED) for row in self.rows)
        return (unasked or bool(self.changed)) and not any(one.lacks for one in self.asked)


def signing_of(*, draft: Draft, actor: Actor, at: datetime) -> SigningView:
    """Return who signs a draft besides its applicant, and how far they are."""
    access.require_draft(draft, actor=actor, scope="view", on=day_of(at))
    signers = draft.item_version.item.signers
    days = (signing.last_day(draft, at=at) - day_of(at)).days
    in_order = signers is not None and signers.in_order
    open_still = draft.submitted_as_id is None
    changed = signing.changed(draft, at=at) if open_still else []
    return SigningView(signing.asked_of(draft), in_order, days, changed)


@dataclass(frozen=True)
class Countersigning:
    """One application of somebody else that the reader, or a ward of theirs, signs or has signed."""

    row: Signatory
    item: str
    applicant: str  # masked: those who sign together know each other
    role: str
    ward: str  # for whom, where it is a ward of the reader
    is_open: bool  # may be signed now
    waits: bool  # for others who sign before


def countersignatures(*, actor: Actor, at: datetime) -> list[Countersigning]:
    """Return what the actor and their wards are asked to sign or have signed together with others, newest first."""
    if actor.person_id is None:
        return []
    wards = [one.ward_id for one in identity.wards_of(actor=actor, on=day_of(at))]
    mine = Signatory.objects.filter(person_id__in=[actor.person_id, *wards]).exclude(state=State.NAMED)
    alive = Q(draft__submitted_as__isnull=False) | Q(draft__expires_at__gt=at)
    rows = mine.filter(alive).select_related("draft__applicant", "person").order_by("-asked_at", "-id")[:MOST]
    return [_countersigning(row, actor, at) for row in rows if signing.is_asked_for(row)]


def _countersigning(row: Signatory, actor: Actor, at: datetime) -> Countersigning:
    item = row.draft.item_version.item
    roles = item.signers.roles if item.signers else ()
    open_still = row.state == State.ASKED and row.draft.submitted_as_id is None
    turn = row.due_on is not None
    return Countersigning(
        row=row,
        item=item.title,
        applicant=mask_name(row.draft.applicant.name),
        role=next((one.title for one in roles if one.code == row.role), ""),
        ward="" if row.person_id == actor.person_id else row.person.name,
        is_open=open_still and row.due_on is not None and row.due_on >= day_of(at),
        waits=open_still and not turn,
    )


@dataclass(frozen=True)
class ToSign:
    """The whole application as it is signed, and the digest by which just this is meant."""

    about: Countersigning
    sections: Sequence[SpokenSection]
    papers: Sequence[Material]
    digest: str
    level: int
    applicant: str


def get_countersigning(*, signatory_id: int, actor: Actor, at: datetime) -> ToSign:
    """
    Return just the version that is to be signed, once more for who has signed; the look is recorded.

    :raises SignatoryNotFound: it is not asked of the actor nor of a ward of theirs.
    """
    row = signing.to_sign(signatory_id, actor=actor, at=at)
    draft = row.draft
    is_over = draft.submitted_as_id is None and draft.expires_at <= at
    if is_over or row.state not in (State.ASKED, State.SIGNED):
        raise signing.SignatoryNotFound
    audit.record_look("cases.read_to_sign", actor=actor, at=at, target=draft.target, division=draft.division)
    item = draft.item_version.item
    answers = applications.asked_answers(item, draft.answers)
    return ToSign(
        about=_countersigning(row, actor, at),
        sections=speak(item.form.shown_sections(answers), answers),
        papers=signing.papers_of(draft, at=at),
        digest=signing.digest_of(draft, at=at),
        level=item.level_to_act,
        applicant=draft.applicant.name,
    )


def signatures_of_case(case: Case) -> list[tuple[str, Signatory]]:
    """
    Return who has signed the application of a case besides its applicant, each with their role in words.

    The case has been fetched through a checked door.
    """
    signers = case.item_version.item.signers
    if signers is None:
        return []
    titles = {role.code: role.title for role in signers.roles}
    rows = Signatory.objects.filter(draft__submitted_as=case, state=State.SIGNED).select_related("person", "signed_by")
    ordered = sorted(rows, key=lambda row: (signers.place(row.role), row.pk))
    return [(titles.get(row.role, row.role), row) for row in ordered]

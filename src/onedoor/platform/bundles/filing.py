"""File an ordinary application for somebody who has given all of it already: draft, answers, papers, submission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.cases import applications, operations
from onedoor.platform.cases.forms.validation import CleanedSection
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.operations.submission import AlreadyUnderWay, GrantedAlready
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.files.models import StoredFile
from onedoor.platform.files.operations import FileRefused
from onedoor.platform.files.storage import FileDamaged, open_content
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import AssuranceTooLow, NotLoggedIn, OneDoorError


@dataclass(frozen=True)
class Given:
    """A paper to go along: as which paper of the item, the stored file, what it is called."""

    code: str
    file: StoredFile
    name: str


@dataclass(frozen=True)
class Filed:
    """What came of it: the case, or the draft that waits for the person with the words of what is missing."""

    draft: Draft
    case: Case | None
    refusal: OneDoorError | None = None


def file_application(
    *,
    item_code: str,
    answers: Mapping[str, Any],
    papers: Sequence[Given],
    delivery: str,
    actor: Actor,
    at: datetime,
    applicant_id: int | None = None,
) -> Filed:
    """
    File an application of the actor's own, or of `applicant_id` for whom they act, with these answers and papers; what is
    known of the applicant is filled in.

    What the person has to add keeps the draft, with the refusal that says what it is.

    :raises ItemNotFound, AlreadyUnderWay, GrantedAlready: why nobody can begin one.
    :raises NotLoggedIn, AssuranceTooLow: who asks is not known surely enough.
    """
    draft = prepare(item_code=item_code, answers=answers, papers=papers, applicant_id=applicant_id, actor=actor, at=at)
    try:
        with transaction.atomic():
            case = operations.submit_draft(
                draft_id=draft.pk, revision=draft.revision, delivery=delivery, actor=actor, at=at
            )
    except (AlreadyUnderWay, GrantedAlready):
        raise
    except OneDoorError as refusal:
        # By the machine's hand nobody is there to prove more: the draft waits for the person, who then does.
        if isinstance(refusal, NotLoggedIn | AssuranceTooLow) and actor.channel != "system":
            raise
        return Filed(draft, None, refusal)
    return Filed(draft, case)


def prepare(
    *,
    item_code: str,
    answers: Mapping[str, Any],
    papers: Sequence[Given],
    actor: Actor,
    at: datetime,
    applicant_id: int | None = None,
) -> Draft:
    """Return a draft of the actor's own, or of whom they act for, with these answers and papers in it."""
    applicant_id = applicant_id or actor.require_person()
    draft = operations.start_draft(item_code=item_code, applicant_id=applicant_id, actor=actor, at=at)
    item = draft.item_version.item
    whole = _known(draft) | draft.answers | dict(answers)
    for section in item.form.sections:
        codes = {field.code for field in section.fields if field.type != "computed"}
        mine = {code: value for code, value in whole.items() if code in codes}
        if mine:
            draft = operations.save_section(
                draft_id=draft.pk,
                revision=draft.revision,
                section=section.code,
                cleaned=CleanedSection(answers=mine, typed={}, problems={}),
                actor=actor,
                at=at,
            )
    for paper in papers:
        _attach(draft, paper, item, actor, at)
    return Draft.objects.select_related("item_version", "applicant").get(pk=draft.pk)


def _known(draft: Draft) -> dict[str, Any]:
    return {code: known.value for code, known in applications.known_answers(draft).items()}


def _attach(draft: Draft, paper: Given, item: ServiceItem, actor: Actor, at: datetime) -> None:
    """Attach one, looked at anew; what is damaged or nothing the item takes is asked for again in the draft."""
    if item.material(paper.code) is None or paper.file.is_quarantined:
        return
    if draft.materials.filter(code=paper.code).exclude(file=None).exists():
        return
    try:
        with transaction.atomic():
            operations.attach_material(
                draft_id=draft.pk,
                case_id=None,
                material=paper.code,
                content=open_content(paper.file.digest, paper.file.file_key),
                name=paper.name,
                actor=actor,
                at=at,
            )
    except (FileDamaged, FileRefused):
        return


def acting_for(*, person_id: int, assurance: int) -> Actor:
    """
    Return who files what a person has ordered before, when its turn comes: the person, by the machine's hand.

    They have proved themselves when they submitted the whole; the level of then goes along, the channel tells.
    """
    return Actor(kind="citizen", name="", person_id=person_id, assurance=assurance, channel="system")

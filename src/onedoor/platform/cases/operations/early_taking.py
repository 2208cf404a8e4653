"""Somebody has logged in and goes on with what they filled in before: it becomes a draft of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import applications
from onedoor.platform.cases.forms.known import agrees
from onedoor.platform.cases.forms.validation import CleanedSection
from onedoor.platform.cases.models import Draft, EarlyDraft, EarlyPaper
from onedoor.platform.cases.operations.drafts import attach_material, save_section, start_draft
from onedoor.platform.cases.operations.early import let_go, lock_opened
from onedoor.platform.catalog.forms import Section
from onedoor.platform.files import operations as files
from onedoor.platform.files.models import FileGrant
from onedoor.platform.files.storage import FileDamaged, open_content
from onedoor.platform.kernel.actors import Actor

WHO_IT_IS = ("person.name", "person.id_number")  # has to agree with the person who takes it; a phone need not


@dataclass(frozen=True)
class Taken:
    """What has become of an early draft: the person's own, and the labels of what they are asked again."""

    draft: Draft
    asked_again: Sequence[str]


@transaction.atomic
def take_early_draft(*, key: str, actor: Actor, at: datetime) -> Taken:
    """
    Take what was filled in before logging in into a draft of one's own; the early draft is gone with its code.

    What the person's own open draft answers already stays. A name or an identity number of somebody else is left out
    and asked again. The papers come along, looked at anew.

    :raises NotLoggedIn, EarlyDraftClosed: as their names say.
    :raises GuardianOnly, DivisionSplit, ItemNotFound: why an application cannot begin.
    """
    person = actor.require_person()
    early = lock_opened(key, at)
    draft = start_draft(item_code=early.item_version.code, applicant_id=person, actor=actor, at=at)
    fitting = applications.fields_that_fit(early.item_version.item, draft.item_version.item)
    fields = [field for field in draft.item_version.item.form.all_fields() if field.code in early.answers]
    known = applications.known_answers(draft)
    wrong = {
        field.code
        for field in fields
        if field.prefill in WHO_IT_IS
        and (field.code not in known or not agrees(known[field.code].value, early.answers[field.code]))
    }
    answers, typed = applications.of_fields(early.answers, early.typed, fitting - wrong)
    for section in draft.item_version.item.form.sections:
        draft = _bring(draft, section, answers, typed, actor, at)
    unfit = [field.label for field in fields if field.code in wrong or field.code not in fitting]
    papers = _bring_papers(early, draft, actor, at)
    draft.refresh_from_db(fields=["revision", "saved_at", "expires_at"])
    audit.record(
        "cases.take_early_draft",
        actor=actor,
        at=at,
        target=early.target,
        division=draft.division,
        draft=str(draft.pk),
    )
    let_go(early, at=at)
    return Taken(draft, [*unfit, *papers])


def _bring(
    draft: Draft, section: Section, answers: Mapping[str, Any], typed: Mapping[str, str], actor: Actor, at: datetime
) -> Draft:
    """Put what was filled in early into a section, where nothing stands yet."""
    codes = {field.code for field in section.fields if field.type != "computed"}
    free = codes - set(draft.answers) - {path.split(".")[0] for path in draft.typed}
    fresh, unready = applications.of_fields(answers, typed, free)
    if not fresh and not unready:
        return draft
    standing, half = applications.of_fields(draft.answers, draft.typed, codes)
    whole = CleanedSection(
        answers=standing | fresh,
        typed=half | unready,
        problems={},
        reasons={code: text for code, text in (draft.reasons or {}).items() if code in codes},
    )
    return save_section(
        draft_id=draft.pk, revision=draft.revision, section=section.code, cleaned=whole, actor=actor, at=at
    )


def _bring_papers(early: EarlyDraft, draft: Draft, actor: Actor, at: datetime) -> list[str]:
    """
    Attach the papers of an early draft to a person's own, looked at anew as theirs; return the titles of those that
    have to be given again. What the person's draft has a file for already stays.

    :raises StorageFull: the disk is full.
    """
    given = set(draft.materials.exclude(file=None).values_list("code", flat=True))
    again = []
    for paper in early.papers.select_related("file").order_by("id"):
        definition = draft.item_version.item.material(paper.code)
        if definition is None or paper.code in given:
            continue
        if paper.file.is_quarantined or not _attach(paper, draft, actor, at):
            again.append(definition.title)
    return list(dict.fromkeys(again))


def _attach(paper: EarlyPaper, draft: Draft, actor: Actor, at: datetime) -> bool:
    """Attach one; False where it is damaged on disk or is nothing the item takes for it today."""
    stored = paper.file
    name = FileGrant.objects.get(file=stored, target=paper.draft.target).name
    try:
        with transaction.atomic():
            attach_material(
                draft_id=draft.pk,
                case_id=None,
                material=paper.code,
                content=open_content(stored.digest, stored.file_key),
                name=str(name),
                actor=actor,
                at=at,
            )
    except (FileDamaged, files.FileRefused):
        return False  # the person is told, and gives it again
    return True

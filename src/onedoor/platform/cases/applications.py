"""An application as its item's own checks see it, before it is a case."""

from datetime import date

from onedoor.platform.cases import handlers
from onedoor.platform.cases.forms.validation import asked_codes, check_answers
from onedoor.platform.cases.models import Draft
from onedoor.platform.catalog.items import Section
from onedoor.platform.identity import queries as identity


def faults(draft: Draft, *, on: date) -> dict[str, str]:
    """Return everything that keeps the answers from being handed in, by path, as sentences for the person."""
    item = draft.item_version.item
    asked = asked_codes(item, draft.answers)
    problems = {path: "请修改此项。" for path in draft.typed if path.split(".")[0] in asked}
    problems |= check_answers(item, draft.answers, on=on)
    return faults_across_sections(draft, on=on) | problems


def faults_across_sections(draft: Draft, *, on: date) -> dict[str, str]:
    """Return what the item's own check finds: answers that are good each but do not fit together."""
    agent_id = None if draft.filled_by_id == draft.applicant_id else draft.filled_by_id
    application = handlers.Application(
        answers=draft.answers,
        applicant_id=draft.applicant_id,
        applicant_id_number=draft.applicant.id_number,
        agent_id_number=identity.id_number_of(agent_id) if agent_id else "",
        division=draft.division,
        on=on,
    )
    return handlers.for_item(draft.item_version.code).check(application)


def faults_shown_in(draft: Draft, section: Section, *, on: date) -> dict[str, str]:
    """Return those of them that are about this section, as far as its answers are there already."""
    codes = {field.code for field in section.fields if draft.answers.get(field.code)}
    found = faults_across_sections(draft, on=on)
    return {path: sentence for path, sentence in found.items() if path.split(".")[0] in codes}

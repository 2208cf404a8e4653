"""An application as its item's own checks see it, before it is a case."""

from datetime import date

from onedoor.platform.cases import handlers
from onedoor.platform.cases.forms.validation import asked_codes, check_answers
from onedoor.platform.cases.models import Draft
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.differences import Difference, diff_versions
from onedoor.platform.catalog.items import FormField, Section, ServiceItem
from onedoor.platform.catalog.pinning import is_current
from onedoor.platform.identity import queries as identity

# What a change of version means to the person who fills in; how the work is done behind the desk is not their matter.
TOLD = ("conditions", "limits", "fee", "visits", "form", "materials", "consents", "result", "delegable", "assurance")


def guide_now(draft: Draft, *, on: date) -> catalog.Guide:
    """:raises ItemNotFound, ItemSuspended: the item cannot be applied for any more."""
    return catalog.read_guide(code=draft.item_version.code, chain=identity.chain(draft.division), on=on)


def version_changes(draft: Draft, *, on: date) -> list[Difference] | None:
    """Return what has changed for the person since the draft was begun; None while it is under the version in force."""
    guide = guide_now(draft, on=on)
    if draft.submitted_as_id is not None or is_current(draft.item_version, guide):
        return None
    old, new = (item.model_dump(mode="json", by_alias=True) for item in (draft.item_version.item, guide.item))
    return [one for one in diff_versions(old, new) if one.path.split(".")[0] in TOLD]


def fields_that_fit(old: ServiceItem, new: ServiceItem) -> set[str]:
    """
    Return the codes of the fields whose answers mean the same in both versions.

    A table fits when its columns are of the same types, a choice when every value it offered is still offered; a promise
    (`statement`) in other words is another promise.
    """
    before = {field.code: field for field in old.form.all_fields()}
    return {field.code for field in new.form.all_fields() if field.code in before and _fits(before[field.code], field)}


def _fits(old: FormField, new: FormField) -> bool:
    if old.type != new.type or (old.type == "statement" and old.label != new.label):
        return False
    if old.code_set != new.code_set or not {one.value for one in old.choices} <= {one.value for one in new.choices}:
        return False
    columns = {column.code: column for column in new.columns}
    return all(column.code in columns and _fits(column, columns[column.code]) for column in old.columns)


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

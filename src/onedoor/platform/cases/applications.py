"""An application as its item's own checks see it, before it is a case."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from onedoor.platform.cases import handlers
from onedoor.platform.cases.forms.binding import divisions_in
from onedoor.platform.cases.forms.computing import with_computed
from onedoor.platform.cases.forms.kinds import spoken
from onedoor.platform.cases.forms.known import Known, agrees
from onedoor.platform.cases.forms.validation import CleanedSection, asked_codes, check_answers, typed_problems
from onedoor.platform.cases.models import Draft, EarlyDraft
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.differences import Difference, diff_versions
from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.pinning import is_current
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Person
from onedoor.standards.masks import mask_name

TIERS = {2: "省", 3: "市", 4: "县（市、区）", 5: "乡镇、街道", 6: "村、社区"}

# What a change of version means to the person who fills in; how the work is done behind the desk is not their matter.
TOLD = (
    "conditions",
    "limits",
    "fee",
    "visits",
    "form",
    "materials",
    "consents",
    "signers",
    "result",
    "delegable",
    "assurance",
)


def place_now(draft: Draft, *, on: date) -> str:
    """
    Return the code of the place whose organs are competent for a draft on a day: where its applicant is registered, or
    what stands there now; where that is not known any more, the place the draft was begun for.

    :raises DivisionSplit: it has become several places; the person has to say which.
    """
    return identity.residence_now(draft.applicant, on=on) or draft.division


def guide_now(draft: Draft, *, on: date) -> catalog.Guide:
    """
    Return the item as offered today in the place that is competent today.

    :raises ItemNotFound, ItemSuspended: the item cannot be applied for any more.
    :raises DivisionSplit: see `place_now`.
    """
    return catalog.read_guide(code=draft.item_version.code, chain=identity.chain(place_now(draft, on=on)), on=on)


def changes_since_begun(draft: Draft, *, on: date) -> list[Difference] | None:
    """
    Return what has changed for the person since the draft was begun: the place and organ it goes to, what the item asks;
    None while it is for the place of today, under the version in force.

    :raises NoResponsibleOrganization: the place it would go to now has no organ on the platform.
    """
    if draft.submitted_as_id is not None:
        return None
    guide, place = guide_now(draft, on=on), place_change(draft, on=on)
    if place is None and is_current(draft.item_version, guide):
        return None
    old, new = (item.model_dump(mode="json", by_alias=True) for item in (draft.item_version.item, guide.item))
    asked = [one for one in diff_versions(old, new) if one.path.split(".")[0] in TOLD]
    return [place, *asked] if place else asked


def place_change(draft: Draft, *, on: date) -> Difference | None:
    """
    Return where a draft goes now instead of where it was begun for, in words; None while that is the same.

    The person has moved, or the place itself was reorganised (A42).
    """
    now = place_now(draft, on=on)
    if now == draft.division:
        return None
    item = draft.item_version.item
    receiving = identity.responsible_organization(
        division=now, tier=item.jurisdiction.receiving_tier, line=item.line, on=on
    )
    stands = now in {one.code for one in identity.successors_of(draft.division, on=on)}
    return Difference(
        path="division",
        title="办理地（行政区划有调整）" if stands else "办理地（申请人登记的地区有变化）",
        before=identity.division_name(draft.division, on=on),
        after=f"{identity.division_name(now, on=on)}，由{receiving.name}收件",
    )


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
    answers = computed(item, draft.answers)
    shown = item.form.shown_sections(answers)
    asked = asked_codes(item, answers)
    problems = faults_across_sections(draft, on=on)
    problems |= _undisputed_changes(draft, asked)
    fields = [field for section in shown for field in section.fields if field.code in asked]
    problems |= division_faults(fields, answers)
    problems |= check_answers(item, answers, on=on)
    for section in shown:
        kept = {path: text for path, text in draft.typed.items() if path.split(".")[0] in asked}
        problems |= typed_problems(section, kept)
    return problems


def of_fields(
    answers: Mapping[str, Any], typed: Mapping[str, str], codes: Collection[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what some fields hold: the answers, and by path what was typed there and cannot be used yet."""
    return (
        {code: value for code, value in answers.items() if code in codes},
        {path: text for path, text in typed.items() if _field_of(path) in codes},
    )


def with_section(
    draft: Draft | EarlyDraft, definition: Section, cleaned: CleanedSection
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a draft holds once one section of it is filled in anew; computed answers are worked out."""
    asked = {field.code for field in definition.asked_fields(draft.answers)}
    others = {*draft.answers, *map(_field_of, draft.typed)} - asked
    answers, typed = of_fields(draft.answers, draft.typed, others)
    return computed(draft.item_version.item, answers | dict(cleaned.answers)), typed | dict(cleaned.typed)


def _field_of(path: str) -> str:
    return path.split(".", maxsplit=1)[0]


def computed(item: ServiceItem, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with everything the item computes worked out anew."""
    return with_computed(item.form, answers, handlers.for_item(item.code).computations)


def asked_answers(item: ServiceItem, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked and answered, with everything the item computes worked out anew; the rest goes."""
    worked_out = computed(item, answers)
    asked = asked_codes(item, worked_out)
    return {code: value for code, value in worked_out.items() if code in asked}


def faults_across_sections(draft: Draft, *, on: date) -> dict[str, str]:
    """Return what keeps the answers from being one application: of another person, or not fitting together."""
    agent_id = None if draft.filled_by_id == draft.applicant_id else draft.filled_by_id
    item = draft.item_version.item
    found = misfits(
        item,
        computed(item, draft.answers),
        applicant=draft.applicant,
        agent_id=agent_id,
        division=draft.division,
        on=on,
    )
    return _not_the_applicant(draft) | found


def misfits(
    item: ServiceItem, answers: Mapping[str, Any], *, applicant: Person, agent_id: int | None, division: str, on: date
) -> dict[str, str]:
    """Return what the item's own check finds: answers that are good each but do not fit together."""
    application = handlers.Application(
        answers=answers,
        applicant_id=applicant.pk,
        applicant_id_number=applicant.id_number,
        agent_id_number=identity.id_number_of(agent_id) if agent_id else "",
        division=division,
        on=on,
    )
    return dict(handlers.for_item(item.code).check(application))


def _not_the_applicant(draft: Draft) -> dict[str, str]:
    """Return a sentence where the form's own person has another number than the account the application is made for."""
    return {
        field.code: f"这里要填申请人本人的证件号码，与{mask_name(draft.applicant.name)}的实名信息不一致。替别人办理，请用“替别人办”。"
        for field in draft.item_version.item.form.all_fields()
        if field.prefill == "person.id_number"
        and draft.answers.get(field.code)
        and not agrees(draft.applicant.id_number, draft.answers[field.code])
    }


def faults_shown_in(draft: Draft, section: Section, *, on: date) -> dict[str, str]:
    """Return those of them that are about this section, as far as its answers are there already."""
    codes = {field.code for field in section.fields if draft.answers.get(field.code)}
    found = faults_across_sections(draft, on=on) | division_faults(section.fields, draft.answers)
    return {path: sentence for path, sentence in found.items() if path.split(".")[0] in codes}


def division_faults(fields: "tuple[FormField, ...] | list[FormField]", answers: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for every place that is none, or that is not chosen down to the tier asked for. One query."""
    chosen = list(divisions_in(fields, answers))
    levels = {row.code: row.level for row in identity.divisions_with({code for _, _, code in chosen})}
    return {
        path: f"请选到{TIERS[field.level]}一级。" if code in levels else "没有这个地区，请从列表中重新选择。"
        for path, field, code in chosen
        if levels.get(code, 0) < field.level
    }


def known_answers(draft: Draft) -> dict[str, Known]:
    """Return what the platform and other departments know about the applicant, by field. Constant queries."""
    prefill = {field.code: field.prefill for field in draft.item_version.item.form.all_fields() if field.prefill}
    if not prefill:
        return {}
    own = identity.person_answers(person_id=draft.applicant_id)
    facts = {fact.path: fact for fact in draft.facts.all()}
    known: dict[str, Known] = {}
    for code, source in prefill.items():
        value = own.get(source.removeprefix("person."))
        fact = facts.get(source.removeprefix("fact:"))
        if source.startswith("person.") and value:
            known[code] = Known(value, "平台实名信息")
        elif source.startswith("fact:") and fact is not None:
            known[code] = Known(fact.value, fact.source, fact.as_of.isoformat())
    return known


def _undisputed_changes(draft: Draft, asked: set[str]) -> dict[str, str]:
    """A locked answer differs from its source only with a reason."""
    locked = {field.code: field for field in draft.item_version.item.form.all_fields() if field.locked}
    if not locked:
        return {}
    return {
        code: f"“{locked[code].label}”与{known.source}不一致，请写明哪里不对，或改回来源的内容。"
        for code, known in known_answers(draft).items()
        if code in locked
        and code in asked
        and not (draft.reasons or {}).get(code)
        and not agrees(known.value, draft.answers.get(code))
    }


def sources_of(draft: Draft, answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """
    Return for each answer that somebody else knows too: who, as of when, and whether it was declared differently.

    What differs keeps what was offered and, for a locked answer, the applicant's reason.
    """
    fields = {field.code: field for field in draft.item_version.item.form.all_fields()}
    told: dict[str, dict[str, Any]] = {}
    for code, known in known_answers(draft).items():
        if code not in answers:
            continue
        told[code] = {"source": known.source, "as_of": known.as_of, "changed": not agrees(known.value, answers[code])}
        if told[code]["changed"]:
            offered = "" if fields[code].type == "table" else spoken(fields[code], known.value)
            told[code] |= {"offered": offered, "reason": (draft.reasons or {}).get(code, "")}
    return told

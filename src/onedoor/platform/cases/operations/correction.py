"""Slips corrected on the spot (R-CASE-3): nobody is sent away for what can be put right at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, life
from onedoor.platform.cases.forms.binding import spoken
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.states import Kind
from onedoor.platform.catalog.forms import FormField
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput

# Who somebody is, what was promised and whole tables are no slips; those are declared anew.
NOT_CORRECTABLE = frozenset({"table", "citizen_id", "person_name", "statement", "choices"})


def correctable_fields(item: ServiceItem, answers: Mapping[str, Any]) -> list[FormField]:
    """Return the questions that were asked and whose answers may be corrected on the spot."""
    return [
        field
        for section in item.form.shown_sections(answers)
        for field in section.fields
        if field.type not in NOT_CORRECTABLE and (field.shown_when is None or field.shown_when.holds(answers))
    ]


@transaction.atomic
def correct_answers(*, case_id: int, corrections: Mapping[str, Any], actor: Actor, at: datetime) -> Case:
    """
    Correct answers of an application that has not been accepted yet, by the applicant, or by the clerk in the
    applicant's presence. What was declared before stays in the history; `corrections` are checked answers by field.

    :raises InvalidInput: nothing changes, or a field that is no slip.
    """
    case = life.lock(case_id)
    if actor.kind == "officer":
        actor.require("cases.supplement", division=case.division, line=case.line)
    else:
        access.require_applicant_side(case, actor=actor, scope="submit", on=day_of(at))
    life.check_move(case, Kind.CORRECT)
    declared = case.declared
    fields = {field.code: field for field in correctable_fields(case.item_version.item, declared.content)}
    changed = {code: value for code, value in corrections.items() if value != declared.content.get(code)}
    if not changed or not fields.keys() >= changed.keys():
        raise InvalidInput({"": "没有改动，或者改动的内容不能当场更正（身份、承诺和成组的内容请重新申报）。"})
    before = declared.digest
    note = "；".join(
        f"{fields[code].label}：{spoken(fields[code], declared.content.get(code))} 改为 {spoken(fields[code], value)}"
        for code, value in changed.items()
    )
    declared.content = {**declared.content, **changed}
    declared.digest = sm3(canonical_json(declared.content)).hex()
    declared.save()
    facts = {"fields": sorted(changed), "before": before, "after": declared.digest}
    life.append(case, Kind.CORRECT, actor=actor, at=at, note=note, facts=facts)
    audit.record("cases.correct", actor=actor, at=at, target=case.target, division=case.division)
    return case

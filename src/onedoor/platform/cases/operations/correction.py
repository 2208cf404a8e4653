"""Slips corrected on the spot (R-CASE-3): nobody is sent away for what can be put right at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, addresses, applications, life
from onedoor.platform.cases.forms.binding import spoken
from onedoor.platform.cases.forms.validation import check_answers
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.operations.relatives import file_answer
from onedoor.platform.cases.states import Kind
from onedoor.platform.catalog.forms import FormField
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

# Who somebody is, what was promised and whole tables are no slips; those are declared anew.
NOT_CORRECTABLE = frozenset({"table", "citizen_id", "person_name", "statement", "choices"})


class CorrectionAsksMore(OneDoorError):
    code, http_status, message = (
        "cases.correction_asks_more",
        422,
        "这样改以后还需要提交：{titles}。这不能当场更正，请撤回后重新申请，已填的内容会保留。",
    )


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

    What the item computes is computed anew, what is no longer asked goes, and a relative now named is filed.

    :raises InvalidInput: nothing changes, a field that is no slip, or answers that do not fit together afterwards.
    :raises CorrectionAsksMore: by it a paper would be asked for that nobody has handed in.
    """
    case = life.lock(case_id)
    if actor.kind == "officer":
        actor.require("cases.supplement", division=case.handled_in, line=case.line)
    else:
        access.require_applicant_act(case, actor=actor, on=day_of(at))
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
    declared.content = _corrected(case, changed, at)
    declared.digest = sm3(canonical_json(declared.content)).hex()
    declared.save()
    addresses.keep_anew(case, declared.content, on=day_of(at))
    file_answer(case, at=at)
    facts = {"fields": sorted(changed), "before": before, "after": declared.digest}
    life.append(case, Kind.CORRECT, actor=actor, at=at, note=note, facts=facts)
    audit.record("cases.correct", actor=actor, at=at, target=case.target, division=case.division)
    return case


def _corrected(case: Case, changed: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return the answers of a case with some changed, checked as a whole as at the submission."""
    item, before = case.item_version.item, case.declared.content
    answers = applications.asked_answers(item, {**before, **changed})
    problems = check_answers(item, answers, on=day_of(at))
    problems |= applications.misfits(
        item,
        answers,
        applicant=case.applicant,
        agent_id=case.agent_id,
        division=case.division,
        on=day_of(at),
    )
    if problems:
        raise InvalidInput(problems)
    given = set(case.materials.values_list("code", flat=True))
    more = [
        paper.title
        for paper in item.materials
        if paper.asked(answers) and not paper.asked(before) and paper.code not in given
    ]
    if more:
        raise CorrectionAsksMore(titles="、".join(more))
    return answers

"""Masked answers shown for a purpose, and who looked at what about a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit import queries as record
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.audit.titles import title_of
from onedoor.platform.cases.forms.masking import masked_fields
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.queries.matter import SpokenSection, speak
from onedoor.platform.certificates.models import CertificateHolder
from onedoor.platform.identity.models import Organization
from onedoor.platform.identity.roles import ROLE_NAMES
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.registers.declarations import all_registers

PURPOSES = ("核对身份", "联系申请人一方", "核对填报内容", "入户或现场核实", "发放待遇", "其他")
OTHER = "其他"
SHORTEST_NOTE = 4


def fields_to_reveal(case: Case) -> list[tuple[str, str]]:
    """Return (path, label) of the answers of a case that are shown masked."""
    return list(masked_fields(case.item_version.item.form.shown_sections(case.declared.content)))


def reveal(
    *, case: Case, fields: Collection[str], purpose: str, note: str, actor: Actor, at: datetime
) -> list[SpokenSection]:
    """
    Return what was declared with the chosen answers unmasked, and record who saw which, and why.

    :raises NotAllowed: the post does not handle cases of this place.
    :raises InvalidInput: no field or no purpose is chosen.
    """
    actor.require("cases.view", division=case.division, line=case.line)
    known = {path for path, _ in fields_to_reveal(case)}
    problems = {}
    if not fields or not known.issuperset(fields):
        problems["fields"] = "请选择要查看的项目。"
    if purpose not in PURPOSES:
        problems["purpose"] = "请选择查看的用途。"
    elif purpose == OTHER and len(note.strip()) < SHORTEST_NOTE:
        problems["purpose"] = f"用途选“其他”的，请写明用途，不少于 {SHORTEST_NOTE} 个字。"
    if problems:
        raise InvalidInput(problems)
    audit.record_look(
        "cases.reveal",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        reason="：".join(one for one in (purpose, note.strip()) if one)[:200],
        fields=fields,
    )
    answers = case.declared.content
    return speak(case.item_version.item.form.shown_sections(answers), answers, shown=fields)


@dataclass(frozen=True)
class OfficerLook:
    """One look at something about a person, as the person is told: the organ and the duty, never the officer's name."""

    id: int
    at: datetime
    organ: str
    duty: str
    what: str
    fields: Sequence[str]
    purpose: str
    item: str
    case_number: str  # only of the person's own application


def looks_at_me(*, actor: Actor, before: int = 0, most: int = 50) -> list[OfficerLook]:
    """
    Return the looks officers took at the cases, certificates and register entries of the acting person, newest first.

    `before` is the id of the last look of the page before. The number of queries does not grow with the looks.

    :raises NotLoggedIn: nobody has logged in.
    """
    person_id = actor.require_person()
    about = _things_about(person_id)
    entries = record.looks_at(targets=sorted(about), before=before, most=most)
    organs = dict(
        Organization.objects.filter(pk__in={entry.organization_id for entry in entries}).values_list("pk", "name")
    )
    return [_look(entry, about[entry.target], organs, person_id) for entry in entries]


def _things_about(person_id: int) -> dict[str, Case | None]:
    """Return the targets of everything about a person, each with its case where it has one."""
    cases = list(Case.objects.filter(Q(applicant_id=person_id) | Q(people__person_id=person_id)).distinct())
    about: dict[str, Case | None] = {case.target: case for case in cases}
    held = CertificateHolder.objects.filter(person_id=person_id).select_related("certificate")
    about |= {holder.certificate.target: None for holder in held}
    by_number = {case.number: case for case in cases}
    for register in all_registers():
        rows = register.model._default_manager.filter(case_number__in=by_number).values_list("pk", "case_number")
        about |= {f"{register.code}:{pk}": by_number[number] for pk, number in rows}
    return about


def _look(entry: AuditEntry, case: Case | None, organs: dict[int, str], person_id: int) -> OfficerLook:
    labels = dict(masked_fields(case.item_version.item.form.sections)) if case else {}
    fields: list[Any] = entry.details.get("fields", [])
    return OfficerLook(
        id=entry.pk,
        at=entry.at,
        organ=organs.get(entry.organization_id or 0, "民政部门"),
        duty=ROLE_NAMES.get(entry.role, ""),
        what=title_of(entry.event),
        fields=[labels[one] for one in fields if one in labels],
        purpose=entry.reason,
        item=case.item_version.title if case else "",
        case_number=case.number if case and case.applicant_id == person_id else "",
    )


@dataclass(frozen=True)
class Matter:
    """The case or draft that somebody's data were asked for, as the person concerned is told."""

    item: str
    organ: str  # who handles it; nothing for a draft
    number: str  # only of the person's own application


def matters_of(*, businesses: Collection[str], actor: Actor) -> dict[str, Matter]:
    """
    Return the matters that the acting person is concerned by, by the name the exchange knows them under. Two queries.

    :raises NotLoggedIn: nobody has logged in.
    """
    person_id = actor.require_person()
    drafts = {one: UUID(one.removeprefix("draft:")) for one in businesses if one.startswith("draft:")}
    cases = Case.objects.filter(Q(applicant_id=person_id) | Q(people__person_id=person_id), number__in=businesses)
    found = {
        case.number: Matter(
            item=case.item_version.title,
            organ=case.deciding_organization.name,
            number=case.number if case.applicant_id == person_id else "",
        )
        for case in cases.select_related("deciding_organization").distinct()
    }
    begun = Draft.objects.filter(applicant_id=person_id, pk__in=drafts.values())
    titles = {draft.pk: draft.item_version.title for draft in begun}
    return found | {name: Matter(titles[pk], "", "") for name, pk in drafts.items() if pk in titles}

"""Papers beyond their upload: what a person chooses for one, and an officer's look at the original."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, life, offers, papers
from onedoor.platform.cases.models import Case, Draft, Material
from onedoor.platform.cases.operations.drafts import MaterialNotFound
from onedoor.platform.cases.operations.expiry import touch
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class NothingToCheck(OneDoorError):
    code, http_status, message = (
        "cases.nothing_to_check",
        409,
        "“{title}”不需要核对原件：它已经核对过，或者不是上传的材料。",
    )


@transaction.atomic
def check_original(
    *, case_id: int, material: str, valid_until: date | None, actor: Actor, at: datetime
) -> list[Material]:
    """
    Note that the original of an uploaded paper was seen at the window and agrees: grade C becomes B.

    `valid_until` is what the original says; without it the item's own limit stays. Possible after the end of a case
    too: the paper may serve the next one.

    :raises MaterialNotFound: the case has no such paper.
    :raises NothingToCheck: it has been checked, or is no upload.
    :raises InvalidInput: the original has run out.
    """
    case = life.lock(case_id)
    actor.require("cases.accept", division=case.division, line=case.line)
    life.check_move(case, Kind.CHECK_ORIGINAL)
    found = [paper for paper in papers.current(case.materials.select_for_update()) if paper.code == material]
    if not found:
        raise MaterialNotFound
    unchecked = [paper for paper in found if paper.grade == Material.Grade.C]
    if not unchecked:
        raise NothingToCheck(title=found[0].title)
    if valid_until is not None and valid_until < day_of(at):
        raise InvalidInput({"valid_until": "原件已经过了有效期，不能核对通过。请一次性告知申请人换一份有效的。"})
    for paper in unchecked:
        paper.checked_at, paper.checked_by, paper.checked_organization = at, actor.name, actor.organization_name
        paper.valid_until = valid_until or paper.valid_until
        paper.save(update_fields=["checked_at", "checked_by", "checked_organization", "valid_until"])
    _record(case, unchecked, actor, at)
    return unchecked


def _record(case: Case, checked: list[Material], actor: Actor, at: datetime) -> None:
    until = checked[0].valid_until
    facts = {
        "material": checked[0].code,
        "papers": [paper.pk for paper in checked],
        "files": [paper.file.digest for paper in checked if paper.file is not None],
        "valid_until": until.isoformat() if until else "",
    }
    life.append(case, Kind.CHECK_ORIGINAL, actor=actor, at=at, facts=facts)
    audit.record(
        "cases.check_original",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        material=checked[0].code,
        papers=facts["papers"],
    )


@transaction.atomic
def choose_paper(*, draft_id: UUID, material: str, choice: str, actor: Actor, at: datetime) -> Draft:
    """
    Say of one paper of a draft whether to give it oneself, though a certificate or an earlier paper would do, or to
    take the earlier one nobody has compared with its original; "" goes back to what the page proposes.

    :raises MaterialNotFound: the item does not list it, or there is no such choice.
    """
    draft = access.lock_draft(draft_id, actor=actor, at=at)
    if draft.item_version.item.material(material) is None or choice not in ("", offers.OWN, offers.EARLIER):
        raise MaterialNotFound
    others = {code: chosen for code, chosen in draft.paper_choices.items() if code != material}
    draft.paper_choices = {**others, material: choice} if choice else others
    if choice == offers.OWN:
        draft.materials.filter(code=material, file=None).delete()
    touch(draft, at)
    audit.record("cases.choose_paper", actor=actor, at=at, target=draft.target, material=material, choice=choice)
    return draft

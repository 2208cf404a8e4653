"""Papers beyond their upload: what a person chooses for one, an officer's look at the original, what comes later."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import IO
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, life, offers, papers
from onedoor.platform.cases.models import Case, Draft, Material
from onedoor.platform.cases.operations import tolerance
from onedoor.platform.cases.operations.drafts import MaterialNotFound
from onedoor.platform.cases.operations.expiry import touch
from onedoor.platform.cases.operations.submission import use_certificates
from onedoor.platform.cases.owing import owed
from onedoor.platform.cases.proofs import wanted_by_hand
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class NoCertificate(OneDoorError):
    code, http_status, message = (
        "cases.no_certificate",
        409,
        "没有可以代替“{title}”的电子证照：申请人没有有效的证照、已经采用，或者申请人要求自己交。",
    )


class NotOwed(OneDoorError):
    code, http_status, message = "cases.not_owed", 409, "这件申请现在不需要再交“{title}”。请刷新页面查看。"


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
    actor.require("cases.accept", division=case.handled_in, line=case.line)
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
def take_certificate(*, case_id: int, material: str, actor: Actor, at: datetime) -> Material:
    """
    Take a certificate of the store in place of a paper of a running case; the holder is told and reads it in the log.

    :raises MaterialNotFound: the item does not list the paper.
    :raises NoCertificate: the applicant holds none that would do, or has chosen to give the paper.
    """
    case = life.lock(case_id)
    actor.require("cases.supplement", division=case.handled_in, line=case.line)
    life.check_move(case, Kind.TAKE_CERTIFICATE)
    definition = case.item_version.item.material(material)
    if definition is None:
        raise MaterialNotFound
    certificate = offers.held_for(definition, person_id=case.applicant_id, at=at)
    standing = papers.current(case.materials.filter(code=material))
    if (
        certificate is None
        or material in wanted_by_hand(case)
        or any(one.certificate == certificate for one in standing)
    ):
        raise NoCertificate(title=definition.title)
    _replace(case, material, at=at)
    row = offers.certificate_paper(case, definition, certificate, at=at)
    row.round = case.supplement_round
    row.save()
    use_certificates(case, [row], actor=actor, at=at)
    tolerance.fulfil(case, [material], at=at)
    life.append(case, Kind.TAKE_CERTIFICATE, actor=actor, at=at, facts=offers.summary([row]))
    audit.record(
        "cases.take_certificate",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        material=material,
        certificate=certificate.pk,
    )
    return row


@transaction.atomic
def give_papers(
    *, case_id: int, material: str, contents: Sequence[tuple[str, IO[bytes]]], actor: Actor, at: datetime
) -> list[Material]:
    """
    Hand in, all its pages at once, a paper that is owed to a case, or one's own in place of a certificate; by the
    applicant's side, or taken in at the window. `contents` are names and contents of the files.

    :raises NotOwed: the case does not wait for this paper.
    :raises InvalidInput: there is no file.
    :raises FileRefused: a content is not a picture or PDF, or it is too large.
    """
    case = life.lock(case_id)
    if actor.kind == "officer":
        actor.require("cases.supplement", division=case.handled_in, line=case.line)
    else:
        access.require_applicant_act(case, actor=actor, on=day_of(at))
    life.check_move(case, Kind.GIVE_PAPER)
    definition = case.item_version.item.given(material)
    if definition is None:
        raise MaterialNotFound
    found = list(case.materials.select_related("file").order_by("id"))
    waived = {paper.code for paper in papers.current(found) if paper.source == Material.Source.CERTIFICATE}
    if material not in waived | {one.definition.code for one in owed(case, found, at=at)}:
        raise NotOwed(title=definition.title)
    if not contents:
        raise InvalidInput({f"file_{material}": "请先选择或拍摄要交的材料。"})
    _replace(case, material, at=at)
    rows = [
        papers.store(case, definition, name=name, content=content, actor=actor, at=at) for name, content in contents
    ]
    tolerance.fulfil(case, [material], at=at)
    facts = {"material": material, "papers": [row.pk for row in rows]}
    life.append(case, Kind.GIVE_PAPER, actor=actor, at=at, facts=facts)
    audit.record("cases.give_paper", actor=actor, at=at, target=case.target, division=case.division, material=material)
    return rows


def _replace(case: Case, material: str, *, at: datetime) -> None:
    case.materials.filter(code=material, replaced_at=None).update(replaced_at=at)


@transaction.atomic
def choose_paper(*, draft_id: UUID, material: str, choice: str, actor: Actor, at: datetime) -> Draft:
    """
    Say of one paper of a draft whether to give it oneself, though a certificate or an earlier paper would do, to take
    the earlier one nobody has compared with its original, or to promise it for after acceptance (容缺受理); "" goes back
    to what the page proposes.

    :raises MaterialNotFound: the item does not list it, or there is no such choice.
    """
    draft = access.lock_draft(draft_id, actor=actor, at=at)
    definition = draft.item_version.item.material(material)
    possible = ("", offers.OWN, offers.EARLIER, *([offers.LATER] if definition and definition.tolerance else []))
    if definition is None or choice not in possible:
        raise MaterialNotFound
    others = {code: chosen for code, chosen in draft.paper_choices.items() if code != material}
    draft.paper_choices = {**others, material: choice} if choice else others
    if choice in (offers.OWN, offers.LATER):
        draft.materials.filter(code=material, file=None).delete()
    touch(draft, at)
    audit.record("cases.choose_paper", actor=actor, at=at, target=draft.target, material=material, choice=choice)
    return draft

"""Fill in an application: saved on the server section by section, by the person or who may act for them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import IO, Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, applications, discarding, life, papers
from onedoor.platform.cases.forms.validation import CleanedSection
from onedoor.platform.cases.models import Case, Draft, KnownFact, Material, WantedSignature
from onedoor.platform.cases.operations.consents import NeededConsent, needed_consents, want_signatures
from onedoor.platform.cases.operations.desk import asked_materials
from onedoor.platform.cases.operations.expiry import kept_until, touch
from onedoor.platform.catalog import pinning
from onedoor.platform.catalog.items import PAPER_FORM, ServiceItem
from onedoor.platform.catalog.scenarios import scenario_section
from onedoor.platform.files.models import QUARANTINED
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import (
    NotFound,
    NotLoggedIn,
    OneDoorError,
    StaleVersion,
)
from onedoor.platform.kernel.prepared import prepared


class NotDelegable(OneDoorError):
    code, http_status, message = "cases.not_delegable", 409, "此事项依法须由本人办理，不能委托他人。"


class NotForThisApplicant(OneDoorError):
    code, http_status, message = (
        "cases.not_for_this_applicant",
        409,
        "这个事项由{whom}申请。{advice}",
    )

    @classmethod
    def of(cls, item: ServiceItem) -> "NotForThisApplicant":
        if item.audience == "organization":
            return cls(
                whom="单位", advice="请由法定代表人在“我的单位”接管单位账号，或请单位授权您经办，再以单位的名义申请。"
            )
        return cls(whom="个人", advice="请选择为自己或家人申请。")


class ConsentNotYours(OneDoorError):
    code, http_status, message = (
        "consent.not_yours",
        403,
        "这份授权须由本人签署。请本人登录签署，或由本人委托您签署，也可以上传本人签字的纸质授权书。",
    )


class DraftOpen(OneDoorError):
    code, http_status, message = (
        "cases.draft_open",
        409,
        "这个事项您还有一份没有提交的草稿（{draft}）。请先查看草稿里已填的内容，再写明草稿编号（draft）和修订号（revision）一起提交；不再需要的，请先删除草稿。",
    )


class MaterialNotFound(NotFound):
    code, message = "cases.material_not_found", "事项清单里没有这份材料。"


MOST_SCANS = 20  # of the form of one draft, whatever their size


class TooManyScans(OneDoorError):
    code, http_status, message = (
        "cases.too_many_scans",
        409,
        f"一份申请最多放 {MOST_SCANS} 张纸质表的照片或扫描件。请先到“提交材料”删去不用的；几页可以扫成一个文件。",
    )


@transaction.atomic
def start_draft(
    *,
    item_code: str,
    applicant_id: int,
    actor: Actor,
    at: datetime,
    situation: Callable[[ServiceItem], Mapping[str, Any]] = lambda item: {},
    changes: Case | None = None,
    relation: str = "",
    take_up: bool = True,
) -> Draft:
    """
    Begin an application for oneself or, with a living delegation, for another; an open draft for it is taken up again.

    `situation` reads what was answered to the guide's scenario questions; these are the first answers of the form.
    With `changes` and `relation` it is an application to change what that case granted; only a draft of the same is taken up.

    :raises NotLoggedIn, NotDelegable, MandateMissing, MandateUsedUp, GuardianOnly, DivisionSplit, ItemNotFound: why it cannot begin.
    :raises NotForThisApplicant: a person asks for what organizations apply for, or the other way round.
    :raises DraftOpen: there is an open draft, which is not to be taken up.
    """
    if actor.person_id is None:
        raise NotLoggedIn
    try:
        division = identity.residence_of(applicant_id, on=day_of(at))
    except ObjectDoesNotExist:  # who does not exist looks like somebody one may not act for
        raise identity.MandateMissing from None
    version = pinning.version_for_new_case(code=item_code, chain=identity.chain(division), on=day_of(at))
    delegation_id = None
    if applicant_id != actor.person_id:
        if not version.item.delegable and not identity.represents(person_id=actor.person_id, entity_id=applicant_id):
            raise NotDelegable
        delegation_id = identity.require_mandate(
            agent_id=actor.person_id,
            principal_id=applicant_id,
            item=item_code,
            scope="submit",
            on=day_of(at),
            to_use=True,
        )
    is_entity = applicant_id != actor.person_id and identity.is_entity(applicant_id)
    if is_entity != (version.item.audience == "organization"):
        raise NotForThisApplicant.of(version.item)
    guarded = applicant_id != actor.person_id and delegation_id is None
    identity.require_capacity(person_id=applicant_id, from_age=version.item.alone_from, guarded=guarded, on=day_of(at))
    same = _open_drafts.all(
        applicant_id=applicant_id, filled_by_id=actor.person_id, code=item_code, relation=relation, at=at
    )
    continues_id = changes.pk if changes else None
    open_draft = next((one for one in same if not relation or one.continues_id == continues_id), None)
    if open_draft is not None and not take_up:
        raise DraftOpen(draft=open_draft.pk)
    if open_draft is not None:
        return open_draft
    draft = Draft.objects.create(
        item_version=version,
        applicant_id=applicant_id,
        filled_by_id=actor.person_id,
        delegation_id=delegation_id,
        continues=changes,
        relation=relation,
        division=division,
        answers=_answers_of_situation(version.item, situation(version.item)),
        created_at=at,
        saved_at=at,
        expires_at=kept_until(division=division, at=at),
    )
    outbox.publish("cases.draft_started", key=draft.target, draft_id=str(draft.pk), item=item_code)
    audit.record("cases.start_draft", actor=actor, at=at, target=draft.target, division=draft.division)
    return draft


@prepared
def _open_drafts(*, applicant_id: int, filled_by_id: int, code: str, relation: str, at: datetime) -> QuerySet[Draft]:
    waiting = Draft.objects.filter(submitted_as__isnull=True, expires_at__gt=at, relation=relation)
    return waiting.filter(applicant_id=applicant_id, filled_by_id=filled_by_id, item_version__code=code).order_by("pk")


def _answers_of_situation(item: ServiceItem, situation: Mapping[str, Any]) -> dict[str, Any]:
    section = scenario_section(item)
    asked = {field.code for field in section.fields} if section else set()
    return {code: value for code, value in situation.items() if code in asked}


# Applications that change what an earlier case granted.
CHANGES = (Case.Relation.CORRECT, Case.Relation.CHANGE, Case.Relation.REISSUE, Case.Relation.CANCEL)


class CannotContinue(OneDoorError):
    code, http_status, message = (
        "cases.cannot_continue",
        409,
        "这件申请还在办理或已经准予，不能再次申请。请到“我的”查看进度。",
    )


@transaction.atomic
def start_again(*, case_id: int, actor: Actor, at: datetime) -> Draft:
    """
    Take an ended application up again: a draft with what was declared, linked to the case it continues.

    Papers that are still good are offered as in any draft (`offers`); what was refused or has aged is asked for anew.

    :raises CannotContinue: the case is under way or was granted.
    """
    case = life.lock(case_id)
    access.require_applicant_side(case, actor=actor, scope="submit", on=day_of(at))
    if not case.is_ended or case.result == "granted":
        raise CannotContinue
    # What was to change an earlier decision still is to change that one.
    changes, relation = (case.continues, case.relation) if case.relation in CHANGES else (None, "")
    draft = start_draft(
        item_code=case.item_code,
        applicant_id=case.applicant_id,
        actor=actor,
        at=at,
        changes=changes,
        relation=relation,
    )
    if not draft.answers:
        fields = {field.code for field in draft.item_version.item.form.all_fields()}
        statements = {field.code for field in draft.item_version.item.form.all_fields() if field.type == "statement"}
        declared = case.declared.content
        # A new version may ask other questions; what somebody promised then has to be promised anew.
        draft.answers = {code: value for code, value in declared.items() if code in fields - statements}
    if not draft.relation:
        draft.continues = case
        draft.save(update_fields=["continues"])
    touch(draft, at)
    audit.record("cases.start_again", actor=actor, at=at, target=case.target, draft=str(draft.pk))
    return draft


@transaction.atomic
def save_section(
    *, draft_id: UUID, revision: int, section: str, cleaned: CleanedSection, actor: Actor, at: datetime
) -> Draft:
    """
    Save one section. What cannot be used yet is kept as typed, so that nothing is lost; computed answers are worked out.

    :raises StaleVersion: another device saved in between; nothing is overwritten.
    """
    draft = _open_draft(draft_id, actor, at)
    if draft.revision != revision:
        raise StaleVersion
    definition = draft.item_version.item.form.section(section)
    if definition is None:
        raise access.DraftNotFound
    codes = {field.code for field in definition.asked_fields(draft.answers)}
    kept = {code: text for code, text in (draft.reasons or {}).items() if code not in codes}
    draft.answers, draft.typed = applications.with_section(draft, definition, cleaned)
    draft.reasons = kept | dict(cleaned.reasons)
    touch(draft, at)
    want_signatures(draft, at)
    audit.record("cases.save_section", actor=actor, at=at, target=draft.target, section=section)
    return draft


@transaction.atomic
def discard_draft(*, draft_id: UUID, actor: Actor, at: datetime) -> None:
    """Throw a draft away with everything in it."""
    draft = _open_draft(draft_id, actor, at)
    audit.record("cases.discard_draft", actor=actor, at=at, target=draft.target)
    discarding.throw_away(draft, at=at)


@transaction.atomic
def attach_material(
    *,
    draft_id: UUID | None,
    case_id: int | None,
    material: str,
    content: bytes | IO[bytes],
    name: str,
    actor: Actor,
    at: datetime,
) -> Material:
    """
    Attach a photographed or scanned paper to a draft, or to a case that waits for it.

    :raises MaterialNotFound: the item does not list it.
    :raises TooManyScans: the draft has as many scans of its form as it may have.
    :raises FileRefused: its content is nothing the item takes for this paper, or it is too large.
    """
    draft = _open_draft(draft_id, actor, at) if draft_id else None
    case = _waiting_case(case_id, actor, at) if case_id else None
    owner = draft or case
    if owner is None:
        raise MaterialNotFound
    item = owner.item_version.item
    definition = item.given(material) if draft is not None else item.material(material)
    if definition is None or (case is not None and material not in asked_materials(case)):
        raise MaterialNotFound
    if draft is not None and definition == PAPER_FORM and draft.materials.filter(code=material).count() >= MOST_SCANS:
        raise TooManyScans
    paper = papers.store(owner, definition, name=name, content=content, actor=actor, at=at)
    if draft is not None:
        # A fresh file takes the place of what was answered without one, and of what lies in quarantine.
        spent = Q(file=None) | Q(file__scan__in=QUARANTINED)
        gone, _ = draft.materials.filter(spent, code=material).delete()
        if gone:
            discarding.let_go_of_files(draft, at=at)
        touch(draft, at)
    audit.record(
        "cases.attach_material", actor=actor, at=at, target=owner.target, material=material, file=paper.file_id
    )
    return paper


@transaction.atomic
def remove_material(*, draft_id: UUID, material_id: int, actor: Actor, at: datetime) -> None:
    """Take a paper out of a draft again."""
    draft = _open_draft(draft_id, actor, at)
    draft.materials.filter(pk=material_id).delete()
    discarding.let_go_of_files(draft, at=at)
    touch(draft, at)
    audit.record("cases.remove_material", actor=actor, at=at, target=draft.target, material=material_id)


@transaction.atomic
def record_fact(
    *, draft_id: UUID, path: str, value: Any, source: str, as_of: date, actor: Actor, at: datetime
) -> KnownFact:
    """Keep what a department has told, to be offered as a filled-in answer with its source; the machine calls this."""
    actor.require("cases.machine", division="000000000000")
    fact, _ = KnownFact.objects.update_or_create(
        draft_id=draft_id, path=path, defaults={"value": value, "source": source, "as_of": as_of}
    )
    audit.record("cases.record_fact", actor=actor, at=at, target=f"draft:{draft_id}", path=path)
    return fact


@transaction.atomic
def waive_material(
    *,
    draft_id: UUID,
    material: str,
    proof: str,
    as_of: date,
    actor: Actor,
    at: datetime,
    source: Material.Source = Material.Source.DATA,
) -> Material | None:
    """
    Note that a department's data, or a register, answer instead of a paper, with the proof; None when the person has
    already given the paper or means to.
    """
    actor.require("cases.machine", division="000000000000")
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    definition = draft.item_version.item.material(material)
    if definition is None:
        raise MaterialNotFound
    wanted_by_hand = draft.paper_choices.get(material) == "own"
    if draft.submitted_as is not None or wanted_by_hand or draft.materials.filter(code=material).exists():
        return None
    paper = Material.objects.create(
        draft=draft,
        code=material,
        kind=papers.kind_of(draft.item_version.item, definition),
        title=definition.title,
        source=source,
        proof=proof,
        as_of=as_of,
        valid_until=papers.last_day_of_data(definition, as_of=as_of),
        given_at=at,
    )
    audit.record("cases.waive_material", actor=actor, at=at, target=draft.target, material=material)
    return paper


@transaction.atomic
def sign_consent(*, draft_id: UUID, consent: str, id_number: str, actor: Actor, at: datetime) -> None:
    """
    Sign a consent of the application: one's own, or for somebody who has delegated signing to the actor.

    :raises ConsentNotYours: it is another person's and they have not delegated it.
    :raises AssuranceTooLow: who signs is not known surely enough.
    """
    draft = _open_draft(draft_id, actor, at)
    actor.require_level(_level_to_authorize(draft))
    needed = _needed(draft, consent, identity.id_number_index(id_number), at)
    person = identity_operations.ensure_person(
        name=needed.name, id_number=needed.id_number, division=draft.division, actor=actor, at=at
    )
    method = "paper" if actor.is_assisted else "self"  # at the window the person signs the printed text
    if person.pk != actor.require_person():
        delegation_id = identity.require_mandate(
            agent_id=actor.require_person(),
            principal_id=person.pk,
            item=draft.item_version.code,
            scope="sign",
            on=day_of(at),
        )
        method = "guardian" if delegation_id is None else "agent"
    _give(draft, needed, person.pk, method, actor, at)


@transaction.atomic
def sign_own_consent(*, wanted_id: int, actor: Actor, at: datetime) -> None:
    """
    Sign, on one's own phone, a consent that somebody else's application asks of one.

    :raises ConsentNotYours: it is asked of another person, or no longer.
    :raises AssuranceTooLow: who signs is not known surely enough.
    """
    number = identity.id_number_of(actor.require_person())
    asked = WantedSignature.objects.select_related("draft").filter(**WantedSignature.by_number.at(number))
    wanted = asked.filter(pk=wanted_id).first()
    if wanted is None:
        raise ConsentNotYours
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=wanted.draft_id)
    if draft.submitted_as_id is not None or draft.expires_at <= at:
        raise ConsentNotYours
    actor.require_level(_level_to_authorize(draft))
    _give(
        draft,
        _needed(draft, wanted.consent, identity.id_number_index(number), at),
        actor.require_person(),
        "self",
        actor,
        at,
    )


def _level_to_authorize(draft: Draft) -> int:
    """Whoever gives others power to act is proved, whatever the item itself asks."""
    return max(draft.item_version.item.level_to_act, PROVED)


def _needed(draft: Draft, consent: str, index: str, at: datetime) -> NeededConsent:
    """:raises ConsentNotYours: this application does not ask it of this person."""
    for needed in needed_consents(draft, at=at):
        if needed.request.code == consent and identity.id_number_index(needed.id_number) == index:
            return needed
    raise ConsentNotYours


def _give(draft: Draft, needed: NeededConsent, person_id: int, method: str, actor: Actor, at: datetime) -> None:
    identity_operations.give_consent(
        person_id=person_id,
        purpose=needed.request.purpose,
        sources=needed.request.sources,
        months=needed.request.months,
        text_digest=needed.request.digest,
        reference=draft.target,
        method=method,
        actor=actor,
        at=at,
    )
    consent = needed.request.code
    audit.record("cases.sign_consent", actor=actor, at=at, target=draft.target, consent=consent, method=method)


def _open_draft(draft_id: UUID, actor: Actor, at: datetime) -> Draft:
    return access.lock_draft(draft_id, actor=actor, at=at)


def _waiting_case(case_id: int, actor: Actor, at: datetime) -> Case:
    case = life.lock(case_id)
    access.require_applicant_side(case, actor=actor, scope="submit", on=day_of(at))
    if case.state != "supplement_wait":
        raise access.CaseNotFound
    return case

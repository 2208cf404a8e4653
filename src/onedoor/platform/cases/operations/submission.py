"""Hand an application in: once, numbered and receipted; its effects wait until the person can no longer undo it."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import (
    access,
    addresses,
    applications,
    clocks,
    discarding,
    documents,
    handlers,
    life,
    offers,
    signing,
    steps,
    twins,
)
from onedoor.platform.cases.completeness import check_complete
from onedoor.platform.cases.models import (
    AnswerSources,
    Case,
    CaseAnswers,
    CaseDocument,
    CasePerson,
    Clock,
    Draft,
    Material,
)
from onedoor.platform.cases.operations.delivery import CHOICES
from onedoor.platform.cases.operations.promises import start_checks, take_along
from onedoor.platform.cases.operations.relatives import file_answer
from onedoor.platform.cases.operations.tolerance import note_promises
from onedoor.platform.cases.states import TERMINAL, Kind, State
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.pinning import is_current
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError, StaleVersion
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.kernel.prepared import prepared
from onedoor.standards.case_numbers import case_number, query_code
from onedoor.standards.item_codes import task_code


class AlreadyUnderWay(OneDoorError):
    code, http_status, message = (
        "cases.already_under_way",
        409,
        "已有一件同样的申请正在办理（查询码 {query_code}），不用再交一次。请到“我的”查看进度；要改内容，请先撤回那一件。",
    )


class GrantedAlready(OneDoorError):
    code, http_status, message = (
        "cases.granted_already",
        409,
        "这个事项{period}只办一次：{day} 已经由{organ}准予（查询码 {query_code}）。{next_on} 起可以再申请；情况有变化的，请办理变更。",
    )


class VersionChanged(OneDoorError):
    code, http_status, message = (
        "cases.version_changed",
        409,
        "这个事项的要求在您填写期间更新了。请回到草稿首页看看有哪些变化，再按新的要求提交；已填的内容会保留。",
    )


class PlaceChanged(OneDoorError):
    code, http_status, message = (
        "cases.place_changed",
        409,
        "这件申请的办理地有变化：{before} → {now}。请回到草稿首页看看有哪些变化，确认以后再提交；已填的内容会保留。",
    )


class UndoTooLate(OneDoorError):
    code, http_status, message = (
        "cases.undo_too_late",
        409,
        "撤销时间已过，申请已送达。如不再申请，可以在办件页面撤回。",
    )


@transaction.atomic
def submit_draft(*, draft_id: UUID, revision: int, actor: Actor, at: datetime, delivery: str = "electronic") -> Case:
    """
    Turn a draft into a numbered, receipted case. Submitting the same draft again returns the same case.

    `delivery` is how the person has asked to be given decisions: "electronic" (what the page proposes; submitting is the
    recorded consent to it), "direct" at the window, or "post".

    :raises DraftNotFound: there is none, or it is not for this person; both look alike.
    :raises PlaceChanged, VersionChanged: it goes to another place now, or its item has a newer version; the person is
        shown what is different first (A10, A42).
    :raises StaleVersion: the draft was changed elsewhere since the person read it.
    :raises InvalidInput: answers are missing or wrong; each problem names its field.
    :raises MaterialsMissing, ConsentsMissing, SignaturesMissing, AssuranceTooLow: what is missing and how to mend it.
    :raises MandateExpired, MandateRevoked, MandateUsedUp: the agent may not any more; the draft stays.
    """
    draft = access.locked_drafts.first(draft_id=draft_id)
    if draft is None:
        raise access.DraftNotFound
    delegation_id = access.require_draft(draft, actor=actor, scope="submit", on=day_of(at))
    if draft.submitted_as is not None:
        return draft.submitted_as
    if draft.expires_at <= at:
        raise access.DraftNotFound
    if draft.revision != revision:
        raise StaleVersion
    if delivery not in CHOICES:
        raise InvalidInput({"delivery": "请选择一种送达方式。"})
    _refuse_changed(draft, on=day_of(at))
    _refuse_second(draft, on=day_of(at))
    signed = signing.digest_of(draft, at=at) if draft.item_version.item.signers else ""
    papers = _papers.all(draft_id=draft.pk)
    taken = offers.take(draft, given={paper.code for paper in papers}, actor=actor, at=at)
    papers += taken
    check_complete(draft, papers, actor, at)
    signatures = signing.require_signed(draft, digest=signed)
    draft.delegation_id = delegation_id  # that of today: the one it was begun under may have ended, or be used up
    if delegation_id is not None:
        identity_operations.use_delegation(delegation_id=delegation_id, actor=actor, at=at)
    case = _create_case(draft, delivery, actor, at)
    if papers:
        draft.materials.update(case=case)
    receipt = give_receipt(case, papers, at)
    facts: dict[str, Any] = {"receipt": receipt.number, "digest": receipt.digest, "delivery": delivery}
    facts |= _note_answers(case, draft, papers, taken, actor, at)
    facts |= {"signatures": signatures} if signatures else {}
    if case.continues is not None:
        facts |= {"linked": case.continues.number, "relation": case.relation}
    life.append(case, Kind.SUBMIT, actor=actor, at=at, facts=facts)
    draft.submitted_as = case
    draft.save(update_fields=["submitted_as", "delegation"])
    audit.record(
        "cases.submit",
        actor=actor,
        at=at,
        target=case.target,
        division=case.division,
        after=case.last_hash,
        draft=str(draft.pk),
        digest=receipt.digest,  # by which the receipt is found in the sealed record
    )
    return case


@prepared
def _papers(*, draft_id: UUID) -> QuerySet[Material]:
    return Material.objects.filter(draft_id=draft_id).select_related("file").order_by("id")


def _refuse_changed(draft: Draft, *, on: date) -> None:
    """
    Let nobody hand in what goes elsewhere, or asks other things, than they have read; `carry_over` brings it up to date.

    :raises PlaceChanged: the applicant has moved, or their place was reorganised.
    :raises VersionChanged: the item has a newer version.
    :raises DivisionSplit, NoResponsibleOrganization: nobody knows which organ, or there is none.
    """
    place = applications.place_change(draft, on=on)
    if place is not None:
        raise PlaceChanged(before=place.before, now=place.after)
    if not is_current(draft.item_version, applications.guide_now(draft, on=on)):
        raise VersionChanged


def _refuse_second(draft: Draft, *, on: date) -> None:
    """
    Refuse what the same person has already, wherever in the country; the person's row is the lock.

    :raises AlreadyUnderWay: an open case of the same item.
    :raises GrantedAlready: the item is granted once in a period, and was in the present one.
    """
    item = draft.item_version.item
    if not item.one_at_a_time and not item.once_per:
        return
    identity_operations.lock_person(draft.applicant_id)
    same = Case.objects.filter(applicant_id=draft.applicant_id, item_code=draft.item_version.code)
    # What an organ began itself is no application and stands in nobody's way.
    same = same.exclude(relation=Case.Relation.REVOKE)
    other = same.exclude(state__in=sorted(TERMINAL)).first() if item.one_at_a_time else None
    if other is not None:
        raise AlreadyUnderWay(query_code=other.query_code)
    if item.once_per:
        period = twins.period_of(item.once_per, on)
        granted = same.filter(result="granted", decided_at__gte=period.begins, decided_at__lt=period.ends)
        taken_back = Case.objects.filter(relation=Case.Relation.REVOKE, result="revoked").values("continues_id")
        granted = granted.exclude(state=State.VOIDED).exclude(pk__in=taken_back).select_related("deciding_organization")
        found = granted.order_by("-decided_at").first()
        if found is not None and found.decided_at is not None:
            raise GrantedAlready(
                period=twins.PERIODS[item.once_per],
                day=day_of(found.decided_at).isoformat(),
                organ=found.deciding_organization.name,
                query_code=found.query_code,
                next_on=day_of(period.ends).isoformat(),
            )


def _note_answers(
    case: Case, draft: Draft, papers: Sequence[Material], taken: Sequence[Material], actor: Actor, at: datetime
) -> dict[str, Any]:
    """Keep what was taken without an upload and what is promised for later; return it for the history."""
    use_certificates(case, taken, actor=actor, at=at)
    later = offers.promised_later(draft, given={paper.code for paper in papers})
    note_promises(case, later, at=at)
    facts: dict[str, Any] = offers.summary(taken)
    if later:
        facts["later"] = [paper.code for paper in later]
    if any(paper.source == Material.Source.COMMITMENT for paper in papers):
        facts["committed"] = take_along(draft, case)
    return facts


def use_certificates(case: Case, taken: Sequence[Material], *, actor: Actor, at: datetime) -> None:
    """Note on each certificate that this case takes it: its holder sees so, and the case is told when it ends."""
    for paper in taken:
        if paper.certificate_id is not None:
            certificates.use_certificate(
                certificate_id=paper.certificate_id,
                target=case.target,
                purpose=f"办理“{case.item_version.title}”，代替“{paper.title}”",
                actor=actor,
                at=at,
            )


def _create_case(draft: Draft, delivery: str, actor: Actor, at: datetime) -> Case:
    version = draft.item_version
    item = version.item
    tiers = [item.jurisdiction.receiving_tier, item.jurisdiction.deciding_tier]
    receiving, deciding = identity.responsible_organizations(
        division=draft.division, tiers=tiers, line=item.line, on=day_of(at)
    )
    number, code = new_number(item, deciding, at=at)
    case = Case.objects.create(
        number=number,
        query_code=code,
        item_version=version,
        item_code=version.code,
        line=item.line,
        division=draft.division,
        receiving_organization=receiving,
        deciding_organization=deciding,
        applicant=draft.applicant,
        agent_id=None if draft.filled_by_id == draft.applicant_id else draft.filled_by_id,
        delegation_id=draft.delegation_id,
        continues=draft.continues,
        relation=(draft.relation or Case.Relation.AGAIN) if draft.continues else "",
        delivery=delivery,
        channel=actor.channel,
        state="submitted",
        submitted_at=at,
        undo_until=at + timedelta(minutes=item.undo_minutes),
    )
    _keep_answers(case, draft, actor, at)
    return case


def _keep_answers(case: Case, draft: Draft, actor: Actor, at: datetime) -> None:
    """Keep what was asked and answered, computed anew, with the sources and the people named."""
    item = draft.item_version.item
    answers = applications.asked_answers(item, draft.answers)
    CaseAnswers.objects.create(case=case, content=answers, digest=sm3(canonical_json(answers)).hex())
    addresses.keep(case, answers, on=day_of(at))
    sources = applications.sources_of(draft, answers)
    if sources:
        AnswerSources.objects.create(case=case, content=sources)
    for named in handlers.for_item(item.code).people(answers, day_of(at)):
        person = identity_operations.ensure_person(
            name=named.name, id_number=named.id_number, division=draft.division, actor=actor, at=at
        )
        CasePerson.objects.get_or_create(case=case, person=person, role=named.role, defaults={"row": named.row})
    for row in signing.standing(draft):
        CasePerson.objects.get_or_create(case=case, person=row.person, role=signing.SIGNER, defaults={"row": row.pk})


def new_number(item: ServiceItem, deciding: Organization, *, at: datetime) -> tuple[str, str]:
    """Return the next case number of the organ that decides, and a query code."""
    task = task_code(deciding.uscc, str(deciding.tier), item.national.catalog_code)
    running = next_number(f"case:{task}:{day_of(at).isoformat()}")
    return case_number(task, day_of(at), running), query_code(secrets.SystemRandom())


def link_to_earlier(*, case: Case, actor: Actor, at: datetime) -> None:
    """Note on the ended case this one follows that it does; both histories tell."""
    if case.continues_id is None:
        return
    earlier = life.lock(case.continues_id)
    life.append(earlier, Kind.LINK, actor=actor, at=at, facts={"linked": case.number, "relation": case.relation})


def give_receipt(case: Case, papers: Sequence[Material], at: datetime) -> CaseDocument:
    letter = documents.Letter(
        paragraphs=[f"您提交的“{case.item_version.title}”申请已经收到，特出具本凭证。"],
        rows=[
            ("办件编号", case.number),
            ("查询码", case.query_code),
            ("收件单位", case.receiving_organization.name),
            ("所交材料", "、".join(paper.title for paper in papers) or "无"),
            ("申报内容摘要", case.declared.digest),
        ],
        points=[
            f"收到申请之日起 {case.item_version.item.limits.receive.words}内，收件单位会告知是否受理；需要补正的，会一次告知全部内容。"
        ],
    )
    return documents.issue(case, CaseDocument.Kind.RECEIPT, letter, organization=case.receiving_organization, at=at)


@transaction.atomic
def undo_submission(*, case_id: int, actor: Actor, at: datetime) -> Draft:
    """
    Take a submission back within its ten minutes; the draft is open again as it was.

    :raises UndoTooLate: it has been handed in already.
    """
    case = life.lock(case_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    if case.state != "submitted" or at >= case.undo_until:
        raise UndoTooLate
    life.append(case, Kind.UNDO, actor=actor, at=at)
    draft = Draft.objects.select_for_update().get(submitted_as=case)
    draft.submitted_as, draft.revision, draft.saved_at = None, draft.revision + 1, at
    draft.save(update_fields=["submitted_as", "revision", "saved_at"])
    # What was taken without an upload is looked up anew at the next submission.
    case.materials.filter(Q(certificate__isnull=False) | Q(reused_from__isnull=False)).delete()
    case.materials.update(case=None)
    discarding.let_go_of_files(case, at=at)
    case.tolerances.all().delete()
    case.commitments.update(case=None)
    certificates.take_back_uses(target=case.target, actor=actor, at=at)
    if case.delegation_id is not None:
        identity_operations.give_back_delegation(delegation_id=case.delegation_id, actor=actor, at=at)
    audit.record("cases.undo_submission", actor=actor, at=at, target=case.target, division=case.division)
    return draft


@transaction.atomic
def hand_in_case(*, case_id: int, actor: Actor, at: datetime) -> Case:
    """
    Let a submission take effect: by the person ("立即提交") or by the machine when its ten minutes have passed.

    Handing in a second time changes nothing.
    """
    case = life.lock(case_id)
    if actor.kind != "system":
        access.require_applicant_side(case, actor=actor, scope="submit", on=day_of(at))
    if case.last_seq > 1 and case.state != "submitted":
        return case
    received = case.submitted_at  # electronic filing counts on its natural day until 24:00
    life.append(case, Kind.HAND_IN, actor=actor, at=at, facts={"received_at": received.isoformat()})
    link_to_earlier(case=case, actor=actor, at=at)
    file_answer(case, at=at)
    clocks.start(case, Clock.Kind.RECEIVE, case.item_version.item.limits.receive, at=received)
    start_checks(case, at=at)
    steps.open_accept(case, at=at)
    clocks.set_urgency(case)
    audit.record("cases.hand_in", actor=actor, at=at, target=case.target, division=case.division)
    return case

"""Several people sign one application: who they are, that they are asked, that each signs or declines what they have read."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit import queries as audit_queries
from onedoor.platform.cases import access, signing
from onedoor.platform.cases.completeness import check_complete
from onedoor.platform.cases.models import Draft, Signatory
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.kernel.parameters import figure
from onedoor.standards.contacts import parse_mobile
from onedoor.standards.id_numbers import parse_citizen_id

State, Way = Signatory.State, Signatory.Way
SHORTEST_REASON, LONGEST_REASON = 4, 500
AT_ONCE = 500  # signatures that lapse in one round; the next takes the rest


class ContentChanged(OneDoorError):
    code, http_status, message = (
        "cases.content_changed",
        409,
        "您看的时候，申请人改动了内容，所以这次没有签。请把现在的内容重新看一遍，再签字。",
    )


class NotYourTurn(OneDoorError):
    code, http_status, message = (
        "cases.not_your_turn",
        409,
        "这份申请要按顺序签字，排在您前面的人还没有签。轮到您的时候会通知您。",
    )


class NobodyToAsk(OneDoorError):
    code, http_status, message = "cases.nobody_to_ask", 409, "没有需要请的人：要签字的都已经请了，或者都签了。"


class AskedTooOften(OneDoorError):
    code, http_status, message = (
        "cases.asked_too_often",
        429,
        "这份申请今天已经请过 {most} 次签字，每次都会给对方发通知，不能再请了。请明天再请；着急的，请签字人带身份证到窗口当面签。",
    )


@transaction.atomic
def name_signatory(
    *, draft_id: UUID, role: str, name: str, id_number: str, phone: str, actor: Actor, at: datetime
) -> Signatory:
    """
    Name somebody who is to sign the application as well; they are told once they are asked.

    :raises InvalidInput: nobody of this role is asked for, the person cannot be the one, or a number is wrong.
    :raises AssuranceTooLow: the actor is not known surely enough to name others.
    """
    draft = access.lock_draft(draft_id, actor=actor, at=at)
    actor.require_level(draft.item_version.item.level_to_act)
    asked = next((one for one in signing.asked_of(draft) if one.role.code == role), None)
    problems = _faults(draft, asked, name, id_number, phone)
    if problems:
        raise InvalidInput(problems)
    person = identity_operations.ensure_person(
        name=name.strip(), id_number=id_number, division=draft.division, actor=actor, at=at
    )
    row = Signatory.objects.create(draft=draft, role=role, person=person, phone=parse_mobile(phone))
    audit.record("cases.name_signatory", actor=actor, at=at, target=draft.target, role=role, signatory=row.pk)
    return row


def _faults(draft: Draft, asked: signing.Asked | None, name: str, id_number: str, phone: str) -> dict[str, str]:
    problems = {}
    if asked is None:
        problems["role"] = "这份申请不需要这样的签字人，请刷新页面查看。"
    elif not asked.has_room:
        problems["role"] = f"“{asked.role.title}”最多 {asked.role.most} 人签字；要换人的，请先移除原来的。"
    if not name.strip():
        problems["name"] = "请填写姓名，与身份证上的一致。"
    try:
        parse_mobile(phone)
    except ValueError as error:
        problems["phone"] = str(error)
    try:
        number = parse_citizen_id(id_number).number
    except ValueError as error:
        return problems | {"id_number": str(error)}
    known = Person.objects.filter(**Person.by_number.at(number)).first()
    if known is None:
        return problems
    if known.pk == draft.applicant_id:
        problems["id_number"] = "申请人本人不用再签：提交申请就是签字。"
    elif known.name != name.strip() or known.deceased_on is not None:
        problems["id_number"] = "姓名与身份证号不一致，请对照证件核对。"
    elif draft.signatories.filter(person=known).exists():
        problems["id_number"] = "这个人已经在签字人里了。"
    return problems


@transaction.atomic
def drop_signatory(*, draft_id: UUID, signatory_id: int, actor: Actor, at: datetime) -> None:
    """
    Take somebody out again, with what they have signed.

    :raises SignatoryNotFound: they are not named in this draft.
    """
    draft = access.lock_draft(draft_id, actor=actor, at=at)
    if not draft.signatories.filter(pk=signatory_id).delete()[0]:
        raise signing.SignatoryNotFound
    audit.record("cases.drop_signatory", actor=actor, at=at, target=draft.target, signatory=signatory_id)


@transaction.atomic
def ask_signatories(*, draft_id: UUID, actor: Actor, at: datetime) -> None:
    """
    Ask everybody who has not signed: at first, and again whoever let the days pass or declined.

    The application has to be whole, so that nobody signs what still has to be changed.

    :raises InvalidInput, MaterialsMissing, ConsentsMissing, AssuranceTooLow: what is missing from the application.
    :raises NobodyToAsk: everybody has been asked already.
    :raises AskedTooOften: they were asked as often as may be on one day; each time is a message on somebody's phone.
    """
    draft = access.lock_draft(draft_id, actor=actor, at=at)
    check_complete(draft, list(draft.materials.select_related("file")), actor, at)
    _require_seldom(draft, at)
    again = signing.void_changed(draft, at=at)  # a certificate that is another one now changes it, without a word typed
    asked = signing.asked_of(draft)
    lacking = "、".join(one.role.title for one in asked if one.lacks)
    if lacking:
        raise InvalidInput({"role": f"还没有填写谁来签字：{lacking}。"})
    rows = [row for one in asked for row in one.rows]
    waiting = [row for row in rows if row.state in (State.NAMED, State.REFUSED, State.LAPSED)]
    if not waiting and not again:
        raise NobodyToAsk
    for row in waiting:
        row.forget_signature()
        row.state, row.asked_at, row.due_on = State.ASKED, at, None
        row.save()
    signing.ask(draft, rows, at=at)
    audit.record(
        "cases.ask_signatories", actor=actor, at=at, target=draft.target, signatories=[row.pk for row in waiting]
    )


def _require_seldom(draft: Draft, at: datetime) -> None:
    """:raises AskedTooOften: by the record, which keeps what was asked of whoever has been dropped since."""
    chain = identity.chain(draft.division) if draft.division else [identity.NATION]
    most = int(figure(signing.ASKS_A_DAY, chain=chain, on=day_of(at)))
    if audit_queries.done_since("cases.ask_signatories", target=draft.target, since=at - timedelta(days=1)) >= most:
        raise AskedTooOften(most=most)


def _lock_to_sign(signatory_id: int, actor: Actor, at: datetime) -> tuple[Signatory, Draft]:
    found = signing.to_sign(signatory_id, actor=actor, at=at)
    draft = access.locked_drafts.first(draft_id=found.draft_id)
    row = Signatory.objects.select_related("person").filter(pk=signatory_id, state=State.ASKED).first()
    if draft is None or draft.submitted_as_id is not None or draft.expires_at <= at or row is None:
        raise signing.SignatoryNotFound
    row.draft = draft
    if row.due_on is not None and row.due_on < day_of(at):  # the machine is about to say so
        raise signing.SignatoryNotFound
    actor.require_level(draft.item_version.item.level_to_act)
    guarded = actor.person_id != row.person_id
    age = draft.item_version.item.alone_from
    identity.require_capacity(person_id=row.person_id, from_age=age, guarded=guarded, on=day_of(at))
    return row, draft


@transaction.atomic
def countersign(*, signatory_id: int, digest: str, actor: Actor, at: datetime) -> Signatory:
    """
    Sign an application of somebody else as it was shown, for oneself or for a ward.

    `digest` is that of what was shown: whoever signs has read just this.

    :raises SignatoryNotFound: it is not asked of the actor, or no longer.
    :raises NotYourTurn: somebody else signs before.
    :raises ContentChanged: it has been changed since it was read.
    :raises AssuranceTooLow, GuardianOnly: who signs is not known surely enough, or may not sign alone.
    """
    row, draft = _lock_to_sign(signatory_id, actor, at)
    rows = signing.standing(draft)
    if not signing.is_turn(row, rows):
        raise NotYourTurn
    if digest != signing.digest_of(draft, at=at):
        raise ContentChanged
    guarded = actor.person_id != row.person_id
    if actor.is_assisted:
        row.way = Way.GUARDIAN_AT_WINDOW if guarded else Way.WINDOW
    else:
        row.way = Way.GUARDIAN if guarded else Way.ACCOUNT
    row.state, row.signed_at, row.level, row.digest = State.SIGNED, at, actor.assurance, digest
    row.signed_by_id, row.changed_at = actor.require_person(), None
    row.save()
    audit.record(
        "cases.countersign",
        actor=actor,
        at=at,
        target=draft.target,
        signatory=row.pk,
        role=row.role,
        way=row.way,
        level=row.level,
        digest=digest,
    )
    rows = signing.standing(draft)
    signing.ask(draft, rows, at=at)
    whole = all(one.is_signed for one in signing.asked_of(draft))
    outbox.publish("cases.countersigned", key=draft.target, draft_id=str(draft.pk), signatory_id=row.pk, whole=whole)
    return row


@transaction.atomic
def decline_signature(*, signatory_id: int, reason: str, actor: Actor, at: datetime) -> Signatory:
    """
    Decline to sign, with a reason the applicant is shown; the draft stays as it is.

    :raises InvalidInput: no reason.
    :raises SignatoryNotFound, AssuranceTooLow: as in `countersign`.
    """
    row, draft = _lock_to_sign(signatory_id, actor, at)
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput({"reason": f"请写明为什么不签，{SHORTEST_REASON} 到 {LONGEST_REASON} 个字，申请人会看到。"})
    row.state, row.reason, row.signed_by_id = State.REFUSED, reason.strip(), actor.require_person()
    row.save()
    audit.record("cases.decline_signature", actor=actor, at=at, target=draft.target, signatory=row.pk)
    outbox.publish("cases.countersigning_declined", key=draft.target, draft_id=str(draft.pk), signatory_id=row.pk)
    return row


def lapse_signatures(*, at: datetime) -> int:
    """Note whose days to sign have passed, and tell the applicant's side; the draft stays. Safe to run twice."""
    overdue = Signatory.objects.filter(state=State.ASKED, due_on__lt=day_of(at), draft__submitted_as__isnull=True)
    return sum(_lapse(pk, at) for pk in list(overdue.order_by("due_on").values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _lapse(signatory_id: int, at: datetime) -> bool:
    row = Signatory.objects.select_for_update().filter(pk=signatory_id, state=State.ASKED).first()
    if row is None or row.due_on is None or row.due_on >= day_of(at):
        return False
    row.state = State.LAPSED
    row.save(update_fields=["state"])
    target = f"draft:{row.draft_id}"
    audit.record("cases.lapse_signature", actor=Actor.system("共同签字"), at=at, target=target, signatory=row.pk)
    outbox.publish("cases.countersigning_lapsed", key=target, draft_id=str(row.draft_id), signatory_id=row.pk)
    return True

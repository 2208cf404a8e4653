"""What a person, or whoever acts for them, does with an offer: take it with one tap, decline it, say that the data are wrong; and the switch for all of it."""

from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import entitlements, filing
from onedoor.platform.bundles.models import LeftOut, ProactiveOffer, ProactiveRefusal
from onedoor.platform.cases.clocks import due_day, work_calendar
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as people
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError

ANSWER_DAYS = 15  # working days for an answer to a person about their data (platform rules 22)
SHORTEST = 5
State = ProactiveOffer.State


class OfferNotFound(NotFound):
    code, message = "bundles.offer_not_found", "没有找到这项提议，请到“我的”页面查看。"


class OfferAnswered(OneDoorError):
    code, http_status, message = "bundles.offer_answered", 409, "这项提议已经有了答复或者已经失效，请刷新页面查看。"


def own_side(offer: ProactiveOffer, *, actor: Actor, on: date) -> people.Side:
    """
    Let whom an offer is made to, and whoever may look at it for them.

    :raises OfferNotFound: it is for somebody else, which looks as if there were none, also to who once acted for them.
    """
    try:
        return people.require_look(
            person_id=offer.person_id, agent_id=offer.agent_id, item=offer.item_code, actor=actor, on=on
        )
    except people.NO_MANDATE:
        raise OfferNotFound from None


def _lock(offer_id: int, actor: Actor, at: datetime) -> tuple[ProactiveOffer, people.Side]:
    """
    :raises OfferNotFound: it is neither the actor's own nor that of somebody whose affairs they may look at.
    :raises MandateMissing and its kin: they may look at it, and no more.
    """
    found = ProactiveOffer.objects.select_for_update().filter(pk=offer_id).first()
    if found is None:
        raise OfferNotFound
    # A mandate whose applications are all made answers no further offer; the one it has answered stays answered.
    to_use = found.state == State.OFFERED
    own_side(found, actor=actor, on=day_of(at))
    return found, people.require_side(
        person_id=found.person_id,
        item=found.item_code,
        scope=people.SUBMIT,
        actor=actor,
        on=day_of(at),
        to_use=to_use,
    )


def _require_open(offer: ProactiveOffer, at: datetime) -> None:
    if offer.state != State.OFFERED or offer.expires_at <= at:
        raise OfferAnswered


@transaction.atomic
def accept_offer(*, offer_id: int, actor: Actor, at: datetime) -> ProactiveOffer:
    """
    Take an offer: an ordinary application with what is known filled in, handed in where nothing is missing; otherwise
    its draft waits with what is. Taking it twice is taking it once.

    :raises OfferAnswered: it was declined, contested, or has run out.
    :raises AssuranceTooLow: an application has effect in law.
    :raises AlreadyUnderWay, GrantedAlready, ItemNotFound: why it cannot be had any more.
    """
    offer, side = _lock(offer_id, actor, at)
    if offer.state == State.ACCEPTED:
        return offer
    _require_open(offer, at)
    actor.require_level(PROVED)
    entitlement = entitlements.find(offer.entitlement)
    filed = filing.file_application(
        item_code=offer.item_code,
        answers=entitlement.answers(offer.facts) if entitlement else {},
        papers=(),
        delivery="electronic",
        applicant_id=offer.person_id,
        actor=actor,
        at=at,
    )
    offer.state, offer.answered_at, offer.agent_id = State.ACCEPTED, at, side.agent_id
    offer.case, offer.draft_id = filed.case, None if filed.case else filed.draft.pk
    offer.save()
    where = {"target": offer.target, "division": offer.division}
    audit.record("bundles.accept_offer", actor=actor, at=at, **where, **side.audited)
    _tell_principal(offer, side)
    return offer


@transaction.atomic
def decline_offer(*, offer_id: int, actor: Actor, at: datetime) -> ProactiveOffer:
    """
    Decline an offer; in this period it is not made again. Whoever thinks otherwise later applies as usual.

    :raises OfferAnswered: it was taken or contested, or has run out.
    """
    offer, side = _lock(offer_id, actor, at)
    if offer.state == State.DECLINED:
        return offer
    _require_open(offer, at)
    offer.state, offer.answered_at, offer.agent_id = State.DECLINED, at, side.agent_id
    offer.save()
    where = {"target": offer.target, "division": offer.division}
    audit.record("bundles.decline_offer", actor=actor, at=at, **where, **side.audited)
    _tell_principal(offer, side)
    return offer


def _tell_principal(offer: ProactiveOffer, side: people.Side) -> None:
    """Have the person told what somebody has answered for them."""
    if side.agent_id is not None:
        outbox.publish("bundles.answered_for", key=offer.target, offer_id=offer.pk)


@transaction.atomic
def contest_offer(*, offer_id: int, text: str, actor: Actor, at: datetime) -> ProactiveOffer:
    """
    Say that what an offer rests on is wrong: a request for correction with its own limit.

    :raises InvalidInput: it is not said what is wrong.
    :raises OfferAnswered: it was answered already, or has run out.
    """
    offer, side = _lock(offer_id, actor, at)
    _require_open(offer, at)
    if len(text.strip()) < SHORTEST:
        raise InvalidInput({"text": f"请写明哪一项不对、实际情况是什么，不少于 {SHORTEST} 个字。"})
    offer.state, offer.answered_at, offer.contest = State.CONTESTED, at, text.strip()[:1000]
    offer.agent_id = side.agent_id
    calendar = work_calendar(offer.division)
    offer.due_on = due_day(unit="workday", days=ANSWER_DAYS, started_on=day_of(at), calendar=calendar).day
    offer.save()
    where = {"target": offer.target, "division": offer.division}
    audit.record("bundles.contest_offer", actor=actor, at=at, **where, **side.audited)
    _tell_principal(offer, side)
    return offer


@transaction.atomic
def answer_contest(*, offer_id: int, answer: str, actor: Actor, at: datetime) -> ProactiveOffer:
    """
    Tell a person what came of their request for correction.

    :raises OfferNotFound, OfferAnswered: nothing of that number waits.
    :raises InvalidInput: no answer is given.
    """
    offer = ProactiveOffer.objects.select_for_update().filter(pk=offer_id).first()
    if offer is None:
        raise OfferNotFound
    actor.require("cases.review", division=offer.division, line=offer.line)
    if offer.state != State.CONTESTED:
        raise OfferAnswered
    if len(answer.strip()) < SHORTEST:
        raise InvalidInput({"answer": f"请写明核实的结果，不少于 {SHORTEST} 个字。"})
    offer.state, offer.answer, offer.answered_by = State.SETTLED, answer.strip()[:1000], actor.name
    offer.save()
    outbox.publish("bundles.contest_answered", key=offer.target, offer_id=offer.pk)
    audit.record("bundles.answer_contest", actor=actor, at=at, target=offer.target, division=offer.division)
    return offer


@transaction.atomic
def refuse_checks(*, actor: Actor, at: datetime) -> None:
    """Let nobody check by themselves what the person may have; open offers are taken back. Refusing twice is refusing once."""
    person_id = actor.require_person()
    identity.lock_person(person_id)
    if ProactiveRefusal.objects.filter(person_id=person_id, ended_at=None).exists():
        return
    ProactiveRefusal.objects.create(person_id=person_id, refused_at=at)
    standing = ProactiveOffer.objects.filter(person_id=person_id, state=State.OFFERED)
    standing.update(state=State.WITHDRAWN, answered_at=at)
    LeftOut.objects.filter(person_id=person_id).delete()
    audit.record("bundles.refuse_checks", actor=actor, at=at, target=f"person:{person_id}")


@transaction.atomic
def allow_checks(*, actor: Actor, at: datetime) -> None:
    """Let what the person may have be checked again, from the next night on."""
    person_id = actor.require_person()
    ended = ProactiveRefusal.objects.filter(person_id=person_id, ended_at=None).update(ended_at=at)
    if ended:
        audit.record("bundles.allow_checks", actor=actor, at=at, target=f"person:{person_id}")

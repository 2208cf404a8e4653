"""Somebody has died: what they were offered ends, and nothing is begun any more for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import life
from onedoor.platform.bundles.models import BundleCase, BundleMember, ProactiveOffer
from onedoor.platform.bundles.operations.filling import throw_away
from onedoor.platform.bundles.releasing import lock_bundle, members_of
from onedoor.platform.bundles.states import Kind, MemberState, State
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as people
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("一件事")
ROOM = "bundles"
OPEN = (ProactiveOffer.State.OFFERED, ProactiveOffer.State.CONTESTED)
DIED = "申请人已登记死亡，这一项没有开始办理。"


def hear_of_death(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Listen for `identity.died`: end open offers, give up what has not begun, throw away what was being filled in.

    What is under way is its case's, where an officer decides. Heard again, nothing happens.
    """
    statement, person = payload["statement_id"], payload["person_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    offers = ProactiveOffer.objects.select_for_update().filter(person=person, state__in=OPEN)
    ended = {one.pk: one.state for one in offers.order_by("pk")}
    ProactiveOffer.objects.filter(pk__in=ended).update(state=ProactiveOffer.State.WITHDRAWN, answered_at=at)
    waiting = BundleMember.objects.filter(bundle__applicant=person, state=MemberState.WAITING)
    given_up = sum(_give_up(pk, at) for pk in sorted(set(waiting.values_list("bundle_id", flat=True))))
    drafts = BundleCase.objects.select_for_update().filter(applicant=person, state=State.FILLING)
    thrown = [_throw_away(one, at) for one in drafts.order_by("pk")]
    audit.record("bundles.end_offers", actor=MACHINE, at=at, target=f"person:{person}", offers=sorted(ended))
    told = [f"免申即享提议 {len(ended)} 项已失效。"] if ended else []
    told += [f"一件事里还没有开始的 {given_up} 项不再开始。"] if given_up else []
    told += [f"填写中的一件事 {len(thrown)} 件已删除。"] if thrown else []
    facts = {"offers": [[pk, state] for pk, state in ended.items()], "members": given_up, "drafts": len(thrown)}
    identity.record_effect(statement_id=statement, room=ROOM, facts=facts, told=told, at=at)


def hear_of_correction(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.death_corrected`: offers whose days are not over stand again; what else is lost is said."""
    statement, person = payload["statement_id"], payload["person_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    done = (people.effect_of(statement_id=payload["death_id"], room=ROOM) if payload["death_id"] else None) or {}
    restored = sum(_restore(pk, state, at) for pk, state in done.get("offers", []))
    over, members, drafts = len(done.get("offers", [])) - restored, done.get("members", 0), done.get("drafts", 0)
    told = [f"免申即享提议 {restored} 项恢复，等您决定。"] if restored else []
    told += [f"免申即享提议 {over} 项其间已过期，需要的可以直接申请。"] if over else []
    told += [f"一件事里没有开始的 {members} 项不能恢复，请单独申请。"] if members else []
    told += [f"填写中的一件事 {drafts} 件已删除，请重新填写。"] if drafts else []
    if told:
        messages.send_message(
            recipient_id=person,
            event="bundles.death_corrected",
            text="".join(told),
            link="/me/",
            case_number="",
            source=f"death:{statement}:bundles",
            actor=MACHINE,
            at=at,
        )
    facts = {"offers": restored, "offers_over": over, "members_lost": members, "drafts_lost": drafts}
    identity.record_effect(statement_id=statement, room=ROOM, facts=facts, told=told, at=at)


def _give_up(bundle_id: UUID, at: datetime) -> int:
    bundle = lock_bundle(bundle_id)
    waiting = [one for one in members_of(bundle) if one.state == MemberState.WAITING]
    for one in waiting:
        life.move(one, MemberState.CANCELLED, kind=Kind.CANCEL, reason=DIED, actor=MACHINE, at=at)
    life.read_again(bundle, actor=MACHINE, at=at)
    return len(waiting)


def _throw_away(bundle: BundleCase, at: datetime) -> bool:
    audit.record("bundles.discard", actor=MACHINE, at=at, target=bundle.target, division=bundle.division)
    throw_away(bundle, at=at)
    return True


def _restore(offer_id: int, state: str, at: datetime) -> int:
    """Let an offer stand as it stood; a contested one has its own limit, an open one its days."""
    ended = ProactiveOffer.objects.filter(pk=offer_id, state=ProactiveOffer.State.WITHDRAWN)
    if state == ProactiveOffer.State.OFFERED:
        return ended.filter(expires_at__gt=at).update(state=state, answered_at=None)
    return ended.update(state=state)

"""Tell the person how the whole stands; each case tells of itself by the cases' own messages."""

from datetime import datetime
from typing import Any

from onedoor.platform.bundles import entitlements
from onedoor.platform.bundles.models import BundleEvent, ProactiveOffer
from onedoor.platform.bundles.states import Kind, MemberState
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("通知")


def notify(payload: dict[str, Any], *, at: datetime) -> None:
    """Write one message for an event the person has to know of."""
    event = BundleEvent.objects.select_related("bundle__version").get(pk=payload["event_id"])
    text = _text(event)
    if not text:
        return
    messages.send_message(
        recipient_id=event.bundle.applicant_id,
        event=f"bundles.{event.kind}",
        text=text,
        link=f"/bundles/{event.bundle_id}/",
        case_number=event.bundle.number or "",
        source=f"bundle_event:{event.pk}",
        actor=MACHINE,
        at=event.at,
    )


def _text(event: BundleEvent) -> str:
    title = event.bundle.version.title
    if event.kind == Kind.DISPATCH:
        return f"“{title}”已提交，编号 {event.bundle.number}。{len(event.facts['cases'])} 项已分送到部门，各项进展都在一个页面上。"
    if event.kind == Kind.CLOSE:
        return f"“{title}”各项都有结果了，可以一起查看、一起领取。"
    member = event.bundle.members.filter(code=event.member).first()
    if member is None or event.bundle.submitted_at == event.at:
        return ""
    if event.kind == Kind.RELEASE and event.to_state == MemberState.TO_COMPLETE:
        return f"“{title}”：轮到“{member.title}”了，请补充它要问的内容后提交。"
    if event.kind == Kind.RELEASE:
        return f"“{title}”：前一项已经办好，“{member.title}”已经开始办理。"
    if event.to_state == MemberState.NOT_POSSIBLE:
        return f"“{title}”：“{member.title}”不能办理。{member.reason}其他各项照常办理。"
    return ""


def tell_of_offer(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell the person of an offer, once; the message names no fact about them."""
    offer = ProactiveOffer.objects.get(pk=payload["offer_id"])
    found = entitlements.find(offer.entitlement)
    if offer.state != ProactiveOffer.State.OFFERED or found is None:
        return
    text = f"按平台已有的信息，您可能可以享受“{found.title}”。要不要由您决定，点开就能接受、拒绝或者说明信息有误。"
    _send(offer, "bundles.offered", text, offer.offered_at)


def tell_of_answer(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell the person what came of their request for correction."""
    offer = ProactiveOffer.objects.get(pk=payload["offer_id"])
    found = entitlements.find(offer.entitlement)
    title = found.title if found else "一项提议"
    readers = identity.readers_of(
        person_id=offer.person_id,
        agent_id=offer.agent_id,
        item=offer.item_code,
        on=day_of(at),
        scope=identity.SUBMIT,
    )
    for reader in sorted(readers):
        text = f"您说“{title}”依据的信息有误，已经核实，结果请点开查看。"
        _send(offer, "bundles.contest_answered", text, at, reader=reader)


def tell_of_answer_for(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell the person that somebody who acts for them has answered an offer."""
    offer = ProactiveOffer.objects.select_related("agent").get(pk=payload["offer_id"])
    found = entitlements.find(offer.entitlement)
    if offer.agent is None or found is None:
        return
    text = f"{offer.agent.name}替您答复了“{found.title}”：{offer.get_state_display()}。不是您的意思的，请到“委托”撤销。"
    _send(offer, "bundles.answered_for", text, at)


def _send(offer: ProactiveOffer, event: str, text: str, at: datetime, *, reader: int | None = None) -> None:
    messages.send_message(
        recipient_id=reader or offer.person_id,
        event=event,
        text=text,
        link=f"/offers/{offer.pk}/",
        case_number="",
        source=f"{event}:{offer.pk}",
        actor=MACHINE,
        at=at,
    )


def listen() -> None:
    outbox.listen("bundles.offered", "bundles.tell_of_offer", tell_of_offer)
    outbox.listen("bundles.answered_for", "bundles.tell_of_answer_for", tell_of_answer_for)
    outbox.listen("bundles.contest_answered", "bundles.tell_of_answer", tell_of_answer)
    for kind in (Kind.DISPATCH, Kind.CLOSE, Kind.RELEASE, Kind.MOVE):
        outbox.listen(f"bundles.{kind}", "bundles.notify", notify)

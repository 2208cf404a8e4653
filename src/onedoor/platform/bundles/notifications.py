"""Tell the person how the whole stands; each case tells of itself by the cases' own messages."""

from datetime import datetime
from typing import Any

from onedoor.platform.bundles.models import BundleEvent
from onedoor.platform.bundles.states import Kind, MemberState
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
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


def listen() -> None:
    for kind in (Kind.DISPATCH, Kind.CLOSE, Kind.RELEASE, Kind.MOVE):
        outbox.listen(f"bundles.{kind}", "bundles.notify", notify)

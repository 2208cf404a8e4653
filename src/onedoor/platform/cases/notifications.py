"""Tell the applicant and the agent at each step: a listener of the cases' own events."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from onedoor.platform.cases.models import Action, Draft
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("通知")

TEXTS = {
    Kind.SUBMIT: "“{item}”申请已提交，{minutes} 分钟内可以撤销，之后正式送达收件单位。",
    Kind.UNDO: "“{item}”申请已撤销，填写的内容仍保存在草稿里。",
    Kind.HAND_IN: "“{item}”申请已送达{receiving}，五个工作日内会告知您是否受理。",
    Kind.ASK_SUPPLEMENT: "“{item}”申请需要补正材料，全部内容已一次列明，请在 {due} 前补齐。",
    Kind.SUPPLY: "补正材料已收到，{receiving}正在审查。",
    Kind.RETURN: "“{item}”申请因逾期未补正已退件，您可以随时重新申请。",
    Kind.REFUSE: "“{item}”申请不予受理，理由和救济途径见通知书。",
    Kind.ACCEPT: "“{item}”申请已受理，最迟 {promised} 办结。",
    Kind.DEEM_ACCEPTED: "“{item}”申请因逾期未告知，依法视为已受理，最迟 {promised} 办结。",
    Kind.POST_NOTICE: "“{item}”正在公示，公示期到 {last_day} 止。",
    Kind.EXTEND: "“{item}”办理期限已延长到 {statutory}，理由见通知书。",
    Kind.GRANT: "“{item}”已获准予，决定书已送达，请查看。",
    Kind.DENY: "“{item}”未获批准，理由和救济途径见决定书。",
    Kind.DISPENSE: "“{item}”依法不需要办理，理由见告知书。",
    Kind.BEGIN_SPECIAL: "“{item}”进入特别程序，这段时间不计入办理期限，原因和计划结束日见告知书。",
    Kind.END_SPECIAL: "“{item}”的特别程序已结束，最迟 {promised} 办结。",
    Kind.TERMINATE: "“{item}”已终止办理，理由和救济途径见通知书。",
    Kind.WITHDRAW: "“{item}”申请已按您的要求撤回。",
}


def listen() -> None:
    """Register for every kind of action people are told about."""
    for kind in TEXTS:
        outbox.listen(f"cases.{kind}", "cases.notify", notify)
    outbox.listen("cases.signature_wanted", "cases.ask_signature", ask_signature)
    outbox.listen("cases.draft_expiring", "cases.warn_draft", warn_draft)
    outbox.listen(f"cases.{Kind.COMPLETE_STEP}", "cases.notify", notify_step)


def notify(payload: dict[str, Any], *, at: datetime) -> None:
    action = _action(payload)
    case = action.case
    text = TEXTS[Kind(action.kind)].format(
        item=case.item_version.title,
        minutes=case.item_version.item.undo_minutes,
        receiving=case.receiving_organization.name,
        due=action.facts.get("due_on", ""),
        promised=action.facts.get("promised_due", ""),
        statutory=action.facts.get("statutory_due", ""),
        last_day=action.facts.get("last_day", ""),
    )
    _tell(action, text, at)


def notify_step(payload: dict[str, Any], *, at: datetime) -> None:
    action = _action(payload)
    step = action.case.item_version.item.step(action.step)
    if step is not None:
        _tell(action, f"“{action.case.item_version.title}”的“{step.title}”环节已完成。", at)


def _action(payload: dict[str, Any]) -> Action:
    return Action.objects.select_related("case__item_version", "case__receiving_organization").get(
        pk=payload["action_id"]
    )


def _tell(action: Action, text: str, at: datetime) -> None:
    case = action.case
    for person_id in {case.applicant_id, case.agent_id or case.applicant_id}:
        messages.send_message(
            recipient_id=person_id,
            event=f"cases.{action.kind}",
            text=text,
            link=f"/cases/{case.number}/",
            case_number=case.number,
            source=f"action:{action.pk}",
            actor=MACHINE,
            at=at,
        )


def warn_draft(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell whoever fills a draft in, and the applicant, until when it is kept; one saved again since then is left alone."""
    draft = Draft.objects.select_related("item_version").filter(pk=payload["draft_id"], warned=payload["days"]).first()
    if draft is None or draft.submitted_as_id is not None:
        return
    last = localtime(draft.expires_at)
    for person_id in {draft.applicant_id, draft.filled_by_id}:
        messages.send_message(
            recipient_id=person_id,
            event="cases.draft_expiring",
            text=f"“{draft.item_version.title}”的草稿保留到 {last:%Y-%m-%d %H:%M}，到时会删除；接着填一次就重新计算。",
            link=f"/drafts/{draft.pk}/",
            case_number="",
            source=f"draft:{draft.pk}:{last:%Y%m%d}:{payload['days']}",
            actor=MACHINE,
            at=at,
        )


def ask_signature(payload: dict[str, Any], *, at: datetime) -> None:
    """Tell a person that somebody's application asks for their signature."""
    messages.send_message(
        recipient_id=payload["person_id"],
        event="cases.signature_wanted",
        text="家人的申请需要您签署一份授权书，请看清内容后再签；不认识的申请请不要签。",
        link="/me/signatures/",
        case_number="",
        source=f"signature:{payload['draft_id']}",
        actor=MACHINE,
        at=at,
    )

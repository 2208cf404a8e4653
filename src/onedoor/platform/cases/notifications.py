"""Tell the applicant and the agent at each step: a listener of the cases' own events."""

from datetime import date, datetime
from typing import Any

from django.utils.timezone import localtime

from onedoor.platform.cases import documents
from onedoor.platform.cases.models import Action, Case, CaseDocument, Clock, Draft, Tolerance
from onedoor.platform.cases.states import Kind
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("通知")

TEXTS = {
    Kind.SUBMIT: "“{item}”申请已提交，{minutes} 分钟内可以撤销，之后正式送达收件单位。",
    Kind.UNDO: "“{item}”申请已撤销，填写的内容仍保存在草稿里。",
    Kind.HAND_IN: "“{item}”申请已送达{receiving}，{receive}内会告知您是否受理。",
    Kind.ASK_SUPPLEMENT: "“{item}”申请需要补正材料，全部内容已一次列明，请在 {due} 前补齐。",
    Kind.SUPPLY: "补正材料已收到，{receiving}正在审查。",
    Kind.RETURN: "“{item}”申请因逾期未补正已退件，您可以随时重新申请。",
    Kind.REFUSE: "“{item}”申请不予受理，理由和救济途径见通知书。",
    Kind.ACCEPT: "“{item}”申请已受理，最迟 {promised} 办结。{later}",
    Kind.DEEM_ACCEPTED: "“{item}”申请因逾期未告知，依法视为已受理，最迟 {promised} 办结。{later}",
    Kind.POST_NOTICE: "“{item}”正在公示，公示期到 {last_day} 止。",
    Kind.RAISE_OBJECTION: "“{item}”公示期间收到异议，{receiving}正在核实，核实清楚以后才进入下一环节。",
    Kind.CLOSE_OBJECTION: "“{item}”公示期间的异议已经查清，办理继续进行。",
    Kind.EXTEND: "“{item}”办理期限已延长到 {statutory}，理由见通知书。",
    Kind.GRANT: "“{item}”已获准予，{delivery}。",
    Kind.GRANT_BY_SILENCE: "“{item}”的法定期限已过，机关没有作出决定，依法视为准予，{delivery}。",
    Kind.MISS_LIMIT: "“{item}”的法定期限到 {due} 已过，机关没有作出决定。不用重新申请；您可以怎样要求它作出决定，见办件页面的告知书。",
    Kind.DENY: "“{item}”未获批准，理由、怎样补救和救济途径见决定书，{delivery}。",
    Kind.DELIVER: "“{item}”的{paper}已经送达，{content}在办件页面也可以查看。",
    Kind.DISPATCH: "“{item}”的{paper}已送出，在办件页面可以看到内容。",
    Kind.AWAIT_DELIVERY: "“{item}”的决定书等待送达，请按约定方式领取；也可以在办件页面改为电子送达。",
    Kind.CORRECT: "“{item}”申请的填写内容已当场更正，请核对。",
    Kind.TRANSFER: "“{item}”需由上级机关决定，已转报{deciding}，新的办件已为您建好，不用重新申请。",
    Kind.VOID: "“{item}”有一件因系统原因重复登记，已作废；原来的那一件照常办理。",
    Kind.LINK: "“{item}”有了新的关联办件，可以在办件页面查看。",
    Kind.INFORM_HEARING: "“{item}”办理中，您有权要求听证，请在 {due} 前决定，不收费用。",
    Kind.WAIVE_HEARING: "“{item}”：已记下您不要求听证。",
    Kind.EXPIRE_HEARING: "“{item}”：听证申请期限已过，办理继续。",
    Kind.REQUEST_HEARING: "“{item}”：已收到听证申请，最迟 {hold_until} 举行，这段时间不计入办理期限。",
    Kind.SCHEDULE_HEARING: "“{item}”：听证时间地点见听证通知书。",
    Kind.SIGN_RECORD: "“{item}”：听证笔录已签署，办理期限继续计算，最迟 {promised} 办结。",
    Kind.PROPOSE_REVOCATION: "“{item}”：拟撤销、注销或者吊销已作出的决定，{due} 前您可以陈述申辩，内容见告知书。",
    Kind.STATE_DEFENCE: "“{item}”：已收到您的陈述申辩。",
    Kind.REVOKE: "“{item}”：已作出撤销、注销或者吊销决定，理由和救济途径见决定书，{delivery}。",
    Kind.DROP_REVOCATION: "“{item}”：经审查不予撤销，原来的决定继续有效。",
    Kind.RAISE_CONFLICT: "“{item}”：有查得的情况与您填写的不一致，请在 {due} 前说明。不一致不等于不批准，工作人员会核实。",
    Kind.EXPLAIN: "“{item}”：已收到您的说明，工作人员会核实。",
    Kind.SETTLE_CONFLICT: "“{item}”：一项不一致的情况已经核实，结果在办件页面可以看到。",
    Kind.DISPENSE: "“{item}”依法不需要办理，理由见告知书。",
    Kind.BEGIN_SPECIAL: "“{item}”进入特别程序，这段时间不计入办理期限，原因和计划结束日见告知书。",
    Kind.END_SPECIAL: "“{item}”的特别程序已结束，最迟 {promised} 办结。",
    Kind.RUN_AGAIN: "“{item}”的特别程序已到最长期限 {due} 还没有结束，办理期限从次日起恢复计算，最迟 {promised} 办结。",
    Kind.TERMINATE: "“{item}”已终止办理，理由和救济途径见通知书。",
    Kind.RECALCULATE: "“{item}”的时限按新公布的放假安排重新计算：{moved}。",
    Kind.WITHDRAW: "“{item}”申请已按您的要求撤回。",
    Kind.TAKE_CERTIFICATE: "“{item}”的一项材料已由您的电子证照代替，不用再交；不愿意的，可以在办件页面改为自己交。",
    Kind.GIVE_PAPER: "“{item}”：补交的材料已经收到。",
    Kind.RETURN_TOLERATED: "“{item}”申请因约定补交的材料到期没有补交，已退件，您可以随时重新申请。",
    Kind.RETRACT_PROMISE: "“{item}”：承诺已撤回，请在办件页面补交那一份材料。",
    Kind.CHECK_PROMISE: "“{item}”：您的承诺已经核查，结果见办件页面。",
    Kind.ANSWER_BREACH: "“{item}”：已收到您的陈述申辩。",
    Kind.SETTLE_BREACH: "“{item}”：承诺不实一事已经处理，结果见办件页面。",
    Kind.REPAIR_CREDIT: "“{item}”：承诺不实的记录已经修复，以后可以重新选择告知承诺。",
    Kind.CHECK_ORIGINAL: "“{item}”的材料已核对原件，以后办事可以直接沿用。",
}

# A notice somebody still has to bring: its limit begins with the day it is received.
UNSERVED = {
    Kind.ASK_SUPPLEMENT: "“{item}”申请需要补正材料，全部内容已一次列明。告知书由工作人员送达，收到之日起计算期限；"
    "现在就可以在办件页面补交，也可以改为电子送达。",
    Kind.INFORM_HEARING: "“{item}”办理中，您有权要求听证，不收费用。告知书由工作人员送达，收到之日起计算期限；"
    "现在就可以在办件页面决定，也可以改为电子送达。",
    Kind.PROPOSE_REVOCATION: "“{item}”：拟撤销、注销或者吊销已作出的决定。告知书由工作人员送达，收到之日起您可以陈述申辩；"
    "现在就可以在办件页面陈述，也可以改为电子送达。",
}
LATER = "约定后补的材料请在 {day} 前交来，逾期将退件。"


def listen() -> None:
    """Register for every kind of action people are told about."""
    for kind in TEXTS:
        outbox.listen(f"cases.{kind}", "cases.notify", notify)
    outbox.listen("cases.signature_wanted", "cases.ask_signature", ask_signature)
    outbox.listen("cases.draft_expiring", "cases.warn_draft", warn_draft)
    outbox.listen("cases.tolerance_due", "cases.remind_tolerated", remind_tolerated)
    outbox.listen(f"cases.{Kind.COMPLETE_STEP}", "cases.notify", notify_step)


def notify(payload: dict[str, Any], *, at: datetime) -> None:
    action = _action(payload)
    if action.kind == Kind.DELIVER and action.facts.get("method") == "electronic":
        return  # the message that delivered it has said so
    if action.kind == Kind.RECALCULATE and not _moved(action):
        return  # only limits of steps have moved, nothing the applicant plans with
    tell(action, at=at)


def tell(action: Action, *, at: datetime) -> None:
    """Write the message of an action into the inboxes of applicant and agent; a second time changes nothing."""
    case = action.case
    by_inbox = action.facts.get("delivery", "electronic") == "electronic"
    kind, due_on = Kind(action.kind), action.facts.get("due_on", "")
    text = (TEXTS[kind] if due_on else UNSERVED.get(kind, TEXTS[kind])).format(
        item=case.item_version.title,
        minutes=case.item_version.item.undo_minutes,
        receiving=case.receiving_organization.name,
        receive=case.item_version.item.limits.receive.words,
        deciding=case.deciding_organization.name,
        delivery="决定书已送达，请查看" if by_inbox else "决定书将由工作人员送达",
        hold_until=action.facts.get("hold_until", ""),
        due=due_on,
        paper=_delivered(action),
        content=f"期限到 {due_on} 止；内容" if due_on else "内容和救济途径",
        promised=action.facts.get("promised_due", ""),
        statutory=action.facts.get("statutory_due", ""),
        last_day=action.facts.get("last_day", ""),
        later=LATER.format(day=action.facts["tolerated_until"]) if "tolerated_until" in action.facts else "",
        moved="；".join(f"{Clock.Kind(kind).label}到 {day}" for kind, day in _moved(action).items()),
    )
    _tell(action, text, at)


def _delivered(action: Action) -> str:
    """Return what the action has delivered or sent: a notice by its name, any decision as such."""
    kind = action.facts.get("kind")
    return CaseDocument.Kind(kind).label if kind in documents.NOTICES else "决定书"


def _moved(action: Action) -> dict[str, str]:
    """Return the limits of the case itself that have moved; those of its steps are named step:visit."""
    return {name: day for name, day in action.facts.get("moved", {}).items() if ":" not in name}


def notify_step(payload: dict[str, Any], *, at: datetime) -> None:
    action = _action(payload)
    step = action.case.item_version.item.step(action.step)
    if step is not None:
        _tell(action, f"“{action.case.item_version.title}”的“{step.title}”环节已完成。", at)


def _action(payload: dict[str, Any]) -> Action:
    return Action.objects.select_related("case__receiving_organization", "case__deciding_organization").get(
        pk=payload["action_id"]
    )


def readers_of(case: Case, *, on: date) -> set[int]:
    """Return who is told of a case: the applicant, and the agent as long as they may still look at it."""
    readers = {case.applicant_id}
    if case.agent_id is not None:
        agent, applicant = case.agent_id, case.applicant_id
        try:
            identity.require_mandate(agent_id=agent, principal_id=applicant, item=case.item_code, scope="view", on=on)
        except OneDoorError:
            return readers  # the delegation is over; what goes on is no longer the agent's to know
        readers.add(case.agent_id)
    return readers


def _tell(action: Action, text: str, at: datetime) -> None:
    case = action.case
    for person_id in readers_of(case, on=day_of(at)):
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
    draft = Draft.objects.filter(pk=payload["draft_id"], warned=payload["days"]).first()
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


def remind_tolerated(payload: dict[str, Any], *, at: datetime) -> None:
    """Remind applicant and agent of what was promised for later; what has come meanwhile is left alone."""
    rows = Tolerance.objects.filter(pk__in=payload["tolerances"], state=Tolerance.State.OPEN).select_related("case")
    row = rows.order_by("id").first()
    if row is None:
        return
    case = row.case
    for person_id in readers_of(case, on=day_of(at)):
        messages.send_message(
            recipient_id=person_id,
            event="cases.tolerance_due",
            text=f"“{case.item_version.title}”：{LATER.format(day=row.due_on)}",
            link=f"/cases/{case.number}/papers/",
            case_number=case.number,
            source=f"tolerance:{case.pk}:{row.due_on}",
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

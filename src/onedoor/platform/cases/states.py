"""The words of a case's life: states, kinds of action, and which action leads from where to where."""

from dataclasses import dataclass

from django.db import models


class State(models.TextChoices):
    SUBMITTED = "submitted", "已提交"
    RECEIVED = "received", "已收件"
    SUPPLEMENT_WAIT = "supplement_wait", "待补正"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    ACCEPTED = "accepted", "已受理"
    REVIEWING = "reviewing", "审查中"
    SPECIAL = "special", "特别程序中"
    PUBLICIZING = "publicizing", "公示中"
    DECIDING = "deciding", "待决定"
    GRANTED = "granted", "准予"
    DENIED = "denied", "不予批准"
    CERTIFYING = "certifying", "制证中"
    DELIVERING = "delivering", "待送达"
    COMPLETED = "completed", "办结"
    WITHDRAWN = "withdrawn", "已撤回"
    RETURNED = "returned", "退件"
    NO_NEED = "no_need", "无需办理"
    TERMINATED = "terminated", "终止"
    TRANSFERRED = "transferred", "已转报"
    VOIDED = "voided", "作废"


TERMINAL = frozenset(
    {
        State.NOT_ACCEPTED,
        State.COMPLETED,
        State.WITHDRAWN,
        State.RETURNED,
        State.NO_NEED,
        State.TERMINATED,
        State.TRANSFERRED,
        State.VOIDED,
    }
)
BEFORE_DECISION = frozenset(
    {
        State.RECEIVED,
        State.SUPPLEMENT_WAIT,
        State.ACCEPTED,
        State.REVIEWING,
        State.SPECIAL,
        State.PUBLICIZING,
        State.DECIDING,
    }
)
UNDER_REVIEW = frozenset({State.ACCEPTED, State.REVIEWING, State.SPECIAL, State.PUBLICIZING, State.DECIDING})
DECIDED = frozenset({State.GRANTED, State.DENIED, State.CERTIFYING, State.DELIVERING})


class Kind(models.TextChoices):
    SUBMIT = "submit", "提交申请"
    UNDO = "undo", "撤销提交"
    HAND_IN = "hand_in", "收件"
    ASK_SUPPLEMENT = "ask_supplement", "一次性告知补正"
    SUPPLY = "supply", "补齐材料"
    RETURN = "return", "逾期未补正退件"
    REFUSE = "refuse", "不予受理"
    ACCEPT = "accept", "受理"
    DEEM_ACCEPTED = "deem_accepted", "逾期未告知视为受理"
    COMPLETE_STEP = "complete_step", "完成环节"
    POST_NOTICE = "post_notice", "发布公示"
    RAISE_OBJECTION = "raise_objection", "收到公示异议"
    CLOSE_OBJECTION = "close_objection", "查清公示异议"
    EXTEND = "extend", "延长期限"
    GRANT = "grant", "准予"
    DENY = "deny", "不予批准"
    GRANT_BY_SILENCE = "grant_by_silence", "逾期未作决定视为准予"
    MISS_LIMIT = "miss_limit", "法定期限届满未作决定"
    FINISH = "finish", "办结"
    WITHDRAW = "withdraw", "撤回申请"
    DISPENSE = "dispense", "告知无需办理"
    BEGIN_SPECIAL = "begin_special", "启动特别程序"
    END_SPECIAL = "end_special", "结束特别程序"
    RUN_AGAIN = "run_again", "特别程序超过最长期限，恢复计时"
    TERMINATE = "terminate", "终止办理"
    CORRECT = "correct", "当场更正"
    PROPOSE = "propose", "拟定决定"
    OPPOSE = "oppose", "复核不同意"
    DISPATCH = "dispatch", "寄出文书"
    DELIVER = "deliver", "送达"
    AWAIT_DELIVERY = "await_delivery", "等待送达"
    TRANSFER = "transfer", "转报上级"
    VOID = "void", "作废"
    LINK = "link", "关联办件"
    INFORM_HEARING = "inform_hearing", "告知听证权利"
    WAIVE_HEARING = "waive_hearing", "放弃听证"
    EXPIRE_HEARING = "expire_hearing", "逾期未申请听证"
    REQUEST_HEARING = "request_hearing", "申请听证"
    SCHEDULE_HEARING = "schedule_hearing", "通知听证"
    HOLD_HEARING = "hold_hearing", "举行听证"
    SIGN_RECORD = "sign_record", "签署听证笔录"
    PROPOSE_REVOCATION = "propose_revocation", "告知拟撤销"
    STATE_DEFENCE = "state_defence", "陈述申辩"
    REVOKE = "revoke", "决定撤销"
    DROP_REVOCATION = "drop_revocation", "决定不予撤销"
    RECALCULATE = "recalculate", "时限重新计算"
    RAISE_CONFLICT = "raise_conflict", "查得与申报不一致"
    EXPLAIN = "explain", "说明情况"
    SETTLE_CONFLICT = "settle_conflict", "核实不一致"
    CHECK_ORIGINAL = "check_original", "核对原件"
    TAKE_CERTIFICATE = "take_certificate", "以电子证照代替材料"
    GIVE_PAPER = "give_paper", "交来材料"
    RETURN_TOLERATED = "return_tolerated", "逾期未补交容缺材料退件"
    RETRACT_PROMISE = "retract_promise", "撤回承诺"
    CHECK_PROMISE = "check_promise", "核查承诺"
    ANSWER_BREACH = "answer_breach", "对承诺不实陈述申辩"
    SETTLE_BREACH = "settle_breach", "处理承诺不实"
    REPAIR_CREDIT = "repair_credit", "修复信用记录"
    NOTE_DEATH = "note_death", "得知有关人员死亡"
    NOTE_MISTAKE = "note_mistake", "有关人员的死亡登记已更正"


# The actions a case can begin with, and the state they put it into: an application, or an organ of its own motion.
FIRST = {Kind.SUBMIT: State.SUBMITTED, Kind.PROPOSE_REVOCATION: State.REVIEWING}

# What can happen to a case the organ began itself; nobody has applied for anything, so nobody can withdraw it.
EX_OFFICIO = frozenset(
    {
        Kind.STATE_DEFENCE,
        Kind.REVOKE,
        Kind.DROP_REVOCATION,
        Kind.DISPATCH,
        Kind.DELIVER,
        Kind.FINISH,
        Kind.LINK,
        Kind.RECALCULATE,
        Kind.NOTE_DEATH,
        Kind.NOTE_MISTAKE,
    }
)


@dataclass(frozen=True)
class Move:
    """Where an action is possible and where it leads; `to` None keeps the state or takes it from the open steps."""

    kind: Kind
    from_states: frozenset[State]
    to: State | None


MOVES = {
    move.kind: move
    for move in (
        Move(Kind.UNDO, frozenset({State.SUBMITTED}), State.WITHDRAWN),
        Move(Kind.HAND_IN, frozenset({State.SUBMITTED}), State.RECEIVED),
        Move(
            Kind.ASK_SUPPLEMENT,
            frozenset({State.RECEIVED, State.ACCEPTED, State.REVIEWING, State.DECIDING}),
            State.SUPPLEMENT_WAIT,
        ),
        Move(Kind.SUPPLY, frozenset({State.SUPPLEMENT_WAIT}), State.RECEIVED),
        Move(Kind.RETURN, frozenset({State.SUPPLEMENT_WAIT}), State.RETURNED),
        Move(Kind.REFUSE, frozenset({State.RECEIVED}), State.NOT_ACCEPTED),
        Move(Kind.ACCEPT, frozenset({State.RECEIVED}), State.ACCEPTED),
        # Also where papers were asked for by a notice that nobody has sent.
        Move(Kind.DEEM_ACCEPTED, frozenset({State.RECEIVED, State.SUPPLEMENT_WAIT}), State.ACCEPTED),
        Move(Kind.COMPLETE_STEP, UNDER_REVIEW | DECIDED, None),
        Move(Kind.POST_NOTICE, UNDER_REVIEW - {State.SPECIAL}, State.PUBLICIZING),
        Move(Kind.RAISE_OBJECTION, UNDER_REVIEW | {State.SUPPLEMENT_WAIT}, None),
        Move(Kind.CLOSE_OBJECTION, UNDER_REVIEW | {State.SUPPLEMENT_WAIT}, None),
        Move(Kind.EXTEND, UNDER_REVIEW, None),
        Move(Kind.GRANT, frozenset({State.DECIDING}), State.GRANTED),
        Move(Kind.DENY, frozenset({State.DECIDING}), State.DENIED),
        Move(Kind.GRANT_BY_SILENCE, UNDER_REVIEW, State.GRANTED),
        Move(Kind.MISS_LIMIT, UNDER_REVIEW, None),
        Move(Kind.FINISH, DECIDED, State.COMPLETED),
        Move(Kind.WITHDRAW, BEFORE_DECISION, State.WITHDRAWN),
        Move(Kind.DISPENSE, frozenset({State.RECEIVED}), State.NO_NEED),
        Move(Kind.BEGIN_SPECIAL, frozenset({State.ACCEPTED, State.REVIEWING, State.DECIDING}), State.SPECIAL),
        Move(Kind.END_SPECIAL, frozenset({State.SPECIAL}), None),
        Move(Kind.RUN_AGAIN, frozenset({State.SPECIAL}), None),
        Move(Kind.TERMINATE, BEFORE_DECISION, State.TERMINATED),
        Move(Kind.CORRECT, frozenset({State.RECEIVED}), None),
        Move(Kind.PROPOSE, frozenset({State.DECIDING}), None),
        Move(Kind.OPPOSE, frozenset({State.DECIDING}), None),
        # A decision, or before it a notice whose limit runs from receipt.
        Move(Kind.DISPATCH, UNDER_REVIEW | DECIDED | {State.SUPPLEMENT_WAIT}, None),
        Move(Kind.DELIVER, UNDER_REVIEW | DECIDED | {State.SUPPLEMENT_WAIT}, None),
        Move(Kind.AWAIT_DELIVERY, DECIDED - {State.DELIVERING}, State.DELIVERING),
        Move(Kind.TRANSFER, frozenset({State.ACCEPTED, State.REVIEWING}), State.TRANSFERRED),
        Move(Kind.VOID, BEFORE_DECISION | {State.SUBMITTED}, State.VOIDED),
        Move(Kind.LINK, TERMINAL, None),
        Move(Kind.INFORM_HEARING, frozenset({State.ACCEPTED, State.REVIEWING, State.DECIDING}), None),
        Move(Kind.WAIVE_HEARING, UNDER_REVIEW | {State.SUPPLEMENT_WAIT}, None),
        Move(Kind.EXPIRE_HEARING, UNDER_REVIEW | {State.SUPPLEMENT_WAIT}, None),
        Move(Kind.REQUEST_HEARING, UNDER_REVIEW - {State.SPECIAL}, State.SPECIAL),
        Move(Kind.SCHEDULE_HEARING, frozenset({State.SPECIAL}), None),
        Move(Kind.HOLD_HEARING, frozenset({State.SPECIAL}), None),
        Move(Kind.SIGN_RECORD, frozenset({State.SPECIAL}), None),
        Move(Kind.RAISE_CONFLICT, BEFORE_DECISION, None),
        Move(Kind.EXPLAIN, BEFORE_DECISION, None),
        Move(Kind.SETTLE_CONFLICT, UNDER_REVIEW, None),
        Move(Kind.CHECK_ORIGINAL, frozenset(State) - {State.SUBMITTED}, None),
        Move(Kind.TAKE_CERTIFICATE, BEFORE_DECISION, None),
        Move(Kind.GIVE_PAPER, BEFORE_DECISION, None),
        Move(Kind.RETRACT_PROMISE, BEFORE_DECISION, None),
        # The check and what follows from it go on after the end of the case.
        Move(Kind.CHECK_PROMISE, frozenset(State) - {State.SUBMITTED}, None),
        Move(Kind.ANSWER_BREACH, frozenset(State) - {State.SUBMITTED}, None),
        Move(Kind.SETTLE_BREACH, frozenset(State) - {State.SUBMITTED}, None),
        Move(Kind.REPAIR_CREDIT, frozenset(State) - {State.SUBMITTED}, None),
        Move(Kind.RETURN_TOLERATED, UNDER_REVIEW | {State.SUPPLEMENT_WAIT}, State.RETURNED),
        Move(Kind.STATE_DEFENCE, frozenset({State.REVIEWING}), None),
        Move(Kind.REVOKE, frozenset({State.REVIEWING}), State.DELIVERING),
        Move(Kind.DROP_REVOCATION, frozenset({State.REVIEWING}), State.TERMINATED),
        Move(Kind.RECALCULATE, BEFORE_DECISION | DECIDED, None),
        Move(Kind.NOTE_DEATH, frozenset(State) - TERMINAL, None),
        Move(Kind.NOTE_MISTAKE, frozenset(State) - TERMINAL, None),
    )
}

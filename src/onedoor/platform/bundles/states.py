"""The words of a bundle's life and of its members'."""

from django.db import models


class State(models.TextChoices):
    FILLING = "filling", "填写中"
    SUBMITTED = "submitted", "已提交"
    PRE_CHECKED = "pre_checked", "已预审"
    DISPATCHED = "dispatched", "已分送"
    RUNNING = "running", "办理中"
    PARTIALLY_DONE = "partially_done", "部分办完"
    DONE = "done", "全部办完"
    CANCELLED = "cancelled", "已取消"


class MemberState(models.TextChoices):
    """A member: at the window, waiting for another's result, waiting for the person, sent, under way, or ended somehow."""

    AT_WINDOW = "at_window", "到窗口办理"
    WAITING = "waiting", "等前一项的结果"
    TO_COMPLETE = "to_complete", "待申请人补充"
    DISPATCHED = "dispatched", "已送到部门"
    RUNNING = "running", "办理中"
    DONE = "done", "已办成"
    DENIED = "denied", "未获准"
    NOT_HANDLED = "not_handled", "未办理"
    NOT_POSSIBLE = "not_possible", "不能办理"
    CANCELLED = "cancelled", "已取消"


ENDED = frozenset(
    {
        MemberState.DONE,
        MemberState.DENIED,
        MemberState.NOT_HANDLED,
        MemberState.NOT_POSSIBLE,
        MemberState.CANCELLED,
    }
)
OPEN_TO_PERSON = frozenset({MemberState.WAITING, MemberState.TO_COMPLETE, MemberState.DISPATCHED, MemberState.RUNNING})


class VersionState(models.TextChoices):
    DRAFT = "draft", "待审核"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "已被新版取代"
    REJECTED = "rejected", "已退回"


class Kind(models.TextChoices):
    """What happens to a bundle case; its history is the list of these."""

    SUBMIT = "submit", "提交"
    PRE_CHECK = "pre_check", "预审"
    DISPATCH = "dispatch", "分送到部门"
    RELEASE = "release", "轮到这一项"
    MOVE = "move", "这一项有进展"
    REPORT = "report", "申请人说已在窗口办好"
    BREACH = "breach", "超过承诺时限"
    CANCEL = "cancel", "取消"
    CLOSE = "close", "全部办完"

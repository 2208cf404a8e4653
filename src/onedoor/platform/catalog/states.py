"""The life of an item's version and of an offering: which deed is possible when, and where it leads."""

from dataclasses import dataclass
from datetime import date

from django.db import models


class State(models.TextChoices):
    """What is stored; whether a published version is in force yet, or still, is told by its days (`standing`)."""

    DRAFT = "draft", "编制中"
    IN_REVIEW = "in_review", "审核中"
    APPROVED = "approved", "已审核"
    PUBLISHED = "published", "已发布"
    SUSPENDED = "suspended", "已暂停"
    CANCELLED = "cancelled", "已取消"
    LOCAL = "local", "地方版本"  # an item as one authority offers it, kept for the cases that were begun under it


# A cancelled version holds until its last day.
HOLDING = (State.PUBLISHED, State.CANCELLED)
UNPUBLISHED = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


class Kind(models.TextChoices):
    DRAFT = "draft", "起草"
    SUBMIT = "submit", "送审"
    SEND_BACK = "send_back", "退回修改"
    APPROVE = "approve", "审核通过"
    PUBLISH = "publish", "发布"
    SUSPEND = "suspend", "暂停"
    RESUME = "resume", "恢复"
    CANCEL = "cancel", "取消"


class ProposalState(models.TextChoices):
    """Where a proposed figure of law stands; it leaves OPEN once."""

    OPEN = "open", "待审核"
    APPROVED = "approved", "已通过"
    SENT_BACK = "sent_back", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


@dataclass(frozen=True)
class Move:
    from_states: frozenset[State]
    to: State
    permission: str


MOVES = {
    Kind.SUBMIT: Move(frozenset({State.DRAFT}), State.IN_REVIEW, "catalog.edit"),
    Kind.SEND_BACK: Move(frozenset({State.IN_REVIEW, State.APPROVED}), State.DRAFT, "catalog.review"),
    Kind.APPROVE: Move(frozenset({State.IN_REVIEW}), State.APPROVED, "catalog.review"),
    Kind.PUBLISH: Move(frozenset({State.APPROVED}), State.PUBLISHED, "catalog.approve"),
    Kind.SUSPEND: Move(frozenset({State.PUBLISHED}), State.SUSPENDED, "catalog.approve"),
    Kind.RESUME: Move(frozenset({State.SUSPENDED}), State.PUBLISHED, "catalog.approve"),
    Kind.CANCEL: Move(frozenset({State.PUBLISHED, State.SUSPENDED}), State.CANCELLED, "catalog.approve"),
}


def standing(state: str, valid_from: date | None, valid_to: date | None, *, on: date) -> str:
    """Return how a row stands on a day, in words; periods are half-open."""
    if state not in HOLDING or valid_from is None:
        return str(State(state).label)
    if valid_to is not None and valid_to <= max(on, valid_from):
        return "已取消" if state == State.CANCELLED else "已失效"
    return "待生效" if on < valid_from else "生效中"

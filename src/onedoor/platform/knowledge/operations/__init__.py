"""Every write of this room; callers import them from here."""

from onedoor.platform.knowledge.operations.conversations import (
    ConversationFull,
    HandedOverAlready,
    NothingAsked,
    ask,
    forget_conversations,
    hand_over,
    reply,
)
from onedoor.platform.knowledge.operations.entries import (
    APPROVE,
    WRITE,
    EntryInReview,
    EntryMoveNotPossible,
    EntryNotFound,
    OwnText,
    Text,
    approve_entry,
    clauses_of,
    flag_ended_entries,
    send_back_entry,
    submit_entry,
    withdraw_entry,
    write_entry,
)
from onedoor.platform.knowledge.operations.synonyms import KEEP, set_synonym

__all__ = [
    "APPROVE",
    "KEEP",
    "WRITE",
    "ConversationFull",
    "EntryInReview",
    "EntryMoveNotPossible",
    "EntryNotFound",
    "HandedOverAlready",
    "NothingAsked",
    "OwnText",
    "Text",
    "approve_entry",
    "ask",
    "clauses_of",
    "flag_ended_entries",
    "forget_conversations",
    "hand_over",
    "reply",
    "send_back_entry",
    "set_synonym",
    "submit_entry",
    "withdraw_entry",
    "write_entry",
]

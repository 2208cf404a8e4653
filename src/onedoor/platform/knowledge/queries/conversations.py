"""Read conversations: one's own, by the code, or what was handed over to one's place."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.scopes import within_reach
from onedoor.platform.knowledge.models import Conversation, Turn
from onedoor.platform.knowledge.opening import REPLY, ConversationNotFound, Opener, digest_of_code

PAGE = 50
State = Conversation.State


@dataclass(frozen=True)
class Talk:
    """A conversation with everything that was said, the first word first."""

    conversation: Conversation
    turns: Sequence[Turn]

    @property
    def may_hand_over(self) -> bool:
        return bool(self.turns) and self.conversation.state != State.HANDED_OVER

    @property
    def last_question(self) -> str:
        return next((str(turn.text) for turn in reversed(self.turns) if turn.kind == Turn.Kind.QUESTION), "")


def read_conversation(*, conversation_id: uuid.UUID, opener: Opener, actor: Actor) -> Talk:
    """:raises ConversationNotFound: there is none, or it is not for this visitor; both look alike."""
    found = Conversation.objects.filter(pk=conversation_id).first()
    if found is None or not opener.opens(found, actor):
        raise ConversationNotFound
    return _talk(found)


def conversation_by_code(*, code: str) -> Talk:
    """:raises ConversationNotFound: nothing is found by this code."""
    digest = digest_of_code(code) or "-"
    found = Conversation.objects.filter(code_digest=digest).first()
    if found is None:
        raise ConversationNotFound
    return _talk(found)


def my_conversations(*, actor: Actor) -> list[Conversation]:
    """Return a person's own conversations, the newest first."""
    return list(Conversation.objects.filter(person_id=actor.require_person()).order_by("-last_at")[:PAGE])


def list_handed_over(*, actor: Actor, waiting: bool = True) -> list[Talk]:
    """Return what was handed over to the places within reach, the longest waiting first."""
    actor.require_one_of(REPLY)
    found = Conversation.objects.filter(within_reach(actor, by_line=False), handed_over_at__isnull=False)
    found = found.filter(state=State.HANDED_OVER) if waiting else found.exclude(state=State.HANDED_OVER)
    rows = found.prefetch_related("turns").order_by("handed_over_at" if waiting else "-last_at")[:PAGE]
    return [_talk(row) for row in rows]


def get_handed_over(*, conversation_id: uuid.UUID, actor: Actor, at: datetime) -> Talk:
    """
    Return one conversation for the officer who replies; the look is recorded.

    :raises ConversationNotFound: nothing of this number was handed over within reach.
    """
    actor.require_one_of(REPLY)
    found = Conversation.objects.filter(
        within_reach(actor, by_line=False), pk=conversation_id, handed_over_at__isnull=False
    ).first()
    if found is None:
        raise ConversationNotFound
    audit.record_look("knowledge.look", actor=actor, at=at, target=found.target, division=found.division)
    return _talk(found)


def _talk(found: Conversation) -> Talk:
    return Talk(found, sorted(found.turns.all(), key=lambda turn: turn.seq))


def waited(talk: Talk, *, at: datetime) -> int:
    """Return for how many hours somebody has waited for a reply."""
    since = talk.conversation.handed_over_at
    return int((at - since).total_seconds() // 3600) if since else 0

"""Who may read a conversation: its person, the browser it was begun in, whoever has the code, officers of its place."""

import unicodedata
from dataclasses import dataclass

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.knowledge.models import Conversation

REPLY = "knowledge.reply"


class ConversationNotFound(NotFound):
    code, message = "knowledge.conversation_not_found", "没有找到这次问答，可能已经过期。请重新提问，或核对查询码。"


@dataclass(frozen=True)
class Opener:
    """What lets somebody into a conversation: being the person, or a browser that holds its number."""

    held: frozenset[str] = frozenset()

    def opens(self, conversation: Conversation, actor: Actor) -> bool:
        if conversation.person_id is not None:
            return actor.person_id == conversation.person_id
        return str(conversation.pk) in self.held


def digest_of_code(typed: str) -> str:
    """Return under what a code is kept, however it was typed."""
    plain = "".join(one for one in unicodedata.normalize("NFKC", typed).upper() if one.isalnum())
    return keyed_hash(plain, purpose="knowledge.conversation.code")

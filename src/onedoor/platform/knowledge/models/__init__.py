"""What the room keeps: entries with their versions, the search index with its synonyms, conversations."""

from onedoor.platform.knowledge.models.conversations import Conversation, Turn
from onedoor.platform.knowledge.models.entries import Entry, EntryItem, EntryVersion, Flag
from onedoor.platform.knowledge.models.index import SearchRow, Synonym

__all__ = ["Conversation", "Entry", "EntryItem", "EntryVersion", "Flag", "SearchRow", "Synonym", "Turn"]

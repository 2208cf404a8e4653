"""
Copies that say for whom they were made: organ, person, moment, case, purpose and a code, over every page of a content.

Whoever opens a paper of somebody else is given such a copy; what is stored, and what its owner opens, stays as it is.
"""

from onedoor.platform.files.marked.copies import CannotMark, can_mark, marked_copy
from onedoor.platform.files.marked.words import words_for

__all__ = ["CannotMark", "can_mark", "marked_copy", "words_for"]

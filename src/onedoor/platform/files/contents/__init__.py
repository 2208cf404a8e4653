"""Look at a content: what it really is, whether it can be taken, and what of it is kept. Its name is not asked."""

from onedoor.platform.files.contents.checks import Taken, take
from onedoor.platform.files.contents.refused import FileRefused

__all__ = ["FileRefused", "Taken", "take"]

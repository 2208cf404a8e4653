"""Everything that is read of the exchange; callers import it from here."""

from onedoor.platform.exchange.queries.answers import (
    Evidence,
    StoredAnswer,
    answer_of,
    department_names,
    evidence_of,
    is_waiting,
)
from onedoor.platform.exchange.queries.uses import (
    Use,
    UseNotFound,
    own_use,
    uses_about,
    uses_under_consents,
)

__all__ = [
    "Evidence",
    "StoredAnswer",
    "Use",
    "UseNotFound",
    "answer_of",
    "department_names",
    "evidence_of",
    "is_waiting",
    "own_use",
    "uses_about",
    "uses_under_consents",
]

"""The tables of social assistance; callers import them from here."""

from onedoor.services.assistance.models.recognition import Recognition, RecognizedPerson
from onedoor.services.assistance.models.verification import (
    SourceResult,
    Verification,
)

__all__ = ["Recognition", "RecognizedPerson", "SourceResult", "Verification"]

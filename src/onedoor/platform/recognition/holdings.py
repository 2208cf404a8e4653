"""What the room holds about people: what was read from their papers and heard of them."""

from onedoor.platform.kernel.holdings import Holding

HOLDINGS = (
    Holding("recognition.PaperReading", ("grant__file_id", "state", "lines", "asked_at", "read_at"), by=("person",)),
    Holding("recognition.Dictation", ("pk", "purpose", "state", "words", "asked_at"), by=("person",)),
)

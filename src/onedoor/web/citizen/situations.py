"""The situation told to the guide, as it travels: in the address and in hidden fields of the form that begins the application."""

from django.http import QueryDict

from onedoor.platform.cases.forms.situations import Situation


def carried(situation: Situation | None, sent: QueryDict) -> QueryDict:
    """Return the answers that count, as they were sent; they are choices, never anything about the person."""
    kept = QueryDict(mutable=True)
    for code in sorted(situation.answers) if situation else ():
        kept.setlist(code, sent.getlist(code))
    return kept

"""Choose a place within a form, step by step or by name, without JavaScript: a button posts the form and it comes back open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from onedoor.platform.identity import queries as identity

SEEK, OPEN = "seek-", "open-"  # the buttons: "seek-home" looks for the typed name, "open-home" goes a step down


@dataclass(frozen=True)
class Picker:
    """The places offered at one question: found by name, or below the opened one."""

    text: str
    above: str  # full name of what was opened
    found: Sequence[Any]  # divisions


def pressed(posted: QueryDict) -> str:
    """Return the name of the question whose picker was used, or nothing."""
    used = (key for key in posted if key.startswith((SEEK, OPEN)))
    return next((key.removeprefix(SEEK).removeprefix(OPEN) for key in used), "")


def picker_for(posted: QueryDict, *, on: date) -> dict[str, Picker]:
    """Return the opened picker by the name of its question; at most one is open."""
    name = pressed(posted)
    if not name:
        return {}
    if SEEK + name in posted:
        text = str(posted.get(f"{name}-q") or "").strip()
        return {name: Picker(text, "", identity.find_divisions(text) if text else [])}
    above = identity.find_division(str(posted.get(OPEN + name) or ""))
    return {
        name: Picker("", above.full_name if above else "", identity.divisions_below(above.code if above else "", on=on))
    }

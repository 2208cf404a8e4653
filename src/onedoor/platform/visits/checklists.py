"""Checklists are data of a service: questions with closed answers, registered at start-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onedoor.platform.catalog.forms import FormField


@dataclass(frozen=True)
class Checklist:
    """
    What a team looks at on a visit. `findings` are the conclusions it may draw: (code, Chinese words).

    """

    code: str
    version: int
    title: str
    questions: tuple[FormField, ...]
    findings: tuple[tuple[str, str], ...]

    def label(self, finding: str) -> str:
        return dict(self.findings)[finding]

    def missing(self, answers: Mapping[str, Any]) -> list[FormField]:
        """Return the questions that must be answered and are not, honouring their skip conditions."""
        return [
            question
            for question in self.questions
            if question.required
            and (question.shown_when is None or question.shown_when.holds(answers))
            and answers.get(question.code) in (None, "", [])
        ]


_checklists: dict[str, Checklist] = {}


def register(checklist: Checklist, *, item: str) -> None:
    """Register the checklist used for the visits of an item; called from `AppConfig.ready`."""
    _checklists[item] = checklist


def has(item: str) -> bool:
    """Tell whether the cases of an item are visited at all."""
    return item in _checklists


def for_item(item: str) -> Checklist:
    """:raises LookupError: no service has registered a checklist for this item."""
    try:
        return _checklists[item]
    except KeyError:
        raise LookupError(f"no visit checklist is registered for item {item}") from None

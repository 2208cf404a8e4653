"""What a service adds to the common life of a case: a record of plain functions for one item, registered at start-up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from onedoor.platform.cases.models import Case
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.parameters import figures_needed
from onedoor.standards.judgement import Judgement, Params


@dataclass(frozen=True)
class NamedPerson:
    """A person named in the form."""

    name: str
    id_number: str
    role: str  # "member", "obligor"
    row: int
    adult: bool


@dataclass(frozen=True)
class Application:
    """What a check before submission sees."""

    answers: Mapping[str, Any]
    applicant_id: int
    applicant_id_number: str
    agent_id_number: str
    division: str
    on: date


@dataclass(frozen=True)
class Wording:
    """The words of a decision made from a judgement: what is decided, the facts, the basis."""

    title: str
    decision: str  # one sentence: what is granted or refused
    facts: Sequence[str]
    basis: Sequence[str]
    lines: Sequence[tuple[str, str]] = ()  # label and value: monthly amount, first month …


@dataclass(frozen=True)
class PanelRow:
    cells: Sequence[str]
    mark: str = ""  # "difference", "done": how the row stands out
    key: str = ""  # what a form beside the row sends back


@dataclass(frozen=True)
class Panel:
    """A table a service adds to the officer's case page: what was found, what differs, what is in force."""

    code: str
    title: str
    columns: Sequence[str]
    rows: Sequence[PanelRow]
    summary: str = ""
    empty: str = ""
    action: str = ""  # the name of the service's page that deals with a marked row


class StepOpener(Protocol):
    def __call__(self, case: Case, *, at: datetime) -> None: ...


class OnRevoked(Protocol):
    def __call__(
        self, case: Case, *, ending: str, reason: str, basis: str, document_number: str, actor: Actor, at: datetime
    ) -> None: ...


class OnDecided(Protocol):
    def __call__(self, case: Case, judgement: Judgement, *, actor: Actor, at: datetime) -> None: ...


def _no_problems(application: Application) -> dict[str, str]:
    return {}


def _nobody(answers: Mapping[str, Any], on: date) -> list[NamedPerson]:
    return []


def _nothing_follows(case: Case, judgement: Judgement, *, actor: Actor, at: datetime) -> None:
    return None


@dataclass(frozen=True)
class CaseHandler:
    """
    `judge` answers with `value["eligible"]` (bool) and whatever the decision needs; `wording` puts it into words;
    `notice_lines` gives the masked lines of a public notice; `openers` start the machine's steps by step code; `guards` say in a sentence why a step cannot be done yet;
    `computations` are the pure functions behind computed fields: from the form's answers (or a row) to a value, or None.
    `linked_items` names by relation (correct, change, reissue, cancel) the item through which a granted case is corrected, changed, reissued or cancelled; its `on_granted` ends or supersedes what `case.continues` gave.
    """

    item: str
    judge: Callable[[Case, date], Judgement]
    wording: Callable[[Case, Judgement, bool], Wording]
    check: Callable[[Application], dict[str, str]] = _no_problems
    people: Callable[[Mapping[str, Any], date], Sequence[NamedPerson]] = _nobody
    precheck: Callable[[Mapping[str, Any], Params, date], Judgement] | None = None
    precheck_parameters: str = ""
    figures: Sequence[str] = ()  # how the keys of the figures begin that its rules and steps read
    notice_lines: Callable[[Case, date], list[list[str]]] | None = None
    notice_days: Callable[[Case, date], int] | None = None
    panels: Callable[[Case, Actor], Sequence[Panel]] | None = None
    openers: Mapping[str, StepOpener] = field(default_factory=dict)
    guards: Mapping[str, Callable[[Case], str]] = field(default_factory=dict)
    computations: Mapping[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)
    on_granted: OnDecided = _nothing_follows
    on_denied: OnDecided = _nothing_follows
    on_revoked: OnRevoked | None = None  # ends register entry and certificate of the case; None: nothing to revoke
    linked_items: Mapping[str, str] = field(default_factory=dict)  # "change" → the item that handles it


_handlers: dict[str, CaseHandler] = {}


def register(handler: CaseHandler) -> None:
    """Register a service's handler; called from `AppConfig.ready`."""
    if handler.item in _handlers and _handlers[handler.item] is not handler:
        raise ValueError(f"a handler for {handler.item} is registered already")
    _handlers[handler.item] = handler


def for_item(code: str) -> CaseHandler:
    """:raises LookupError: no service has registered this item; `manage.py check` finds that before a citizen does."""
    try:
        return _handlers[code]
    except KeyError:
        raise LookupError(f"no handler is registered for item {code}") from None


def all_handlers() -> dict[str, CaseHandler]:
    return dict(_handlers)


def judge(case: Case, on: date) -> Judgement:
    """
    Return what the item's rule says about a case on a day.

    :raises NotSet: the place has no figure the rule needs.
    """
    with figures_needed():
        return for_item(case.item_code).judge(case, on)

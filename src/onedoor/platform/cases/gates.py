"""Why a step after the decision has to wait for something another room keeps: a fee that is paid before the result is collected."""

from typing import Protocol

from onedoor.platform.cases.models import Case


class Gate(Protocol):
    def __call__(self, case: Case) -> str:
        """Return in a sentence what the result waits for, "" where it waits for nothing."""


_gates: dict[str, Gate] = {}


def register(name: str, gate: Gate) -> None:
    """Let another room hold a result back; called from `AppConfig.ready`."""
    _gates[name] = gate


def held_back(case: Case) -> str:
    """Return why the result of a granted case cannot be made or handed over yet, "" where nothing stands in the way."""
    if case.result != "granted":
        return ""
    return next((reason for gate in _gates.values() if (reason := gate(case))), "")

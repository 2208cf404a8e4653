"""The figures of social assistance as shipped, without a database."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.platform.conftest import books

from onedoor.services import assistance
from onedoor.standards.judgement import Parameter, Params

__all__ = ["books"]

SHIPPED = Path(assistance.__file__).parent / "parameters.yaml"
NATION = "000000000000"
TODAY = date(2026, 11, 24)

Figures = Callable[..., Params]


def _shipped(on: date) -> dict[str, Parameter]:
    shipped = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    rows = [Parameter(**{name: value for name, value in row.items() if name != "confirmed"}) for row in shipped]
    return {row.key: row for row in rows if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)}


@pytest.fixture(scope="session")
def figures() -> Figures:
    """
    Return a maker of Params: the shipped rows that hold on `on`, with figures of one place laid over them.

    A figure of None takes the row away; the document of a figure laid over is 测试〔2026〕1号.
    """

    def make(changed: dict[str, Any] | None = None, *, on: date = TODAY) -> Params:
        rows = _shipped(on)
        for key, value in (changed or {}).items():
            rows.pop(key, None)
            if value is not None:
                rows[key] = Parameter(key, value, "测试〔2026〕1号", "110105000000", date(2026, 1, 1))
        return Params("110105000000", on, rows)

    return make


@pytest.fixture(scope="session")
def params(figures: Figures) -> Params:
    """Return the shipped figures as they hold on 24 November 2026."""
    return figures()

"""Every figure the code reads is defined; what ships is what its definition says; a bad one is never enacted."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import onedoor
from onedoor.platform.catalog.loading import shipped_files
from onedoor.platform.kernel import definitions
from onedoor.services.assistance.figures import FIGURES

SOURCE = Path(onedoor.__file__).parent
READS = {"row", "money", "ratio", "integer", "flag", "text", "value"}
# Read where the place has chosen them, or by categories no item applies for yet: nothing of the kind ships.
WITHOUT_A_ROW = {"assist.dibao.tiers", "assist.rigid.threshold", "assist.rigid.income_line"}


def shipped() -> list[dict[str, Any]]:
    return [row for path in shipped_files("parameters.yaml") for row in yaml.safe_load(path.read_text("utf-8"))]


def keys_read() -> Iterator[str]:
    """Yield what is asked of `params` anywhere, a key or (f-strings) its beginning, and the keys of `figure(...)`."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in READS
                and node.args
            ):
                first: Any = node.args[0]
                first = first.values[0] if isinstance(first, ast.JoinedStr) else first
                if isinstance(first, ast.Constant) and str(first.value).startswith("assist."):
                    yield str(first.value)


def test_every_figure_the_code_reads_is_defined_and_ships_or_has_a_default() -> None:
    known = {one.key for one in definitions.definitions()}
    rows = {row["key"] for row in shipped()}
    read = set(keys_read())
    assert len(read) > 10
    for key in read:
        meant = {one for one in known if one == key or (key.endswith(".") and one.startswith(key))}
        assert meant, f"{key} is read and not defined"
        assert meant <= rows | WITHOUT_A_ROW, f"{key} is read and nothing ships"
    assert {one.key for one in FIGURES} == rows | WITHOUT_A_ROW


@pytest.mark.parametrize("row", shipped(), ids=lambda row: str(row["key"]))
def test_what_ships_is_what_its_definition_says(row: dict[str, Any]) -> None:
    definition = definitions.find(row["key"])
    assert definition is not None
    assert definition.fault(row["value"]) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("assist.pre_notice_days", -7),
        ("assist.pre_notice_days", 6),
        ("assist.dibao.standard.urban", "-810.00"),
        ("assist.dibao.standard.urban", "1e999999"),
        ("assist.asset_limits", [1, 2]),
        ("assist.asset_limits", []),
        ("assist.asset_limits", [{"kind": "YACHT", "measure": "count", "value": 1}]),
        ("assist.dibao.amount_mode", "XYZ"),
        ("assist.review_months.stable", 13),
        ("assist.days", {"survey": 3, "verification": 3, "county": 10, "total": 9, "longest": 45}),
        ("assist.days", {"survey": 3}),
        ("assist.dibao.tiers", [{"name": "A", "upto": "x", "amount": "1.00"}]),
    ],
)
def test_what_would_void_the_law_is_no_figure(key: str, value: Any) -> None:
    definition = definitions.find(key)
    assert definition is not None
    assert definition.fault(value)

"""docs/dependencies.md has one line for each dependency of pyproject.toml, and for no other."""

import re
import tomllib
from collections.abc import Iterable

import pytest

from tests.docs.pages import DOCS, ROOT, first_cells, section

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: Iterable[str]) -> list[str]:
    """Return the package names of requirement lines: `psycopg[binary,pool]>=3.3,<4` is psycopg."""
    return sorted(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0] for line in requirements)


@pytest.mark.parametrize(
    ("title", "declared"),
    [
        ("To run", PROJECT["project"]["dependencies"]),
        ("Extras", [line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra]),
        ("To work on it", PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_every_dependency_has_its_line(title: str, declared: list[str]) -> None:
    assert sorted(first_cells(section(DOCS / "dependencies.md", title))) == names(declared)

"""docs/settings.md lists every environment variable the configuration reads, and no other."""

import ast
from collections.abc import Iterator

from tests.docs.pages import DOCS, SOURCE, first_cells, section

PAGE = DOCS / "settings.md"


def variables_read() -> Iterator[str]:
    """Yield the name in every `env.<type>("NAME", …)` of the settings modules."""
    for path in sorted((SOURCE / "config" / "settings").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "env" and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def test_every_variable_is_listed_and_no_other() -> None:
    assert sorted(first_cells(section(PAGE, "Variables"))) == sorted(set(variables_read()))


def test_the_variables_of_the_launcher_are_named_in_its_source() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (SOURCE / "config").rglob("*.py"))
    listed = first_cells(section(PAGE, "Variables of the launcher and the tests"))
    assert [name for name in listed if f'"{name}"' not in source and f"{name}=" not in source] == []

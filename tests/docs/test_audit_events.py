"""docs/audit-events.md lists every audit event and every refusal code of the source, and no other."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import DOCS, SOURCE, first_cells, section, source_files

PAGE = DOCS / "audit-events.md"
AUDIT = "onedoor.platform.audit"
WRITERS = {"record": "Writes", "record_each": "Writes", "record_look": "Looks", "record_refusal": "Refusals"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    return ((path, ast.parse(path.read_text(encoding="utf-8"))) for path in source_files())


def calls(tree: ast.Module, function: str) -> Iterator[ast.expr]:
    """Yield the first argument of every `audit.<function>(…)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        if node.func.attr == function and isinstance(owner, ast.Name) and owner.id == "audit":
            yield node.args[0]


def events(function: str) -> set[str]:
    """Return the event names written out in calls of one of the three writers."""
    found = {argument for _, tree in trees() for argument in calls(tree, function)}
    return {argument.value for argument in found if isinstance(argument, ast.Constant)}


def own_code(definition: ast.ClassDef) -> str | None:
    """Return the class attribute `code`, written alone or as `code, http_status, message = …`."""
    for node in definition.body:
        if not isinstance(node, ast.Assign):
            continue
        names, values = node.targets[0], node.value
        pairs = (
            zip(names.elts, values.elts, strict=True)
            if isinstance(names, ast.Tuple) and isinstance(values, ast.Tuple)
            else [(names, values)]
        )
        for name, value in pairs:
            if isinstance(name, ast.Name) and name.id == "code" and isinstance(value, ast.Constant):
                return str(value.value)
    return None


def refusal_codes() -> set[str]:
    """Return the code of every class that descends from OneDoorError."""
    classes = [node for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    refusals, before = {"OneDoorError"}, 0
    while len(refusals) > before:
        before = len(refusals)
        refusals |= {
            one.name for one in classes if any(base.id in refusals for base in one.bases if isinstance(base, ast.Name))
        }
    codes = {own_code(one) for one in classes if one.name in refusals and one.name != "OneDoorError"}
    return {code for code in codes if code is not None}


def test_every_write_is_listed_and_no_other() -> None:
    assert sorted(first_cells(section(PAGE, "Writes"))) == sorted(events("record") | events("record_each"))


def test_every_look_is_listed_and_no_other() -> None:
    assert sorted(first_cells(section(PAGE, "Looks"))) == sorted(events("record_look"))


def test_every_refusal_code_is_listed_and_no_other() -> None:
    listed = first_cells(section(PAGE, "Refusals"))
    assert sorted(listed) == sorted(refusal_codes() | events("record_refusal"))


def test_the_names_of_events_are_written_out_where_they_are_recorded() -> None:
    """A name put together at run time could not be listed; only a refusal's own code may be passed on."""
    hidden = [
        f"{path.relative_to(SOURCE)}:{argument.lineno}"
        for path, tree in trees()
        for function in WRITERS
        for argument in calls(tree, function)
        if not isinstance(argument, ast.Constant) and ast.unparse(argument) != "refusal.code"
    ]
    assert hidden == []


def test_the_audit_record_is_always_called_audit() -> None:
    """These tests find the calls by that name."""
    others = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom):
                continue
            if node.module == f"{AUDIT}.operations":
                others.append(str(path))
            if node.module == AUDIT:
                others += [str(path) for name in node.names if name.name == "operations" and name.asname != "audit"]
    assert others == []

"""The API's specification is a promise: it changes only on purpose, speaks two languages, and its examples are true."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
from django.test import Client

from onedoor.api import words

SNAPSHOT = Path(__file__).resolve().parents[2] / "src" / "onedoor" / "api" / "openapi.json"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PROBLEM = {"$ref": "#/components/responses/Problem"}
# Gives what others have defined: keys, credentials, proofs.
FOREIGN = ("certificate-keys", "certificate-statuses", "credential", "proof")


def specification() -> dict[str, Any]:
    found = Client().get("/api/v1/openapi.json")
    assert found.status_code == 200
    return dict(found.json())


def operations(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_the_specification_is_the_one_that_was_agreed() -> None:
    """After a wanted change: `.venv/bin/python tools/write_openapi.py`, and read the difference."""
    text = json.dumps(specification(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert text == SNAPSHOT.read_text(encoding="utf-8")


def test_every_operation_is_told_in_chinese_and_english_and_named_once() -> None:
    names = set()
    for place, operation in operations(specification()):
        assert CHINESE.search(operation["summary"]), place
        assert re.search("[A-Za-z]{4}", operation["description"]), place
        assert not CHINESE.search(operation["description"].replace("帮办", "")), place
        assert operation["operationId"] not in names, place
        names.add(operation["operationId"])


def test_every_field_and_parameter_is_told_in_both_languages() -> None:
    told = specification()
    for name, schema in told["components"]["schemas"].items():
        assert CHINESE.search(schema["description"]), name
        for field, content in schema.get("properties", {}).items():
            assert " · " in content.get("description", ""), f"{name}.{field}: write its words into words.csv"
    for place, operation in operations(told):
        for one in operation.get("parameters", []):
            assert " · " in one.get("description", ""), f"{place} {one['name']}"


def test_every_example_fits_its_schema() -> None:
    told, seen = specification(), 0
    for name, schema in told["components"]["schemas"].items():
        for field, content in schema.get("properties", {}).items():
            for example in content.get("examples", []):
                seen += 1
                whole = {**content, "components": told["components"]}
                assert jsonschema_rs.is_valid(whole, example, validate_formats=True), (name, field, example)
    for place, operation in operations(told):
        for one in operation.get("parameters", []):
            for example in one["schema"].get("examples", []):
                seen += 1
                assert jsonschema_rs.is_valid(one["schema"], example, validate_formats=True), (place, one["name"])
    assert seen > 500


def test_no_field_has_two_words() -> None:
    """The table is read into one word a name; a second row would silently take the place of the first."""
    with words.TABLE.open(encoding="utf-8", newline="") as table:
        named = [row["field"] for row in csv.DictReader(table)]
    assert not {name for name in named if named.count(name) > 1}


def test_no_two_rooms_call_different_shapes_the_same() -> None:
    """The specification knows a schema by its name alone: of two with one name it would tell one, and promise it for both."""
    found = [
        name
        for path in sorted((SNAPSHOT.parent).glob("*.py"))
        for name in re.findall(r"^class (\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert not {name for name in found if found.count(name) > 1}


def test_every_schema_can_be_read() -> None:
    told = specification()
    for name in told["components"]["schemas"]:
        jsonschema_rs.validator_for(
            {"$ref": f"#/components/schemas/{name}", "components": told["components"]}, validate_formats=True
        )


def test_every_refusal_is_a_problem() -> None:
    told = specification()
    content = told["components"]["responses"]["Problem"]["content"]
    assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for place, operation in operations(told):
        statuses = set(operation["responses"])
        if "oauth" in place:  # RFC 6749 section 5.2 has a shape of its own
            statuses -= {"400", "401"}
        assert statuses == {"200", "default"}, place
        assert operation["responses"]["default"] == PROBLEM, place


def test_every_write_asks_for_an_idempotency_key_or_says_why_not() -> None:
    for place, operation in operations(specification()):
        if not place.startswith("get "):
            names = {one["name"] for one in operation.get("parameters", [])}
            assert ("Idempotency-Key" in names) != ("x-without-key" in operation), place


def test_every_operation_says_who_may_call_it() -> None:
    told = specification()
    ways = set(told["components"]["securitySchemes"])
    for place, operation in operations(told):
        named = {name for way in operation["security"] for name in way}
        assert named, place
        assert named <= ways, place


def test_every_list_has_the_shape_of_a_page() -> None:
    """A list that grows needs a cursor; none is a bare array."""
    told = specification()
    for place, operation in operations(told):
        content = operation["responses"]["200"]["content"]
        if "application/json" not in content or any(part in FOREIGN for part in place.split("/")):
            continue
        schema = content["application/json"]["schema"]
        assert "$ref" in schema, place
        name = schema["$ref"].rpartition("/")[2]
        properties = told["components"]["schemas"][name].get("properties", {})
        if name.startswith("Page"):
            assert set(properties) == {"items", "next"}, place

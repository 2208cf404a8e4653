"""The API's specification is a promise: it changes only on purpose."""

import json
from pathlib import Path

from django.test import Client

SNAPSHOT = Path(__file__).resolve().parents[2] / "src" / "onedoor" / "api" / "openapi.json"


def specification() -> str:
    found = Client().get("/api/v1/openapi.json")
    assert found.status_code == 200
    return json.dumps(found.json(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_the_specification_is_the_one_that_was_agreed() -> None:
    """After a wanted change: `.venv/bin/python tools/write_openapi.py`, and read the difference."""
    assert specification() == SNAPSHOT.read_text(encoding="utf-8")


def test_every_refusal_of_the_specification_is_a_problem() -> None:
    for path, methods in json.loads(specification())["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    content = next(iter(response["content"].values()))
                    assert content["schema"]["$ref"].endswith("/Problem"), (path, method, status)


def test_every_write_asks_for_an_idempotency_key() -> None:
    for path, methods in json.loads(specification())["paths"].items():
        for method, operation in methods.items():
            if method in ("post", "put", "patch", "delete") and "x-without-key" not in operation:
                names = {one["name"].lower() for one in operation.get("parameters", [])}
                assert "idempotency-key" in names, (method, path)

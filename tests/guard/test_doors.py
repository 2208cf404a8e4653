"""
Who may open which address: every address of the site × everybody who might come, against a table read by people.

`table.txt` has one row for each address and method, one sign for each visitor:

    +  served          s  sent on, an act done       -  refused: not yours (403)      x  refused: not like this (400, 409, 422, 503)
    >  to the log-in   0  nothing there (404)        m  no such method (405)

A new address fails here until somebody has written down who may open it. `ONEDOOR_WRITE_GUARD=1` writes what is; read
the change before you commit it.
"""

import os
import re
import uuid
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from onedoor.api.root import api
from onedoor.web.parts import entrance
from tests.guard.site import VISITORS, Address, addresses, build, methods_of
from tests.platform.library import LONG_AGO, Library

TABLE = Path(__file__).parent / "table.txt"
WRITES = "ONEDOOR_WRITE_GUARD" in os.environ
PUBLIC = Path(__file__).parent / "public.txt"


def rows() -> list[str]:
    return [f"{method} {one.name} {one.pattern}" for one in addresses() for method in methods_of(one)]


def table() -> dict[str, str]:
    """Return the signs by row, in the order of VISITORS."""
    if not TABLE.exists():
        return {}
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return {row: signs for signs, _, row in (line.partition("  ") for line in lines if line[:1] not in ("", "#"))}


def sign(client: Client, method: str, address: str) -> str:
    kept = {name: cookie.value for name, cookie in client.cookies.items()}
    with transaction.atomic():
        key = uuid.uuid4().hex
        sent = {"idempotency_key": key}
        headers = {"Idempotency-Key": key}
        if address.startswith("/api/"):
            answer = client.generic(method, address, b"{}", content_type="application/json", headers=headers)
        else:
            answer = client.get(address) if method == "GET" else client.post(address, sent, headers=headers)
        transaction.set_rollback(True)  # what is done at one door must not be there at the next, a log-out least of all
    client.cookies = SimpleCookie(kept)
    if answer.status_code == 302:
        return ">" if "/login/" in str(answer["Location"]) else "s"
    known = {200: "+", 201: "+", 401: ">", 403: "-", 404: "0", 405: "m", 400: "x", 409: "x", 422: "x", 503: "x"}
    assert answer.status_code in known, (method, address, answer.status_code)
    return known[answer.status_code]


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_address_answers_a_visitor_as_the_table_says(books: Library, visitor: str) -> None:
    # The clock travels and the database's does not: its health is tested with the clocks.
    drifting = mock.patch.object(entrance, "MOST_DRIFT", 10**12)
    with drifting, time_machine.travel(LONG_AGO, tick=False) as traveller:
        objects, browser = build(books, traveller)
        client = browser(visitor)
        found = {}
        for one in addresses():
            for method in methods_of(one):
                found[f"{method} {one.name} {one.pattern}"] = sign(client, method, one.filled(objects))
    column = VISITORS.index(visitor)
    if WRITES:
        write(column, found)
    expected = {row: signs[column] for row, signs in table().items()}
    assert found == expected


def write(column: int, found: dict[str, str]) -> None:
    known = table()
    lines = [f"# {' '.join(VISITORS)}"]
    for row in rows():
        signs = list(known.get(row, "?" * len(VISITORS)).ljust(len(VISITORS), "?"))
        signs[column] = found[row]
        lines.append(f"{''.join(signs)}  {row}")
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_table_has_every_address_and_no_other() -> None:
    assert list(table()) == rows()


def test_every_operation_of_the_api_is_reached() -> None:
    """Two routers with one path would hide each other's methods."""
    reached = {row for row, signs in table().items() if "api/v1/" in row and "m" not in signs}
    declared = {
        (method.upper(), re.sub(r"{(\w+)}", "<>", path.removeprefix("/")))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert declared <= {(row.split()[0], re.sub(r"<[^>]+>", "<>", row.split()[2])) for row in reached}


def test_nobody_unknown_gets_what_is_not_public() -> None:
    """Deny by default: an address is closed to who has not logged in unless it stands on the list of public ones."""
    public = set(PUBLIC.read_text(encoding="utf-8").split())
    opened = {row.split()[1] for row, signs in table().items() if signs[0] in "+s"}
    assert opened == public


def test_what_is_one_persons_is_closed_to_every_other_and_to_other_counties() -> None:
    private = ("drafts/", "cases/", "me/certificates/", "staff/cases/", "api/v1/drafts/", "api/v1/cases/<number>")
    sent_on = "GET reveal "  # to the page of the case, which is closed
    for row, signs in table().items():
        seen = dict(zip(VISITORS, signs, strict=True))
        if row.split(" ")[2].startswith(private) and not row.startswith(sent_on):
            # The API reads what was sent before it looks for the thing: a malformed body is told to anybody.
            closed = "0->mx" if "api/v1/" in row and not row.startswith("GET") else "0->m"
            assert seen["stranger"] in closed, row
            assert seen["elsewhere"] in closed, row


def test_addresses_are_found_with_their_parameters() -> None:
    one = Address("item", "items/<str:code>/check/<int:number>/")
    assert one.filled({"code": "a", "number": "1", "item.number": "2"}) == "/items/a/check/2/"


@pytest.fixture(autouse=True)
def quiet(settings: Any) -> None:
    settings.ONEDOOR_CHECKS_PER_MINUTE = 10_000
    settings.ONEDOOR_API_CALLS_PER_MINUTE = 10_000

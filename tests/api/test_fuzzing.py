"""
Requests made up from our own specification: whatever is sent by whomever, nothing breaks and every answer is as told.

Bounded, and the same every time; with `ONEDOOR_FUZZ=50` every operation gets fifty times as many.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation

from onedoor.api.oauth import ERRORS
from onedoor.api.problems import MEDIA_TYPE
from onedoor.api.root import api
from tests.docs.pages import DOCS, first_cells, prose
from tests.guard.site import VISITORS, build
from tests.guard.test_doors import table
from tests.platform.library import LONG_AGO, Library

TIMES = int(os.environ.get("ONEDOOR_FUZZ", "1"))
CSRF = "f" * 32
APP = get_wsgi_application()
SIGNS_OF_THE_LET_IN = "+x0s"
# Not held against it: what the law or the state of a case refuses is more than a schema says.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KINDS = {"citizen": VISITORS[1:3], "officer": VISITORS[3:-1], "system": VISITORS[-1:]}


def codes() -> set[str]:
    """Return every code a refusal may have, as docs list them."""
    return {code for page in ("api.md", "audit-events.md") for code in first_cells(prose(DOCS / page))}


def shown_by(client: Client) -> dict[str, dict[str, str]]:
    """Return the headers and cookies a browser or a system sends with every request to show who it is."""
    if "HTTP_AUTHORIZATION" in client.defaults:
        return {"headers": {"Authorization": str(client.defaults["HTTP_AUTHORIZATION"])}}
    if not client.cookies:
        return {}
    cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {"csrftoken": CSRF}
    return {"headers": {"X-CSRFToken": CSRF}, "cookies": cookies}


def let_in(kind: str) -> dict[tuple[str, str], str]:
    """Return by method and address who of a kind gets through its door, as the guard's table says; else the first one."""
    found = {}
    for row, signs in table().items():
        method, _, address = row.partition(" ")
        seen = dict(zip(VISITORS, signs, strict=True))
        inside = [one for one in KINDS[kind] if seen[one] in SIGNS_OF_THE_LET_IN]
        found[method, shape(address.rpartition(" ")[2])] = (inside or KINDS[kind])[0]
    return found


def shape(address: str) -> str:
    """Return an address without the names of its parameters, which router and specification write in two ways."""
    parts = ("<>" if part[:1] in ("<", "{") else part for part in address.strip("/").split("/"))
    return "/".join(parts)


def operations() -> Iterator[APIOperation]:
    specification = api.get_openapi_schema(path_prefix="/api/v1/")
    return (found.ok() for found in schemathesis.openapi.from_dict(specification).get_all_operations())


def made_up(operation: APIOperation, mode: GenerationMode, send: Callable[[Case, bool], None]) -> None:
    """Send a few requests of an operation: as the specification wants them, or wrong in some place."""

    @settings(
        max_examples=(2 if mode is GenerationMode.POSITIVE else 1) * TIMES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(mode), known=st.booleans())
    def run(case: Case, known: bool) -> None:
        send(case, known)

    try:
        run()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, operation.label  # nothing about it could be wrong


@pytest.fixture
def one_transaction(books: Library) -> Iterator[None]:
    """The test's own transaction outlives every request, as Django's test client arranges it for its own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("one_transaction")
def test_whatever_is_sent_is_answered_as_the_specification_says(books: Library, settings: Any) -> None:
    settings.ONEDOOR_API_CALLS_PER_MINUTE = settings.ONEDOOR_CHECKS_PER_MINUTE = 100_000
    listed, faults = codes(), list[str]()
    answered: dict[str, set[int]] = {kind: set() for kind in ("anonymous", *KINDS)}
    with time_machine.travel(LONG_AGO, tick=False) as traveller:
        objects, browser = build(books, traveller)
        clients = {name: browser(name) for name in ("anonymous", *VISITORS[1:])}
        through = {kind: let_in(kind) for kind in KINDS}
        for operation in operations():
            place = operation.method.upper(), shape(operation.full_path)
            callers = {"anonymous": "anonymous"} | {kind: through[kind][place] for kind in KINDS}

            def send(case: Case, existing: bool, callers: dict[str, str] = callers) -> None:
                if existing:
                    case.path_parameters |= {name: objects[name] for name in case.path_parameters if name in objects}
                for kind, who in list(callers.items()):
                    with transaction.atomic():
                        answer = case.call(base_url="http://localhost", app=APP, **shown_by(clients[who]))
                        transaction.set_rollback(True)
                    answered[kind].add(answer.status_code)
                    if answer.status_code in (401, 403):
                        del callers[kind]  # the same door need not be tried twice
                    # Here no gateway sends short messages; that it says so, in words and with a code, is no fault of ours.
                    unsent = answer.status_code == 503 and answer.json()["code"] == "messages.code_not_sent"
                    try:
                        case.validate_response(answer, checks=CHECKS[1:] if unsent else CHECKS)
                        check_refusal(answer, listed)
                    except (AssertionError, FailureGroup) as fault:
                        faults.append(f"{case.operation.label} as {who}: {fault}")

            for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
                made_up(operation, mode, send)
    assert not faults, "\n\n".join(faults)
    assert {200, 401, 422} <= answered["anonymous"]
    assert all({200, 403, 404, 422} <= answered[kind] for kind in KINDS)


def check_refusal(answer: Any, listed: set[str]) -> None:
    if answer.status_code < 400:
        return
    told = answer.json()
    if told.get("error") in {error for error, _ in ERRORS.values()}:  # RFC 6749 section 5.2 has a shape of its own
        assert told["code"] in listed
        return
    assert answer.headers["content-type"] == [MEDIA_TYPE]
    assert told["code"] in listed, told
    assert told["detail"]
    assert told["status"] == answer.status_code

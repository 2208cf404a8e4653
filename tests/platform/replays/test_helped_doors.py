"""An officer who helps somebody at the window acts as that person behind the same doors of the API as on the pages."""

import uuid
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from tests.api.inventory import COVERED
from tests.platform.replays.stage import API_RECIPES, RECIPES, Sent, Stage, set_out
from tests.platform.replays.test_hundred import arrive, call, changed, everything, stage
from tests.platform.replays.test_levels import API, CALLS

from onedoor.api.doors import Door
from onedoor.api.root import api
from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.kernel.actors import PROVED
from onedoor.web.parts.assisting import APPLYING

assert stage  # the fixture of the hundred arrivals
CARD = {"document": "resident_card", "method": "eye"}
# Of the pages of an application, but closed at the window; each with its reason.
PERSONS_OWN = {"uploads_list_uploads": "tells of all one has begun; the pages tell of one application at a time"}
LISTS = ["/cases", "/drafts", "/uploads", "/me/messages", "/me/certificates"]


@cache
def doors() -> dict[str, Door]:
    """Return the door of every operation, by the name the specification gives it."""
    found = {}
    for _, router in api._routers:
        for path in router.path_operations.values():
            for operation in path.operations:
                (door,) = operation.auth_callbacks or [None]
                assert door is None or isinstance(door, Door)
                if door is not None:
                    found[api.get_openapi_operation_id(operation)] = door
    return found


@cache
def names() -> dict[tuple[str, str], str]:
    """Return the name of every operation, by its method and path."""
    paths = api.get_openapi_schema()["paths"]
    return {
        (method, path): operation["operationId"]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


OPEN = {name for name, door in doors().items() if door.applicants}
PERSONAL = [key for key in CALLS if names()[key] not in OPEN and doors()[names()[key]].kind == "person"]


def test_a_helper_has_the_doors_of_the_pages_of_an_application_and_no_other() -> None:
    assert set(COVERED) >= APPLYING
    assert {one for page in APPLYING for one in COVERED[page]} - set(PERSONS_OWN) == OPEN
    assert set(PERSONS_OWN) <= {one for page in APPLYING for one in COVERED[page]}  # the list only shrinks


def test_every_operation_with_a_door_was_looked_at() -> None:
    assert set(names().values()) - set(doors()) == set()
    assert len(PERSONAL) > 20


@pytest.mark.parametrize(("method", "path"), PERSONAL)
def test_what_is_the_persons_alone_is_refused_to_the_helper(stage: Stage, method: str, path: str) -> None:
    sent = replace(set_out(API_RECIPES[method, path], stage), who="clerk")
    stage.help_reader(**CARD)
    clerk, before = stage.client(sent), everything()
    refused = call(clerk, method, sent, uuid.uuid4().hex)
    assert (refused.status_code, refused.json()["code"]) == (403, "onedoor.not_allowed")
    assert changed(before, everything()) == {"audit_auditentry"}  # the refusal
    assert AuditEntry.objects.latest("pk").role == "intake_clerk"  # not "assisted"


@pytest.mark.parametrize("page", ["hearing", "withdraw", "defence", "delivery", "commitment", "explain", "linked"])
def test_the_pages_refuse_it_too(stage: Stage, page: str) -> None:
    sent = replace(set_out(RECIPES[page], stage), who="clerk")
    stage.help_reader(**CARD)
    clerk, before = stage.client(sent), everything()
    assert arrive(stage, clerk, sent, idempotency_key=uuid.uuid4().hex).status_code in (403, 404)
    assert changed(before, everything()) == {"audit_auditentry"}


@pytest.mark.parametrize("path", LISTS)
def test_no_list_tells_a_helper_what_else_the_person_has(stage: Stage, path: str) -> None:
    stage.help_reader(**CARD)
    assert stage.client(Sent("reader", "")).get(API + path).status_code == 200
    answer = stage.client(Sent("clerk", "")).get(API + path)
    assert (answer.status_code, answer.json()["code"]) == (403, "onedoor.not_allowed")


@pytest.mark.parametrize("own", [1, 2, 3, 4])
def test_a_look_proves_the_person_no_less_and_no_more(stage: Stage, own: int) -> None:
    Person.objects.filter(pk=stage.books.reader.pk).update(assurance=own)
    stage.help_reader(**CARD)
    clerk: Any = replace(stage.books.officer("clerk"), login_id=Login.objects.get(username="clerk").pk)
    at = stage.books.reader.recorded_at
    filing = identity.assisted_filing(actor=clerk, at=at)
    assert filing is not None
    assert identity.assisted_person(filing=filing, actor=clerk, at=at).assurance == PROVED

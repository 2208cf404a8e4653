"""
The real-name level of an act: what a person sends is refused below the level it takes, and nothing is written.

Every write of a citizen, on the pages and in the API, has a recipe. It takes level 3, unless it stands in a list here.
"""

import inspect
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from tests.platform.replays.stage import API_RECIPES, RECIPES, Recipe, Sent, Stage, set_out
from tests.platform.replays.test_hundred import arrive, call, changed, everything, stage
from tests.sessions import prove

from onedoor.platform.cases.models import Action, Revocation
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.kernel.actors import MATCHED, PROVED

assert stage  # the fixture of the hundred arrivals
REGISTERED = 1  # a telephone number that answers
API = "/api/v1"
# Filling in and reading, and what only carries on an act that took the full level.
FILLING_IN = {
    *("start", "again", "draft_section", "draft_materials", "draft_changes", "draft_discard"),
    *("hand_in", "messages", "sessions", "password", "early_take"),
    ("post", f"{API}/early-drafts/opened/taking"),
    ("delete", f"{API}/me/sessions"),
    ("delete", f"{API}/drafts/{{draft_id}}/materials/{{material_id}}"),
    ("post", f"{API}/drafts/{{draft_id}}/materials/{{code}}/choice"),
    ("post", f"{API}/drafts/{{draft_id}}/uploads"),
    ("post", f"{API}/cases/{{number}}/uploads"),
    ("post", f"{API}/cases/{{number}}/supplement/materials"),
    ("post", f"{API}/uploads/{{upload_id}}/parts"),
    ("delete", f"{API}/uploads/{{upload_id}}"),
}
# Taking back has to be as easy as giving (Personal Information Protection Law art. 15).
TAKING_BACK = {"my_consents", ("post", f"{API}/me/delegations/{{delegation_id}}/revocation")}


def page_of(recipe: Recipe) -> str:
    """Return the name of the page an operation of the API is staged like, "" where it has a stage of its own."""
    return str(inspect.getclosurevars(recipe).nonlocals.get("page", ""))


def is_citizens(recipe: Recipe) -> bool:
    staged = RECIPES[page] if (page := page_of(recipe)) else recipe
    return re.search(r'\(\s*"(reader|friend)",', inspect.getsource(staged)) is not None


def level_of(name: Any, recipe: Recipe) -> int:
    names = {name, page_of(recipe)}
    return REGISTERED if names & FILLING_IN else MATCHED if names & TAKING_BACK else PROVED


PAGES = sorted(name for name, recipe in RECIPES.items() if is_citizens(recipe))
CALLS = sorted(key for key, recipe in API_RECIPES.items() if is_citizens(recipe))


def client_known_as(stage: Stage, sent: Sent, level: int) -> Client:
    Person.objects.filter(pk__in=[stage.books.reader.pk, stage.books.friend.pk]).update(assurance=level)
    return stage.client(sent)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_an_act_from_its_level_on_and_writes_nothing_below(stage: Stage, name: str) -> None:
    sent, level = set_out(RECIPES[name], stage), level_of(name, RECIPES[name])
    if level > REGISTERED:
        client, before = client_known_as(stage, sent, level - 1), everything()
        refused = arrive(stage, client, sent, idempotency_key=uuid.uuid4().hex)
        assert refused.status_code == 403
        assert "再验证一次身份" in refused.content.decode()
        assert changed(before, everything()) == {"audit_auditentry"}  # the refusal
    taken = arrive(stage, client_known_as(stage, sent, level), sent, idempotency_key=uuid.uuid4().hex)
    assert taken.status_code in (200, 302), taken.content.decode()[:4000]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_takes_an_act_from_its_level_on_and_writes_nothing_below(stage: Stage, method: str, path: str) -> None:
    recipe = API_RECIPES[method, path]
    sent, level = set_out(recipe, stage), level_of((method, path), recipe)
    if level > REGISTERED:
        client, before = client_known_as(stage, sent, level - 1), everything()
        refused = call(client, method, sent, uuid.uuid4().hex)
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.assurance_too_low")
        assert changed(before, everything()) == {"audit_auditentry"}
    taken = call(client_known_as(stage, sent, level), method, sent, uuid.uuid4().hex)
    assert taken.status_code in (200, 201, 202, 204), taken.content.decode()


def test_each_face_has_its_acts_of_citizens() -> None:
    assert len(PAGES) > 25
    assert len(CALLS) > 30
    assert {name for name in FILLING_IN | TAKING_BACK if isinstance(name, str)} <= set(PAGES)
    assert {key for key in FILLING_IN | TAKING_BACK if isinstance(key, tuple)} <= set(CALLS)


def test_what_was_typed_is_handed_in_after_the_second_proof(stage: Stage) -> None:
    sent = set_out(RECIPES["defence"], stage)
    client = Client()
    login = Login.objects.get(person=stage.books.reader)
    client.force_login(login, backend="onedoor.platform.identity.backends.AccountBackend")  # by one proof
    refused = arrive(stage, client, sent, idempotency_key=uuid.uuid4().hex)
    page = refused.content.decode()
    assert refused.status_code == 403
    assert "替您留着" in page
    way = re.search(r'href="(/login/step-up/[^"]+)"', page)
    assert way is not None
    prove(client, factors=["code"])
    proved = client.post(way[1].replace("&amp;", "&"), {"password": "x" * 12, "next": "/login/held/"})
    assert proved.headers["Location"] == "/login/held/"
    kept = client.get("/login/held/").content.decode()
    assert sent.fields["statement"] in kept
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', kept))
    assert client.post(sent.url, fields).status_code == 302
    assert Action.objects.filter(kind="state_defence").count() == 1
    assert Revocation.objects.get().statement == sent.fields["statement"]

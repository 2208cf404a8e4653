"""
The real-name level of an act: what a person sends is refused below the level it takes, and nothing is written.

Every write of a citizen, on the pages and in the API, has a recipe. It takes level 3, unless it stands in a list here.
"""

import html
import inspect
import re
import uuid
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from tests.platform.library import FRIEND, READER
from tests.platform.replays.stage import API_RECIPES, RECIPES, Recipe, Sent, Stage, form, set_out
from tests.platform.replays.test_hundred import arrive, call, changed, everything, stage
from tests.sessions import noted, prove

from onedoor.platform.identity.models import Login, Person
from onedoor.platform.kernel.actors import MATCHED, PROVED

assert stage  # the fixture of the hundred arrivals
REGISTERED = 1  # a telephone number that answers
AT_WINDOW = 4
API = "/api/v1"
PASSWORD = "x" * 12
# Filling in and reading, and what only carries on an act that took the full level.
FILLING_IN = {
    *("start", "again", "draft_section", "draft_materials", "draft_changes", "draft_discard"),
    "paper_form",
    ("post", f"{API}/paper-forms"),
    *("hand_in", "messages", "outside_accounts", "sessions", "password", "early_take"),
    *("rate_case", "rate_case_again"),  # an opinion has no effect in law
    *("bundle", "bundle_choose", "bundle_section", "bundle_papers", "bundle_discard", "bundle_case"),
    "fee",  # what is owed is fixed by the list: opening it again, or having it looked after, decides nothing
    ("post", f"{API}/fees/{{number}}/renewal"),
    ("post", f"{API}/fees/{{number}}/inquiry"),
    *("unsolved_new", "unsolved"),  # what cannot be got done is told by anybody
    ("post", f"{API}/complaints/papers"),
    ("post", f"{API}/me/unsolved-matters/{{number}}/papers"),
    "offers",
    ("put", f"{API}/me/proactive-checks"),
    ("post", f"{API}/me/offers/{{offer_id}}/refusal"),
    ("post", f"{API}/me/offers/{{offer_id}}/contest"),
    ("post", f"{API}/bundles/{{code}}/cases"),
    ("put", f"{API}/me/bundles/{{bundle_id}}/members"),
    ("put", f"{API}/me/bundles/{{bundle_id}}/sections/{{section}}"),
    ("post", f"{API}/me/bundles/{{bundle_id}}/materials"),
    ("delete", f"{API}/me/bundles/{{bundle_id}}/materials/{{paper_id}}"),
    ("post", f"{API}/me/bundles/{{bundle_id}}/reports"),
    ("delete", f"{API}/me/bundles/{{bundle_id}}"),
    *("ask", "conversation", "subscriptions"),
    "spoken_search",  # what is spoken is only put into words
    ("post", f"{API}/dictations"),
    ("post", f"{API}/me/subscriptions"),
    ("delete", f"{API}/me/subscriptions/{{subscription_id}}"),
    ("post", f"{API}/conversations"),
    ("post", f"{API}/conversations/{{conversation_id}}/questions"),
    ("post", f"{API}/early-drafts/opened/taking"),
    ("delete", f"{API}/me/sessions"),
    ("delete", f"{API}/drafts/{{draft_id}}/materials/{{material_id}}"),
    ("delete", f"{API}/drafts/{{draft_id}}/signers/{{signatory_id}}"),
    ("post", f"{API}/drafts/{{draft_id}}/materials/{{code}}/choice"),
    ("post", f"{API}/drafts/{{draft_id}}/uploads"),
    ("post", f"{API}/cases/{{number}}/uploads"),
    ("post", f"{API}/cases/{{number}}/supplement/materials"),
    ("post", f"{API}/uploads/{{upload_id}}/parts"),
    ("delete", f"{API}/uploads/{{upload_id}}"),
    # a place in line is no act of law (unified identity, 9.2)
    *("appointment_times", "appointment_slot", "booking", "booking_move", "my_appointments"),
    ("post", f"{API}/appointments/bookings/{{booking_id}}/cancellation"),
    ("post", f"{API}/appointments/bookings/{{booking_id}}/check-in"),
    ("post", f"{API}/appointments/offices/{{plan_id}}/days/{{day}}/waiting"),
}
# Taking back has to be as easy as giving (Personal Information Protection Law art. 15).
# Ends what others have been given, all at once: who was seen in person.
AT_WINDOW_ONLY = {("post", f"{API}/me/organizations/{{entity_id}}/reset")}
TAKING_BACK = {
    "my_real_name",  # leads to a higher level, so it takes the one below
    ("post", f"{API}/me/operators/{{operator_id}}/suspension"),
    ("delete", f"{API}/me/operators/{{operator_id}}"),
    "my_consents",
    "offers",
    ("put", f"{API}/me/proactive-checks"),
    ("post", f"{API}/me/delegations/{{delegation_id}}/revocation"),
    ("post", f"{API}/me/delegations/{{delegation_id}}/revocation"),
    ("delete", f"{API}/me/email"),
    ("delete", f"{API}/me/wechat"),
    ("delete", f"{API}/me/push-devices/{{device_id}}"),
}


def page_of(recipe: Recipe) -> str:
    """Return the name of the page an operation of the API is staged like, "" where it has a stage of its own."""
    return str(inspect.getclosurevars(recipe).nonlocals.get("page", ""))


def is_citizens(recipe: Recipe) -> bool:
    staged = RECIPES[page] if (page := page_of(recipe)) else recipe
    return re.search(r'\(\s*"(reader|friend)",', inspect.getsource(staged)) is not None


def level_of(name: Any, recipe: Recipe) -> int:
    names = {name, page_of(recipe)}
    if names & AT_WINDOW_ONLY:
        return AT_WINDOW
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


def by_one_proof(sent: Sent, level: int) -> Client:
    """Return the browser of somebody who has come in by a code alone, and is not known surely enough for the act."""
    person = Person.objects.get(name=(READER if sent.who == "reader" else FRIEND).name)
    login = Login.objects.get(person=person)
    login.set_password(PASSWORD)
    login.save(update_fields=["password"])
    Person.objects.filter(pk=person.pk).update(assurance=REGISTERED if level == MATCHED else PROVED)
    client = Client()
    client.cookies.load(sent.cookies)
    client.force_login(login, backend="onedoor.platform.identity.backends.AccountBackend")
    return noted(prove(client, factors=["code"], **sent.session), login)


def raise_level(client: Client, page: str, level: int) -> str:
    """Go the way the refusal shows, and return where it leads."""
    way = re.search(r'href="(/login/step-up/[^"]+)"', page)
    assert way is not None
    if level == MATCHED:  # by the window, whose check of name and number no second proof replaces
        Person.objects.update(assurance=MATCHED)
        return dict(parse_qsl(urlsplit(html.unescape(way[1])).query))["next"]
    proved = client.post(html.unescape(way[1]), {"password": PASSWORD, "next": "/login/held/"})
    return str(proved.headers["Location"])


def kept_form(page: str) -> tuple[str, list[tuple[str, str]]]:
    """Return where a kept form is handed in, and its fields."""
    form = re.search(r'<form method="post" action="([^"]*)">((?:(?!</form>).)*)现在提交', page, re.DOTALL)
    assert form is not None, page
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2])
    return html.unescape(form[1]), [(name, html.unescape(value)) for name, value in fields]


@pytest.mark.parametrize("name", [name for name in PAGES if level_of(name, RECIPES[name]) > REGISTERED])
def test_what_was_typed_is_kept_and_handed_in_after_the_second_proof(stage: Stage, name: str) -> None:
    sent, level = set_out(RECIPES[name], stage), level_of(name, RECIPES[name])
    client = by_one_proof(sent, level)
    before = everything()
    refused = arrive(stage, client, sent, idempotency_key=uuid.uuid4().hex)
    assert refused.status_code == 403
    page = refused.content.decode()
    assert "替您留着" in page
    assert changed(before, everything()) == {"audit_auditentry"}
    where = raise_level(client, page, level)
    assert where == "/login/held/"
    kept = client.get(where).content.decode()
    path, fields = kept_form(kept)
    assert path == sent.url
    typed = {field: value for field, value in sent.fields.items() if not isinstance(value, bytes)}
    files = {field: value for field, value in sent.fields.items() if isinstance(value, bytes)}
    for field, value in typed.items():
        assert [found for named, found in fields if named == field] == [
            str(one) for one in (value if isinstance(value, list) else [value])
        ]
    assert ("选好的照片或文件没有保存" in kept) == bool(files)
    again: dict[str, Any] = {}
    for field, value in fields:
        again.setdefault(field, []).append(value)
    before = everything()
    taken = client.post(path, form({**again, **files}))  # a file is chosen once more
    assert taken.status_code in (200, 302), taken.content.decode()[:4000]
    assert changed(before, everything()) > {"audit_auditentry"}
    assert client.get("/login/held/").status_code == 302  # it is kept once

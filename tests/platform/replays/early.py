"""A form filled in before logging in: what its pages and a program send, with the pass that opening it gave."""

from typing import Any

from tests.journeys.conftest import photo
from tests.platform.library import COUNTY, ITEM, READER
from tests.platform.replays.citizen import TYPED
from tests.platform.replays.machines import API
from tests.platform.replays.machines_more import operation
from tests.platform.replays.stage import AT, Sent, Stage, picture, sends

from onedoor.platform.cases import operations
from onedoor.platform.identity import logins
from onedoor.platform.kernel.actors import Actor
from onedoor.web.citizen.early import PASS_KEY

PHONE = "13911112222"
ANSWERS = {"name": READER.name, "id_number": READER.id_number, "student": False, "books": []}


def opened() -> str:
    """Return the pass of a form just begun."""
    code = logins.issue_phone_code(phone=PHONE, at=AT)
    return operations.begin_early_draft(
        item_code=ITEM, division=COUNTY, phone=PHONE, one_time_code=code, actor=Actor.anonymous(), at=AT
    ).key


def on_page(who: str, path: str, fields: dict[str, Any] | None = None) -> Sent:
    return Sent(who, f"/early/draft/{path}", fields or {}, session={PASS_KEY: opened()})


def called(who: str, path: str = "", fields: dict[str, Any] | None = None) -> Sent:
    return Sent(who, f"{API}/early-drafts/opened{path}", fields or {}, headers={"X-Draft-Pass": opened()})


@sends("early_section")
def section(stage: Stage) -> Sent:
    return on_page("", "s/reader/", TYPED | {"revision": 1})


@sends("early_papers")
def papers(stage: Stage) -> Sent:
    return on_page("", "papers/", {"file_photo": picture("先传的照片")})


@sends("early_discard")
def discard(stage: Stage) -> Sent:
    return on_page("", "discard/")


@sends("early_take")
def take(stage: Stage) -> Sent:
    return on_page("reader", "take/")


@operation("/early-drafts/opened/sections/{section}", "put")
def save_section(stage: Stage) -> Sent:
    return called("", "/sections/reader", {"revision": 1, "answers": ANSWERS})


@operation("/early-drafts/opened/materials")
def add_material(stage: Stage) -> Sent:
    return called("", "/materials", {"code": "photo", "file": picture("先传的照片")})


@operation("/early-drafts/opened/materials/{paper_id}", "delete")
def remove_material(stage: Stage) -> Sent:
    key = opened()
    paper = operations.add_early_paper(
        key=key, material="photo", content=photo("先传的").read(), name="a.jpg", actor=Actor.anonymous(), at=AT
    )
    return Sent("", f"{API}/early-drafts/opened/materials/{paper.pk}", headers={"X-Draft-Pass": key})


@operation("/early-drafts/opened", "delete")
def discard_opened(stage: Stage) -> Sent:
    return called("")


@operation("/early-drafts/opened/taking")
def take_opened(stage: Stage) -> Sent:
    return called("reader", "/taking")

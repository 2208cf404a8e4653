"""A refusal's `type` leads to a page that stands, to the line of its own code."""

import re
from html.parser import HTMLParser
from urllib.parse import urldefrag

import pytest
from django.test import Client

from onedoor.api.codes import NEXT, OWN_STATUS, codes
from onedoor.api.problems import OWN, TITLES
from tests.docs.test_audit_events import refusal_codes

# Refusals of a management command; no operation of the API gives them, and a web process does not load them.
OF_COMMANDS = {"keys.in_use", "keys.index_change_open"}


class Anchors(HTMLParser):
    """The ids of a page, each with the text of its element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.now = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.now = dict(attrs).get("id") or ""
            self.found.setdefault(self.now, "")

    def handle_data(self, data: str) -> None:
        if self.now:
            self.found[self.now] += data


@pytest.fixture
def anchors(client: Client, db: None) -> dict[str, str]:
    answer = client.get("/api/v1/docs/codes")
    assert answer.status_code == 200
    return Anchors(answer.content.decode()).found


def test_every_code_that_an_operation_may_answer_stands_on_the_page(anchors: dict[str, str]) -> None:
    assert (refusal_codes() | set(OWN)) - set(anchors) <= OF_COMMANDS
    for one in codes():
        told = anchors[one.code]
        assert all(str(status) in told for status in one.statuses)
        assert all(sentence in told and len(sentence) > 4 for sentence in one.sentences)
        assert "{" not in told


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/v1/me/messages", "onedoor.not_logged_in"),
        ("GET", "/api/v1/no-such-address", "onedoor.no_such_address"),
        ("DELETE", "/api/v1/items", "onedoor.no_such_method"),
        ("GET", "/api/v1/items/no.such.item", "catalog.item_not_found"),
    ],
)
def test_the_type_of_a_refusal_leads_to_its_line(
    client: Client, anchors: dict[str, str], method: str, path: str, code: str
) -> None:
    refusal = client.generic(method, path).json()
    page, anchor = urldefrag(refusal["type"])
    assert client.get(page).status_code == 200
    assert (refusal["code"], anchor) == (code, code)
    assert re.search(rf"{code}\s*{refusal['status']}", anchors[anchor])


def test_the_page_says_for_every_status_what_a_program_does_next(anchors: dict[str, str]) -> None:
    given = {status for one in codes() for status in one.statuses} | set(TITLES)
    assert given == set(NEXT)
    assert set(OWN_STATUS) == set(OWN)
    for status, told in NEXT.items():
        assert told in anchors[str(status)]
        assert TITLES[status][0] in anchors[str(status)]

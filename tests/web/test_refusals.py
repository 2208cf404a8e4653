"""What a person reads when something does not go: what happened, what is kept, and a way on."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db


def way_on(page: str) -> bool:
    return page.count("<h1>") == 1 and "12349" in page and 'class="button' in page and "components" in page


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html", "parts/offline.html"])
def test_a_page_that_stands_alone_needs_neither_person_nor_database(name: str) -> None:
    assert way_on(render_to_string(name))


@override_settings(DEBUG=False)
def test_an_address_that_is_not_there_offers_the_search(client: Client) -> None:
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert way_on(answer.content.decode())
    assert 'role="search"' in answer.content.decode()


def test_a_stale_form_gets_a_page_of_the_house() -> None:
    answer = Client(enforce_csrf_checks=True).post("/appearance/", {"elder": "on"})
    assert answer.status_code == 403
    assert way_on(answer.content.decode())


def test_a_look_that_is_refused_does_not_talk_of_what_was_filled_in(client: Client) -> None:
    answer = client.get("/notices/999/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "没有找到" in page
    assert "没有办理" not in page
    assert way_on(page.replace("button button--plain", "button"))

"""The ten services on the first page: each leads somewhere, also where nothing can be handled online yet."""

from django.test import Client
from tests.platform import library
from tests.platform.library import Library

from onedoor.web.citizen.services import SERVICES


def test_every_service_has_a_page_with_its_items_or_a_way_on(books: Library) -> None:
    client = Client()
    home = client.get("/").content.decode()
    assert len(SERVICES) == 10
    for one in SERVICES:
        assert f'href="/services/{one.code}/"' in home
        page = client.get(f"/services/{one.code}/").content.decode()
        assert one.title in page
        assert "tel:12349" in page
    assert client.get("/services/library/").status_code == 404


def test_a_service_lists_its_items_and_counts_them_on_the_first_page(books: Library) -> None:
    from datetime import date

    one = library.item(code="marriage.register", title="结婚登记", line="marriage")
    library.publish(one, valid_from=date(2026, 7, 1))
    client = Client()
    assert "结婚登记" in client.get("/services/marriage/").content.decode()
    assert "可网上办 1 项" in " ".join(client.get("/").content.decode().split())
    assert ">Marriage<" in Client(headers={"cookie": "lang=en"}).get("/services/marriage/").content.decode()

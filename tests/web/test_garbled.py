"""A NUL in an address or a form is refused with a page; on PostgreSQL it would break the query."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/search/?q=%00a", "/place/?q=a%00", "/search/?%00=a", "/check/%00/", "/items/a%00b/"]
)
def test_in_an_address(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 400
    assert "发来的内容不完整" in answer.content.decode()


def test_in_a_form() -> None:
    assert Client().post("/login/", {"username": "a\x00b", "password": "x"}).status_code == 400

"""我的: a room adds its card by itself, and a card with nothing to show is not there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from onedoor.platform.kernel.actors import Actor
from onedoor.web.parts import my_page
from onedoor.web.parts.my_page import Card, cards_of, register

AT = datetime(2026, 9, 1, tzinfo=UTC)
SOMEBODY = Actor(kind="citizen", name="", person_id=1)


def card(code: str, told: dict[str, Any], **more: Any) -> Card:
    return Card(code, "side", f"{code}.html", lambda actor, at: told, **more)


def test_cards_stand_in_their_order_and_empty_ones_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_page, "_cards", {})
    register(card("later", {"n": 1}, order=90))
    register(card("first", {"n": 2}, order=10))
    register(card("nothing", {}))
    shown = cards_of(actor=SOMEBODY, at=AT)
    assert [one.template for one in shown["side"]] == ["first.html", "later.html"]
    assert (shown["now"], shown["main"]) == ([], [])


def test_one_code_is_one_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_page, "_cards", {})
    one = card("one", {})
    register(one)
    register(one)
    with pytest.raises(ValueError, match="one"):
        register(card("one", {"other": True}))

"""
The cards of 我的: whoever has something of a person's own adds it here, so that one page holds all of it.

A card is registered in `AppConfig.ready` of the face it belongs to: where it stands, what it is drawn with, and a function
that gathers what it shows for the person, or nothing, and then the card is not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from onedoor.platform.kernel.actors import Actor

Place = Literal["now", "main", "side"]  # what I must do now; what goes on; what I have
Gather = Callable[[Actor, datetime], Mapping[str, Any]]


@dataclass(frozen=True)
class Card:
    """`template` is included with what `gather` returns as `told`; among the cards of a place the smaller `order` stands first."""

    code: str
    place: Place
    template: str
    gather: Gather
    order: int = 100


@dataclass(frozen=True)
class Shown:
    template: str
    told: Mapping[str, Any]


_cards: dict[str, Card] = {}


def register(card: Card) -> None:
    """Add a card to the page; registering it again changes nothing."""
    if card.code in _cards and _cards[card.code] != card:
        raise ValueError(f"a card {card.code} is registered already")
    _cards[card.code] = card


def cards_of(*, actor: Actor, at: datetime) -> dict[str, list[Shown]]:
    """Return by place the cards that have something to show to this person."""
    found: dict[str, list[Shown]] = {"now": [], "main": [], "side": []}
    gathered = {
        gather: gather(actor, at) for gather in {card.gather for card in _cards.values()}
    }  # once for all its cards
    for card in sorted(_cards.values(), key=lambda one: (one.order, one.code)):
        told = gathered[card.gather]
        if told:
            found[card.place].append(Shown(card.template, told))
    return found

"""What bundles, offers, benefits, payments received, bookings, fees and ratings add to 我的."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from onedoor.platform.appointments import queries as appointments
from onedoor.platform.bundles import queries as bundles
from onedoor.platform.feedback import queries as feedback
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.payments import queries as payments
from onedoor.platform.registers import entitlements
from onedoor.platform.registers import queries as registers
from onedoor.web.parts.my_page import Card, register

LATEST = 3  # payments on the card


def own_bundles(actor: Actor, at: datetime) -> Mapping[str, Any]:
    """The bundles, and their members whose turn has come and that wait for the person."""
    found = bundles.my_bundles(actor=actor, at=at)
    waiting = [(case, member) for case in found for member in case.members.all() if member.state == "to_complete"]
    return {"bundles": found, "waiting": waiting} if found else {}


def open_offers(actor: Actor, at: datetime) -> Mapping[str, Any]:
    found = [one for one in bundles.my_offers(actor=actor, at=at) if one.is_open]
    return {"offers": found} if found else {}


def benefits(actor: Actor, at: datetime) -> Mapping[str, Any]:
    found = entitlements.own_entitlements(actor=actor, on=day_of(at))
    return {"benefits": found} if found else {}


def received(actor: Actor, at: datetime) -> Mapping[str, Any]:
    found = registers.own_payments(actor=actor, on=day_of(at))
    return {"payments": found[:LATEST]} if found else {}


def bookings(actor: Actor, at: datetime) -> Mapping[str, Any]:
    """Places held until they are confirmed, and bookings; drawn without any too: the card leads to where one is made."""
    coming = appointments.coming_bookings(actor=actor, at=at)
    return {"held": [one for one in coming if one.is_held], "booked": [one for one in coming if one.is_booked]}


def unpaid(actor: Actor, at: datetime) -> Mapping[str, Any]:
    found = payments.unpaid_fees(actor=actor)
    return {"fees": found} if found else {}


def to_rate(actor: Actor, at: datetime) -> Mapping[str, Any]:
    found = feedback.cases_to_rate(actor=actor, on=day_of(at), most=3)
    return {"cases": found} if found else {}


def open_tickets(actor: Actor, at: datetime) -> Mapping[str, Any]:
    found = feedback.own_tickets(actor=actor, on=day_of(at), open_only=True)
    return {"tickets": found} if found else {}


def add() -> None:
    register(Card("appointments.held", "now", "citizen/cards/held_places.html", bookings, order=10))
    register(Card("payments.unpaid", "now", "citizen/cards/fees.html", unpaid, order=15))
    register(Card("feedback.to_rate", "now", "citizen/cards/to_rate.html", to_rate, order=90))
    register(Card("appointments.bookings", "side", "citizen/cards/bookings.html", bookings, order=20))
    register(Card("bundles.turns", "now", "citizen/cards/turns.html", own_bundles, order=20))
    register(Card("bundles.offers", "now", "citizen/cards/offers.html", open_offers, order=30))
    register(Card("bundles.cases", "main", "citizen/cards/bundles.html", own_bundles, order=10))
    register(Card("feedback.tickets", "main", "citizen/cards/tickets.html", open_tickets, order=50))
    register(Card("registers.benefits", "side", "citizen/cards/benefits.html", benefits, order=10))
    register(Card("registers.payments", "side", "citizen/cards/payments.html", received, order=11))

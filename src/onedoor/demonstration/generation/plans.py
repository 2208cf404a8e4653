"""What is to be invented, in plain values that travel between processes; imports no Django."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Officer:
    """Who acted, as an action remembers it."""

    login_id: int
    post_id: int
    name: str
    role: str
    organization_id: int
    organization_name: str


@dataclass(frozen=True)
class Town:
    code: str
    name: str
    organization_id: int
    officers: tuple[Officer, ...]  # as organs.TOWN_ROLES


@dataclass(frozen=True)
class Place:
    """A county with its organ, its approver and its townships."""

    code: str
    name: str
    uscc: str
    organization_id: int
    approver: Officer
    towns: tuple[Town, ...]


@dataclass(frozen=True)
class Share:
    """The part of the cases that falls to one county."""

    place: Place
    cases: int
    first_case: int  # ids
    first_person: int


@dataclass(frozen=True)
class Plan:
    """The same plan on the same day gives the same people and cases."""

    cases: int
    within: str = ""  # a division: only there; "" is the whole country
    days: int = 120  # cases handed in during so many days before today
    seed: int = 20260000
    processes: int = 2

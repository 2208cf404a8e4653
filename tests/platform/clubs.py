"""An invented club that applies for books: its representative is the reader, its operator the friend, the next one another."""

from datetime import date
from typing import Any

from tests.platform.desks import Desk
from tests.platform.library import (
    COUNTY,
    FRIEND,
    LONG_AGO,
    MACHINE,
    READER,
    SHELF,
    TOWN,
    Library,
    open_to_organizations,
)

from onedoor.demonstration.cast import Citizen, credit_code
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Delegation, LegalEntity, Person

USCC = credit_code("51", COUNTY, "MJ000301")
NAME = "朝阳区读书会"
SUCCESSOR = Citizen("successor", "赵六", date(1988, 3, 4), 43)
MINE = "/me/organizations/"


def open_accounts(books: Library) -> Person:
    """Give the friend and the next representative accounts of their own; return the latter."""
    person = identity.ensure_person(
        name=SUCCESSOR.name, id_number=SUCCESSOR.id_number, division=TOWN, actor=MACHINE, at=LONG_AGO
    )
    identity.verify_person(person_id=person.pk, assurance=3, method="测试", actor=MACHINE, at=LONG_AGO)
    for one, phone in ((books.reader, "13800000000"), (books.friend, "13800000001"), (person, "13800000002")):
        identity.open_citizen_login(person_id=one.pk, phone=phone, password="x" * 12, actor=MACHINE, at=LONG_AGO)
    books.others["successor"] = person
    return person


def register(representative: Citizen = READER, **changes: Any) -> LegalEntity:
    """Let the register name the representative of the club."""
    usual: dict[str, Any] = {
        "uscc": USCC,
        "name": NAME,
        "representative": (representative.name, representative.id_number),
        "since": date(2026, 8, 1),
        "division": TOWN,
        "source": "登记机关",
        "document": "",
        "actor": MACHINE,
        "at": LONG_AGO,
    }
    return identity.record_entity(**usual | changes)


def bound(books: Library) -> LegalEntity:
    """Return the club, its account taken over by the reader; the item for organizations is open."""
    open_to_organizations(books)
    open_accounts(books)
    register()
    return identity.bind_entity(uscc=USCC, actor=books.citizen(), at=LONG_AGO)


def terms(**changes: Any) -> dict[str, Any]:
    """Return the form by which the friend is authorized."""
    usual = {
        "name": FRIEND.name,
        "id_number": FRIEND.id_number,
        "role": "org_operator",
        "items": [SHELF],
        "scopes": ["view", "submit"],
        "valid_to": "2027-02-28",
    }
    return usual | changes


def at_the_window(**changes: Any) -> dict[str, Any]:
    """Return the form of the window by which the next representative is given the account."""
    usual = {
        "uscc": USCC,
        "name": NAME,
        "division": TOWN,
        "document": "社会团体法人登记证书",
        "representative_name": SUCCESSOR.name,
        "representative_id_number": SUCCESSOR.id_number,
        "since": "2026-11-02",
    }
    return usual | changes


def appoint(desk: Desk, entity: LegalEntity, **changes: Any) -> Delegation:
    """Let the reader authorize the friend through the page."""
    desk.act("reader", f"{MINE}{entity.pk}/people/", **terms(**changes))
    return Delegation.objects.get(principal=entity.party)


def apply_for_books(desk: Desk, who: str, entity: LegalEntity) -> str:
    """Apply as the club through the pages; return the number of the case."""
    begun = desk.post(who, f"/items/{SHELF}/start/", applicant=entity.pk)
    assert begun.status_code == 302, begun.content.decode()
    url = begun["Location"]
    desk.act(who, f"{url}s/club/", name=NAME, uscc=USCC, copies="30", revision="1")
    review = desk.get(who, f"{url}review/")
    assert review.status_code == 200
    revision = review.context["draft"].revision
    sent = desk.post(who, f"{url}review/", revision=revision)
    assert sent.status_code == 302, sent.context["problems"]
    return str(sent["Location"].strip("/").split("/")[1])

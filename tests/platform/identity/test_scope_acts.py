"""Every act within reach: what an administrator or clerk does to somebody else's account, post or organ stops at the border."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.platform.identity.conftest import AT
from tests.platform.identity.test_scope import EVERYTHING, OTHER_COUNTY
from tests.platform.library import COUNTY, MACHINE, NATION, TOWN, Library

import onedoor.platform
from onedoor.platform.audit.models import QuerySuspension
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import (
    AccountReset,
    DeathStatement,
    Guardianship,
    Login,
    Post,
    ServicePoint,
    Unit,
)
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, NotFound, OneDoorError

COUNTY_REACH = (("110105000000", "110106000000"),)
DAY = AT.date()
# These parameters name something that lies somewhere.
PLACED = frozenset(
    {
        "login_id",
        "username",
        "person_id",
        "post_id",
        "deputy_id",
        "organization_id",
        "unit_id",
        "absence_id",
        "reset_id",
        "statement_id",
        "service_point_id",
    }
    | {"guardianship_id", "suspension_id", "ended", "successors", "division", "parent", "code", "successions"}
    | {"ward", "principal", "id_number", "delegation_id", "session_id", "consent_id", "ward_id"}
)
# These take no officer's place into account, each for its reason; the list only shrinks.
ANYWHERE = {
    "reset_citizen": "the person stands at the window with the document; people may go to any window",
    "admit_at_window": "the person stands at the window with the document; people may go to any window",
    "verify_at_window": "the person stands at the window with the document; people may go to any window",
    "begin_assisting": "the person stands at the window and signs; the paper is kept",
    "record_guardianship": "both stand at the window; the paper is kept",
    "record_delegation": "both stand at the window before a witness; the photo is kept",
    "ensure_person": "makes somebody known as declared, level 0; changes nobody who is known",
    "set_password": "one's own account only",
    "begin_session": "one's own account only, after the log-in",
    "end_session": "one's own sessions only",
    "give_consent": "one's own, or by mandate",
    "revoke_consent": "one's own only",
    "confirm_delegation": "the principal's own only",
    "revoke_delegation": "the principal's or the agent's own only",
    "give_back_delegation": "called by the undoing of a submission, after it was looked at whose it is",
    "use_delegation": "called by the submission, after the mandate was looked at",
    "record_opinion": "a guardian's own ward only",
    "count_refusal": "counts the actor's own looks",
    **dict.fromkeys(
        ("appoint_operator", "confirm_operator", "drop_operator", "renew_operator", "suspend_operator"),
        "an organization's own people only",
    ),
}
# Rooms above identity whose acts name an account, a post or an organ.
ALSO = ("platform.audit.suspensions", "platform.catalog.operations.offerings")


class Place:
    """One county with what administrators act on in it; what they are given there, by the name of the parameter."""

    def __init__(self, library: Library) -> None:
        self.library = library
        organ = library.organs[COUNTY]
        self.organ = organ
        self.clerk = Post.objects.get(pk=library.posts["clerk"])
        self.colleague = Post.objects.get(pk=library.posts["second_clerk"])
        recorded: dict[str, Any] = {"recorded_at": AT, "recorded_by": "测试"}
        self.unit = Unit.objects.create(organization=organ, name="综合科", **recorded)
        self.point = ServicePoint.objects.create(
            organization=organ, kind="hall", name="大厅", address="1 号", **recorded
        )
        self.away = identity.record_absence(
            post_id=self.colleague.pk,
            deputy_id=self.clerk.login_id,
            first_day=DAY + timedelta(days=40),
            last_day=DAY + timedelta(days=50),
            actor=MACHINE,
            at=AT,
        )
        self.waiting = identity.appoint_officer(
            login_id=Post.objects.get(pk=library.posts["surveyor"]).login_id,
            organization_id=organ.pk,
            role="approver",
            division=COUNTY,
            lines=[],
            valid_from=DAY,
            actor=own_actor(self, "sysadmin"),
            at=AT,
        )
        identity.reset_officer(
            username="auditor",
            witness_note="本人持工作证到场，核对一致。",
            actor=library.officer("secadmin"),
            at=AT,
        )
        self.reset = AccountReset.objects.get()
        library.reader.division_id = TOWN
        library.reader.save(update_fields=["division"])
        self.guardianship = Guardianship.objects.create(
            ward=library.reader,
            guardian=library.friend,
            basis="court",
            document="测试",
            valid_from=DAY,
            **recorded,
        )
        self.death = DeathStatement.objects.create(
            person=library.friend,
            kind="death",
            paper="medical",
            paper_number="D110012345",
            issued_by="朝阳医院",
            died_on=DAY,
            division=TOWN,
            organization=organ,
            stated_by_id=self.clerk.login_id,
            stated_at=AT,
        )
        self.suspension = QuerySuspension.objects.create(
            login_id=self.clerk.login_id,
            officer_name="测试",
            organization_name="测试",
            division=TOWN,
            line="library",
            looks=51,
            suspended_at=AT,
        )
        client: dict[str, Any] = {
            "name": "叫号系统",
            "purpose": "大厅叫号",
            "organization_id": organ.pk,
            "role": "intake_clerk",
            "division": COUNTY,
            "lines": [],
            "scopes": ["cases.read"],
            "last_day": DAY + timedelta(days=30),
            "actor": MACHINE,
            "at": AT,
        }
        self.clients = [identity.register_client(**client).pk for _ in range(4)]
        for pk in self.clients[1:]:
            identity.approve_client(login_id=pk, actor=MACHINE, at=AT)
        identity.suspend_client(login_id=self.clients[3], reason="测试", actor=MACHINE, at=AT)

    def actor(self, reach: tuple[tuple[str, str], ...]) -> Actor:
        """Return somebody with every permission there is, in one place."""
        return replace(
            self.library.officer("secadmin"), permissions=EVERYTHING, reach=reach, division=reach[0][0], login_id=None
        )


def own_actor(place: Place, name: str) -> Actor:
    return place.library.officer(name)


Given = dict[str, Callable[[Place], Any]]
NEW_OFFICER = "11010519491231002X"
GIVEN: Given = {
    "login_id": lambda place: place.clerk.login_id,
    "username": lambda place: "clerk",
    "person_id": lambda place: place.library.reader.pk,
    "post_id": lambda place: place.clerk.pk,
    "deputy_id": lambda place: place.colleague.login_id,
    "organization_id": lambda place: place.organ.pk,
    "unit_id": lambda place: place.unit.pk,
    "service_point_id": lambda place: place.point.pk,
    "absence_id": lambda place: place.away.pk,
    "guardianship_id": lambda place: place.guardianship.pk,
    "reset_id": lambda place: place.reset.pk,
    "suspension_id": lambda place: place.suspension.pk,
    "ended": lambda place: [place.library.organs[TOWN].pk],
    "successors": lambda place: [place.organ.pk],
    "division": lambda place: COUNTY,
    "parent": lambda place: COUNTY,
    "parent_id": lambda place: None,
    "code": lambda place: TOWN,
    "level": lambda place: 5,
    "successions": lambda place: [(TOWN, "110105099000")],
    "name": lambda place: "新名字",
    "short_name": lambda place: "新名",
    "uscc": lambda place: "11330113002513057T",
    "kind": lambda place: "organ",
    "tier": lambda place: 4,
    "phone": lambda place: "",
    "address": lambda place: "朝阳路 1 号",
    "opening_hours": lambda place: "",
    "role": lambda place: "reviewer",
    "lines": lambda place: [],
    "valid_from": lambda place: DAY,
    "last_day": lambda place: DAY + timedelta(days=30),
    "first_day": lambda place: DAY,
    "on": lambda place: DAY,
    "died_on": lambda place: DAY,
    "paper": lambda place: "medical",
    "paper_number": lambda place: "D110012345",
    "issued_by": lambda place: "朝阳医院",
    "judged_on": lambda place: None,
    "statement_id": lambda place: place.death.pk,
    "confirmed": lambda place: True,
    "document": lambda place: "民发〔2026〕1号",
    "reason": lambda place: "本人持工作证到场，核对一致。",
    "note": lambda place: "本人持工作证到场，核对一致。",
    "witness_note": lambda place: "本人持工作证到场，核对一致。",
    "password": lambda place: "",
    "one_time_secret": lambda place: "",
    "id_number": lambda place: NEW_OFFICER,
    "assurance": lambda place: 3,
    "method": lambda place: "测试",
    "purpose": lambda place: "大厅叫号",
    "scopes": lambda place: ["cases.read"],
    "item_code": lambda place: "library.card",
    "open_from": lambda place: date(2027, 1, 1),
    "representative": lambda place: ("新任代表", NEW_OFFICER),
    "since": lambda place: DAY,
    "source": lambda place: "登记机关",
    "reset": lambda place: False,
    "own": lambda place: {},
    "overrides": lambda place: {},
}
# What one act means by a name that another uses for another thing.
GIVEN_TO: dict[tuple[str, str], Callable[[Place], Any]] = {
    ("approve_client", "login_id"): lambda place: place.clients[0],
    ("renew_client", "login_id"): lambda place: place.clients[1],
    ("suspend_client", "login_id"): lambda place: place.clients[2],
    ("resume_client", "login_id"): lambda place: place.clients[3],
    ("register_client", "role"): lambda place: "intake_clerk",
    ("approve_post", "post_id"): lambda place: place.waiting.pk,
    ("engage_officer", "username"): lambda place: "NEW001",
    ("open_officer_login", "username"): lambda place: "NEW002",
    ("establish_division", "code"): lambda place: "110105098000",
    ("set_service_point", "kind"): lambda place: "hall",
}
# The organization of one's own choosing must lie in reach too, not only the place named beside it.
TWO_SIDED = {
    "appoint_officer": ("login_id", "organization_id", "division"),
    "engage_officer": ("organization_id", "division"),
    "move_post": ("post_id", "organization_id", "division"),
    "register_client": ("organization_id", "division"),
    "succeed_organizations": ("ended", "successors"),
    "draft_offering": ("organization_id", "division"),
    "open_offering": ("organization_id", "division"),
}
# The country's own administrator only, or the machine.
NATIONWIDE = {"open_citizen_login", "open_officer_login", "verify_person"}


def acts() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in pkgutil.walk_packages(onedoor.platform.__path__, "onedoor.platform."):
        name = module.name.removeprefix("onedoor.")
        if not re.match(r"platform\.identity\.(operations\.|logins$)", name) and name not in ALSO:
            continue
        loaded = importlib.import_module(module.name)
        for own, function in inspect.getmembers(loaded, inspect.isfunction):
            names = set(inspect.signature(function).parameters)
            if function.__module__ == module.name and not own.startswith("_") and "actor" in names and names & PLACED:
                yield own, function


ACTS = {name: function for name, function in acts() if name not in ANYWHERE}


def arguments(name: str, place: Place, others: dict[str, Any] | None = None) -> dict[str, Any]:
    needed = [
        parameter
        for parameter, about in inspect.signature(ACTS[name]).parameters.items()
        if about.default is inspect.Parameter.empty and parameter not in ("actor", "at")
    ]
    given = {one: GIVEN_TO.get((name, one), GIVEN[one])(place) for one in needed}
    return given | (others or {})


def refusal(name: str, place: Place, actor: Actor, others: dict[str, Any] | None = None) -> OneDoorError | None:
    """Do the act and undo it; return what it was refused with."""
    given = arguments(name, place, others)
    try:
        with transaction.atomic():
            ACTS[name](**given, actor=actor, at=AT)
            transaction.set_rollback(True)
    except OneDoorError as refused:
        return refused
    return None


def is_of_the_border(refused: OneDoorError | None) -> bool:
    if isinstance(refused, InvalidInput):
        return refused.problems == {"username": identity.NOT_YOURS}
    return isinstance(refused, NotAllowed | NotFound)


@pytest.fixture
def place(staffed: Library) -> Place:
    return Place(staffed)


def test_every_act_on_somebody_elses_is_looked_at() -> None:
    """A new act is done by itself; one that needs more than the names above says here why it may not be."""
    names = {name for name, _ in acts()}
    assert len(names) > 35
    assert set(ANYWHERE) <= names
    assert set(TWO_SIDED) | NATIONWIDE <= set(ACTS)
    unknown = [
        f"{name}({parameter})"
        for name, function in ACTS.items()
        for parameter, about in inspect.signature(function).parameters.items()
        if about.default is inspect.Parameter.empty and parameter not in {"actor", "at", *GIVEN}
    ]
    assert not unknown, "\n".join(unknown)


def test_nothing_of_another_county_can_be_touched(place: Place) -> None:
    stranger = place.actor(OTHER_COUNTY)
    done = {name: refused for name in ACTS if not is_of_the_border(refused := refusal(name, place, stranger))}
    assert done == {}


def test_the_countys_own_administrator_does_it_all(place: Place) -> None:
    """The same acts succeed for whoever they belong to, so the test above can fail."""
    own = place.actor(COUNTY_REACH)
    stopped = {
        name: refused for name in set(ACTS) - NATIONWIDE if is_of_the_border(refused := refusal(name, place, own))
    }
    assert stopped == {}


def test_without_a_post_nothing_can_be_done(place: Place) -> None:
    nobody = replace(place.actor(COUNTY_REACH), reach=())
    done = {name: refused for name in ACTS if not is_of_the_border(refused := refusal(name, place, nobody))}
    assert done == {}


@pytest.mark.parametrize(("name", "side"), [(name, side) for name, sides in TWO_SIDED.items() for side in sides])
def test_one_side_within_reach_is_not_enough(place: Place, name: str, side: str) -> None:
    """Everything lies in the actor's county but one thing that is named beside it."""
    nation = place.library.organs[NATION].pk
    foreign = {
        "login_id": Login.objects.get(username="elsewhere").pk,
        "post_id": place.library.posts["elsewhere"],
        "organization_id": nation,
        "division": "330113000000",
        "ended": [nation],
        "successors": [nation],
    }[side]
    own = place.actor(COUNTY_REACH)
    assert is_of_the_border(refusal(name, place, own, {side: foreign})), (name, side)
    assert not is_of_the_border(refusal(name, place, own)), name


def test_an_account_that_opens_something_elsewhere_too_is_not_ours(place: Place) -> None:
    """A post here and one in another county: whoever resets it would get into both."""
    own, clerk = place.actor(COUNTY_REACH), Login.objects.get(username="clerk")
    assert refusal("reset_officer", place, own) is None
    identity.appoint_officer(
        login_id=clerk.pk,
        organization_id=place.library.organs[NATION].pk,
        role="legal_reviewer",
        division=NATION,
        lines=[],
        valid_from=DAY + timedelta(days=3),
        actor=MACHINE,
        at=AT,
    )
    for name in ("reset_officer", "unlock_officer"):
        assert is_of_the_border(refusal(name, place, own)), name

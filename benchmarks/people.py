"""Organs, officers, readers and their sessions, made through the same operations as everybody's."""

import secrets
import time
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session

from benchmarks import items
from benchmarks.site import Person
from onedoor.demonstration.cast import COUNTY, TOWN, Citizen, credit_code
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.identity.models import Person as PersonRow
from onedoor.platform.identity.proofs import FACTORS_KEY, PROVED_KEY
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA
from onedoor.web.parts.actors import POST_KEY

MACHINE = Actor.system("性能测量")
BEGUN = date(2026, 7, 1)
BULK, DAY = 2000, timedelta(days=1)
OFFICERS = (
    ("clerk", "intake_clerk", TOWN),
    ("reviewer", "reviewer", TOWN),
    ("approver", "approver", COUNTY),
    ("county_clerk", "intake_clerk", COUNTY),
    ("finance", "finance", COUNTY),
    ("writer", "item_manager", COUNTY),
    ("publisher", "item_manager", COUNTY),
)


def make(citizens: int) -> tuple[dict[str, Person], list[Person]]:
    """Return officers by name and so many readers, each with a session of the highest assurance."""
    at = datetime.now(CHINA) - timedelta(days=90)
    organs = {COUNTY: _organ("图书局", COUNTY, 4, None, at)}
    organs[TOWN] = _organ("镇图书站", TOWN, 5, organs[COUNTY].pk, at)
    for code in items.CODES:
        version = catalog.draft_version(item=items.definition(code), actor=MACHINE, at=at)
        catalog.publish_version(version_id=version.pk, valid_from=BEGUN, actor=MACHINE, at=at)
        catalog.open_offering(
            item_code=code,
            division=COUNTY,
            organization_id=organs[COUNTY].pk,
            open_from=BEGUN,
            own=items.OWN,
            actor=MACHINE,
            at=at,
        )
    officers = {name: _officer(name, role, place, organs[place], at) for name, role, place in OFFICERS}
    return officers, [_reader(number, at) for number in range(citizens)]


def _organ(name: str, division: str, tier: int, parent: int | None, at: datetime) -> Any:
    return identity.register_organization(
        uscc=credit_code("11", division, f"MB0009{tier:02d}"),
        name=name,
        short_name=name,
        kind="organ",
        tier=tier,
        division=division,
        parent_id=parent,
        phone="",
        actor=MACHINE,
        at=at,
    )


def _officer(name: str, role: str, division: str, organ: Any, at: datetime) -> Person:
    login = identity.open_officer_login(
        username=name, name=name, password="Bench-Bench-2026", one_time_secret="", actor=MACHINE, at=at
    )
    post = identity.appoint_officer(
        login_id=login.pk,
        organization_id=organ.pk,
        role=role,
        division=division,
        lines=[],
        valid_from=date(2026, 1, 1),
        actor=MACHINE,
        at=at,
    )
    return Person(name, post.pk, _session(login, {POST_KEY: post.pk}))


def _reader(number: int, at: datetime) -> Person:
    citizen = Citizen(f"reader{number}", "王德福", date(1950 + number // 900, 3, 8), number % 900)
    phone = f"139{number:08d}"
    person = identity.ensure_person(
        name=citizen.name, id_number=citizen.id_number, division=TOWN, phone=phone, actor=MACHINE, at=at
    )
    identity.verify_person(person_id=person.pk, assurance=3, method="窗口核验", actor=MACHINE, at=at)
    login = identity.open_citizen_login(person_id=person.pk, phone=phone, password="", actor=MACHINE, at=at)
    return Person(citizen.name, person.pk, _session(login, {}))


def _session(login: Any, more: dict[str, Any]) -> str:
    store = _store()
    store.update(_told(login) | more)
    store.create()
    return str(store.session_key)


def _store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore()


def _told(login: Any) -> dict[str, Any]:
    """Return what the session of somebody who has just come in holds."""
    return {
        SESSION_KEY: str(login.pk),
        BACKEND_SESSION_KEY: "onedoor.platform.identity.backends.AccountBackend",
        HASH_SESSION_KEY: login.get_session_auth_hash(),
        FACTORS_KEY: ["code", "one_time_password", "password"],
        PROVED_KEY: time.time() + 3600,
    }


def crowd(number: int) -> list[str]:
    """Return the sessions of so many people with an account, written in bulk: making them is not what is measured."""
    at = datetime.now(CHINA)
    kept: list[str] = []
    store = _store()
    for begin in range(0, number, BULK):
        some = range(begin, min(begin + BULK, number))
        people = [_in_crowd(one, at) for one in some]
        PersonRow.objects.bulk_create(people)
        logins = [
            Login(
                username=f"c{one.pk}", kind=Login.Kind.CITIZEN, name=one.name, person=one, password="!", created_at=at
            )
            for one in people
        ]
        Login.objects.bulk_create(logins)
        keys = [secrets.token_hex(16) for _ in logins]
        Session.objects.bulk_create(
            Session(session_key=key, session_data=store.encode(_told(login)), expire_date=at + DAY)
            for key, login in zip(keys, logins, strict=True)
        )
        kept += keys
    return kept


def _in_crowd(number: int, at: datetime) -> PersonRow:
    citizen = Citizen(f"crowd{number}", "王德福", date(1980 + number // 900, 3, 8), number % 900)
    return PersonRow(
        name=citizen.name,
        sex="1",
        born_on=citizen.born,
        division_id=TOWN,
        id_number=citizen.id_number,
        assurance=3,
        recorded_at=at,
        recorded_by="性能测量",
        **PersonRow.by_number.values(citizen.id_number),
        **PersonRow.by_phone.values(""),
    )

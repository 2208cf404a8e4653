"""Put the invented people, organs and parameters in place. Safe to run twice."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from onedoor.demonstration.cast import (
    CITIZENS,
    COUNTY,
    DAUGHTER,
    FATHER,
    MOTHER,
    NATION,
    OFFICERS,
    PASSWORD,
    SECRET,
    TOWN,
    Citizen,
    credit_code,
    simulated_people,
)
from onedoor.platform.appointments import operations as appointments
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.catalog.loading import load_shipped
from onedoor.platform.channels import operations as hotline
from onedoor.platform.channels.operations import kiosks
from onedoor.platform.channels.queries import list_lines
from onedoor.platform.channels.queries.kiosks import list_kiosks
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import (
    Delegation,
    Organization,
    Person,
    ServicePoint,
)
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

MACHINE = Actor.system("演示数据")
ITEM_LONG_AGO = date(2026, 7, 1)
HALL = {
    "name": "塘栖镇便民服务中心（社会救助窗口）",
    "address": "塘栖镇人民路 1 号",
    "phone": "0571-86000100",
}
HOURS = "每天 9:00–17:00"  # a visitor may come on a Sunday
# Invented service points where such places could be: whose, what kind, name, address, longitude and latitude.
POINTS = (
    ("county", "hall", "临平区政务服务中心（民政窗口）", "临平区南苑街道迎宾路 369 号", "120.299500", "30.419000"),
    ("county", "kiosk", "临平区政务服务中心自助区", "临平区南苑街道迎宾路 369 号一楼", "120.299700", "30.419200"),
    ("town", "station", "塘北村便民服务站", "塘栖镇塘北村村委会一楼", "120.198400", "30.490600"),
    ("town", "station", "丁山河村便民服务站", "塘栖镇丁山河村村委会一楼", "120.232100", "30.476900"),
    ("town", "station", "超山社区便民服务站", "塘栖镇超山社区服务中心", "120.213300", "30.448700"),
)
OWN = {
    "organ_nature": "1",
    "power_source": "1",
    "counters": [{**HALL, "hours": HOURS}],
    "consult": "0571-86000000",
    "supervise": "12345",
}

BOOKED = appointments.Offer(
    business="assistance.minimum_living",
    title="最低生活保障申请",
    most_persons=1,
    slot_minutes=30,
    week={day: [("09:00", "12:00", 3), ("13:30", "17:00", 3)] for day in range(1, 8)},
    walk_in_percent=30,
    days_ahead=14,
    release_time="08:00",
    windows=["1", "2"],
)


def load_items(*, at: datetime) -> list[str]:
    """Load, publish and offer every shipped item and the shipped parameters; return the codes of new versions."""
    fresh = load_shipped(valid_from=ITEM_LONG_AGO, actor=MACHINE, at=at)
    # A visitor may come at night, and wants to see what the phones receive.
    for key in ("messages.quiet_from", "messages.quiet_to"):
        catalog.set_parameter(
            key=key,
            division=NATION,
            value=0,
            document="演示站点不设静默时段",
            valid_from=ITEM_LONG_AGO,
            actor=MACHINE,
            at=at,
        )
    return fresh


@transaction.atomic
def load_people(*, at: datetime) -> None:
    """Put organs, officers and citizens in place."""
    county, town = _organizations(at)
    places = {
        "nation": (_items_centre(at), NATION),
        "county": (county, COUNTY),
        "town": (town, TOWN),
        "insurance": (_insurance_bureau(at), COUNTY),
    }
    for officer in OFFICERS:
        login = identity.open_officer_login(
            username=officer.username,
            name=officer.name,
            password=PASSWORD,
            one_time_secret=SECRET,
            actor=MACHINE,
            at=at,
        )
        identity.appoint_officer(
            login_id=login.pk,
            organization_id=places[officer.organ][0].pk,
            role=officer.role,
            division=places[officer.organ][1],
            lines=[] if officer.role.endswith("admin") else ["assistance", "community"],
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=at,
        )
    for citizen in CITIZENS:
        _citizen(citizen, at)
    catalog.open_offering(
        item_code="assistance.dibao_apply",
        division=COUNTY,
        organization_id=county.pk,
        open_from=ITEM_LONG_AGO,
        own=OWN,
        actor=MACHINE,
        at=at,
    )
    _delegations(at)
    _club(at)
    _hotline(county, at)


def _club(at: datetime) -> None:
    """A club of the town: the daughter is its legal representative and has authorized her mother."""
    entity = identity.record_entity(
        uscc=credit_code("51", COUNTY, "MJ000401"),
        name="塘栖镇水北街志愿者协会",
        representative=(DAUGHTER.name, DAUGHTER.id_number),
        since=date(2026, 1, 1),
        division=TOWN,
        source="社会组织登记",
        document="",
        actor=MACHINE,
        at=at,
    )
    daughter = _as_citizen(_person(DAUGHTER))
    identity.bind_entity(uscc=entity.uscc, actor=daughter, at=at)
    if Delegation.objects.filter(principal=entity.party).exists():
        return
    identity.appoint_operator(
        entity_id=entity.pk,
        name=MOTHER.name,
        id_number=MOTHER.id_number,
        role="org_operator",
        items=[],
        scopes=["view", "submit"],
        valid_to=day_of(at) + timedelta(days=180),
        actor=daughter,
        at=at,
    )


def _hotline(county: Organization, at: datetime) -> None:
    """The county's number, what only its bureau may handle, and somebody on duty for emergencies."""
    given: dict[str, Any] = {"division": COUNTY, "actor": MACHINE, "at": at}
    if list_lines(actor=MACHINE):
        return
    hotline.open_line(number="12349", title="民政服务热线", mode="dual", **given)
    hotline.set_rule(
        topic="最低生活保障",
        organization_id=county.pk,
        department_only=True,
        document="临平区民政局权责清单（虚构）",
        **given,
    )
    shift: dict[str, Any] = {"begins_at": at, "ends_at": at + timedelta(days=7)}
    hotline.name_duty_officer(name="叶云舟", phone="13900000014", **shift, **given)


def _items_centre(at: datetime) -> Organization:
    """The office that keeps the basic items of the whole country."""
    return identity.register_organization(
        uscc=credit_code("11", NATION, "MB000103"),
        name="全国民政事项管理中心（虚构）",
        short_name="民事管",
        kind="organ",
        tier=1,
        division=NATION,
        parent_id=None,
        phone="",
        actor=MACHINE,
        at=at,
    )


def _insurance_bureau(at: datetime) -> Organization:
    """The medical insurance bureau: it has to know who receives the minimum living guarantee, and asks for it."""
    return identity.register_organization(
        uscc=credit_code("11", COUNTY, "MB000104"),
        name="杭州市临平区医疗保障局（虚构）",
        short_name="临医保",
        kind="organ",
        tier=4,
        division=COUNTY,
        parent_id=None,
        phone="",
        lines=["medical_insurance"],
        actor=MACHINE,
        at=at,
    )


def _organizations(at: datetime) -> tuple[Organization, Organization]:
    county = identity.register_organization(
        uscc=credit_code("11", COUNTY, "MB000101"),
        name="杭州市临平区民政局",
        short_name="临民救",
        kind="organ",
        tier=4,
        division=COUNTY,
        parent_id=None,
        phone="0571-86000000",
        actor=MACHINE,
        at=at,
    )
    town = identity.register_organization(
        uscc=credit_code("11", TOWN, "MB000102"),
        name="杭州市临平区塘栖镇人民政府",
        short_name="塘政救",
        kind="township",
        tier=5,
        division=TOWN,
        parent_id=county.pk,
        phone="0571-86000100",
        actor=MACHINE,
        at=at,
    )
    hall, _ = ServicePoint.objects.get_or_create(
        organization=town,
        kind="hall",
        defaults={
            **HALL,
            "opening_hours": HOURS,
            "longitude": Decimal("120.188500"),
            "latitude": Decimal("30.478200"),
            "recorded_at": at,
            "recorded_by": MACHINE.name,
        },
    )
    appointments.set_plan(point_id=hall.pk, offer=BOOKED, actor=MACHINE, at=at)
    for organization, kind, name, address, longitude, latitude in POINTS:
        identity.set_service_point(
            organization_id={"county": county, "town": town}[organization].pk,
            kind=kind,
            name=name,
            address=address,
            phone="",
            opening_hours=HOURS,
            longitude=longitude,
            latitude=latitude,
            actor=MACHINE,
            at=at,
        )
    if not list_kiosks(actor=MACHINE):
        kiosks.register_kiosk(point_id=hall.pk, name="一楼东侧", actor=MACHINE, at=at)
    return county, town


def _citizen(citizen: Citizen, at: datetime) -> Person:
    person = identity.ensure_person(
        name=citizen.name,
        id_number=citizen.id_number,
        division=TOWN,
        phone=citizen.phone,
        actor=MACHINE,
        at=at,
    )
    if not person.address:
        person.address = citizen.address
        person.save(update_fields=["address"])
    if person.assurance < 3:
        identity.verify_person(person_id=person.pk, assurance=3, method="窗口核验", actor=MACHINE, at=at)
    if citizen.login:
        identity.open_citizen_login(person_id=person.pk, phone=citizen.phone, password=PASSWORD, actor=MACHINE, at=at)
    return person


def _delegations(at: datetime) -> None:
    """Father and mother have asked their daughter to act for them, and confirmed it themselves."""
    daughter = _person(DAUGHTER)
    for citizen in (FATHER, MOTHER):
        principal = _person(citizen)
        if Delegation.objects.filter(principal=principal, agent=daughter).exists():
            continue
        delegation = identity.ask_delegation(
            principal_name=citizen.name,
            principal_id_number=citizen.id_number,
            items=["assistance.dibao_apply"],
            scopes=["view", "submit", "sign"],
            valid_to=day_of(at) + timedelta(days=365),
            actor=_as_citizen(daughter),
            at=at,
        )
        identity.confirm_delegation(delegation_id=delegation.pk, actor=_as_citizen(principal), at=at)


def _person(citizen: Citizen) -> Person:
    return Person.objects.get(name=citizen.name, born_on=citizen.born)


def _as_citizen(person: Person) -> Actor:
    return Actor(kind="citizen", name="", person_id=person.pk, login_id=person.login.pk, assurance=3)


def write_simulator_data(folder: Path, also: dict[str, object] | None = None) -> None:
    """Tell the simulator what its departments know."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "people.json"
    target.write_text(json.dumps(simulated_people() | (also or {}), ensure_ascii=False, indent=1), encoding="utf-8")

"""The map of offices: to scale, every pin in the box and on its own, and what it cannot show below it."""

import math
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.identity import operations, queries
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.maps import HEIGHT, PIN, WIDTH, Spot, spot_map
from tests.platform import library
from tests.platform.conftest import books
from tests.platform.library import LONG_AGO, MACHINE, Library

__all__ = ["books"]

TOWN = ("120.188500", "30.478200")


def spots(*places: tuple[str, str]) -> list[Spot]:
    return [
        Spot((Decimal(east), Decimal(north)), number, f"窗口{number}", f"#office-{number}")
        for number, (east, north) in enumerate(places, start=1)
    ]


def test_north_is_up_and_kilometres_are_as_long_in_every_direction() -> None:
    found = spot_map(spots(TOWN, ("120.188500", "30.568200"), ("120.292800", "30.478200")))  # 10 km north, 10 km east
    assert found is not None
    town, north, east = found.pins
    assert north.y < town.y
    assert east.x > town.x
    assert math.isclose(town.y - north.y, east.x - town.x, rel_tol=0.01)
    assert found.bar_words == "2 公里"
    assert math.isclose(found.bar, (town.y - north.y) / 5, rel_tol=0.01)


def test_pins_on_one_spot_make_room_and_stay_in_the_box() -> None:
    found = spot_map(spots(*[TOWN] * 6, ("120.3", "30.4")))
    assert found is not None
    for number, one in enumerate(found.pins):
        assert PIN <= one.x <= WIDTH - PIN
        assert PIN <= one.y <= HEIGHT - PIN
        for other in found.pins[number + 1 :]:
            assert math.hypot(one.x - other.x, one.y - other.y) >= 2 * PIN
    assert sum(pin.moved for pin in found.pins) >= 5


def test_a_single_office_stands_in_the_middle_of_a_kilometre() -> None:
    found = spot_map(spots(TOWN))
    assert found is not None
    assert (found.pins[0].x, found.pins[0].y) == (WIDTH / 2, HEIGHT / 2)
    assert found.bar_words == "200 米"
    assert spot_map([]) is None


def point(books: Library, name: str, at: tuple[str, str] | None, **changes: Any) -> Any:
    given = {"organization_id": books.organs[library.TOWN].pk, "kind": "hall", "address": "人民路 1 号", **changes}
    where = {"longitude": at[0], "latitude": at[1]} if at else {}
    return operations.set_service_point(
        name=name, phone="", opening_hours="", actor=MACHINE, at=LONG_AGO, **given, **where
    )


def page(**cookies: str) -> str:
    client = Client()
    for name, value in cookies.items():
        client.cookies[name] = value
    return client.get("/offices/").content.decode()


@pytest.mark.django_db
def test_the_list_has_the_numbers_of_the_map_and_the_nearest_first(books: Library) -> None:
    hall = point(books, "镇大厅", TOWN)
    point(books, "没有位置的窗口", None)
    far = point(books, "山里的服务站", ("120.290000", "30.420000"), kind="station")
    near = point(books, "河边的服务站", ("120.190000", "30.480000"), kind="station")
    told = page(place=library.TOWN)
    assert re.findall(r'<a href="#office-(\d+)" aria-label="(\d) ', told) == [
        (str(one.pk), str(number)) for number, one in enumerate((hall, near, far), start=1)
    ]
    assert told.index("镇大厅</strong>") < told.index("河边的服务站</strong>") < told.index("山里的服务站</strong>")
    assert told.index("地图上没有的") < told.index("没有位置的窗口")
    assert "约 0.2 公里" in told
    assert "0.2 km" in page(place=library.TOWN, lang="en")


@pytest.mark.django_db
def test_without_a_place_or_a_position_the_list_stands_alone(books: Library) -> None:
    point(books, "镇大厅", None)
    assert '<svg class="spots"' not in page(place=library.TOWN)
    assert "镇大厅" in page(place=library.TOWN)
    point(books, "镇大厅", TOWN)
    assert '<svg class="spots"' in page(place=library.TOWN)
    assert '<svg class="spots"' not in page()


@pytest.mark.django_db
def test_a_position_is_kept_until_it_is_taken_away_and_checked_against_the_county(books: Library) -> None:
    point(books, "镇大厅", TOWN)
    assert point(books, "镇大厅", None, address="人民路 2 号").longitude is not None
    with pytest.raises(InvalidInput) as refused:
        point(books, "填错的服务站", ("102.700000", "25.000000"))
    assert "离本县其他服务点有" in str(refused.value.by_field["longitude"])
    with pytest.raises(InvalidInput):
        point(books, "镇大厅", ("30.478200", "120.188500"))
    assert point(books, "镇大厅", ("", "")).longitude is None


@pytest.mark.django_db
def test_nobody_is_sent_to_a_closed_point_or_to_one_of_an_organ_that_has_ended(books: Library) -> None:
    closed = point(books, "旧大厅", TOWN)
    point(books, "新大厅", TOWN)
    county = point(books, "区大厅", None, organization_id=books.organs[library.COUNTY].pk)
    for _ in range(2):
        operations.close_service_point(service_point_id=closed.pk, actor=MACHINE, at=LONG_AGO)
    told = page(place=library.TOWN)
    assert "旧大厅" not in told
    assert "新大厅" in told
    assert AuditEntry.objects.filter(event="identity.close_service_point").count() == 1
    point(books, "旧大厅", None)  # registered anew, it is open again
    assert "旧大厅" in page(place=library.TOWN)

    books.organs[library.COUNTY].in_force_to = LONG_AGO.date()
    books.organs[library.COUNTY].save()
    assert county.name not in page(place=library.TOWN)


@pytest.mark.django_db
def test_a_long_list_of_offices_goes_on_and_is_narrowed_to_a_place_below(
    books: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "POINTS", 2)
    monkeypatch.setattr("onedoor.platform.identity.queries.organizations.POINTS", 2)
    county = books.organs[library.COUNTY].pk
    made = [point(books, f"{number} 号大厅", None, organization_id=county) for number in range(3)]
    made += [point(books, "镇大厅", None)]
    client = Client()
    first = client.get("/api/v1/offices", {"division": library.COUNTY}).json()
    second = client.get("/api/v1/offices", {"division": library.COUNTY, "after": first["next"]}).json()
    assert [one["name"] for one in second["items"]] == [made[2].name, made[3].name]
    client.cookies["place"] = library.COUNTY
    told = client.get("/offices/", {"after": made[1].pk}).content.decode()
    assert "镇大厅" in told
    assert "0 号大厅" not in told
    assert f"?after={made[1].pk}" in client.get("/offices/").content.decode()
    narrowed = client.get("/offices/", {"within": library.TOWN}).content.decode()
    assert "镇大厅" in narrowed
    assert "0 号大厅" not in narrowed
    assert "1 号大厅" in client.get("/offices/", {"within": library.TOWN, "office": made[1].pk}).content.decode()

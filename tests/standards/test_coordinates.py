"""Positions as they are typed, and how far apart two are."""

from decimal import Decimal

import pytest

from onedoor.standards.coordinates import NotCoordinates, distance, parse_coordinates

BEIJING, SHANGHAI = (Decimal("116.4074"), Decimal("39.9042")), (Decimal("121.4737"), Decimal("31.2304"))


@pytest.mark.parametrize(
    ("longitude", "latitude", "found"),
    [
        ("120.1885", "30.4782", (Decimal("120.188500"), Decimal("30.478200"))),
        (" 120.18850049° ", "30.4782°", (Decimal("120.188500"), Decimal("30.478200"))),
        ("73", "3", (Decimal("73"), Decimal("3"))),
        ("136", "54", (Decimal("136"), Decimal("54"))),
        ("", " ", None),
    ],
)
def test_degrees_are_read_as_they_are_typed(longitude: str, latitude: str, found: object) -> None:
    assert parse_coordinates(longitude, latitude) == found


@pytest.mark.parametrize(
    ("longitude", "latitude", "told"),
    [
        ("30.4782", "120.1885", "写反了"),
        ("120.1885", "", "请把纬度写成"),
        ("东经120度", "30", "请把经度写成"),
        ("NaN", "30", "请把经度写成"),
        ("1e999", "30", "不在我国境内"),
        ("139.7", "35.7", "不在我国境内"),
        ("120", "54.000001", "不在我国境内"),
    ],
)
def test_what_cannot_be_right_is_told_with_what_to_do(longitude: str, latitude: str, told: str) -> None:
    with pytest.raises(NotCoordinates, match=told):
        parse_coordinates(longitude, latitude)


def test_the_way_from_beijing_to_shanghai() -> None:
    assert distance(BEIJING, SHANGHAI) == pytest.approx(1067, abs=5)
    assert distance(BEIJING, BEIJING) == 0

"""How far down an address says where it lies, and what is left of it then."""

from collections.abc import Iterator
from datetime import date

import pytest

from onedoor.platform.identity.models import Division
from onedoor.platform.identity.queries import place_written

ON = date(2026, 9, 1)
PLACES = (
    ("000000000000", 1, None, "中华人民共和国", None),
    ("330000000000", 2, "000000000000", "浙江省", None),
    ("330100000000", 3, "330000000000", "杭州市", None),
    ("330113000000", 4, "330100000000", "临平区", None),
    ("330113100000", 5, "330113000000", "塘栖镇", None),
    ("330113001000", 5, "330113000000", "临平街道", None),
    ("330110000000", 4, "330100000000", "余杭区", None),
    ("330110200000", 5, "330110000000", "运河镇", date(2020, 1, 1)),
    ("310000000000", 2, "000000000000", "上海市", None),
    ("310101000000", 4, "310000000000", "黄浦区", None),
)


@pytest.fixture(autouse=True)
def places(db: None) -> Iterator[None]:
    for code, level, parent, name, ended in PLACES:
        Division.objects.create(
            code=code, name=name, full_name=name, level=level, parent_id=parent, in_force_to=ended, source="测试"
        )
    from onedoor.platform.identity.queries import divisions

    divisions._parents.cache_clear()
    yield
    divisions._parents.cache_clear()


@pytest.mark.parametrize(
    ("written", "county", "rest"),
    [
        ("水北街18号", "330113", "水北街18号"),
        ("塘栖镇水北街18号", "330113", "水北街18号"),
        ("临平区塘栖镇水北街18号", "330113", "水北街18号"),
        ("浙江省杭州市临平区塘栖镇水北街18号", "330113", "水北街18号"),
        ("浙江 杭州 临平区 水北街 18号", "330113", "水北街18号"),
        ("浙江省临平区水北街18号", "330113", "水北街18号"),
        ("杭州路18号", "330113", "杭州路18号"),
        ("杭州市余杭区良睦路1号", "330110", "良睦路1号"),
        ("上海市黄浦区南京东路1号", "310101", "南京东路1号"),
        ("上海南京东路1号", "310000", "南京东路1号"),
        ("余杭区运河镇1号", "330110", "运河镇1号"),  # the town was gone by then
        ("", "330113", ""),
    ],
)
def test_names_of_places_are_read_from_above_and_any_may_be_left_out(written: str, county: str, rest: str) -> None:
    assert place_written(written, near="330113100000", on=ON) == (county, rest)

"""A37: cremated at ten, four hours are promised; at 14:01 without the certificate supervision is told, once."""

from datetime import datetime

import pytest
import yaml
from tests.platform.bundles.society import Society, definition, publish_bundle_text
from tests.platform.library import CHINA

from onedoor.platform.bundles.models import BundleCase
from onedoor.platform.bundles.operations import duties
from onedoor.platform.bundles.queries import my_bundle
from onedoor.platform.supervision.models import SupervisionEvent

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
CREMATED = {"code": "began_at", "type": "date_time", "label": "开始的时间", "required": True}


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{clock}+08:00")


@pytest.fixture
def hurried(society: Society) -> Society:
    """The library with a bundle whose card is promised within four hours of a moment the form asks for."""
    told = definition()
    told["members"][0] |= {"limit": {"hours": 4}, "limit_from": "began_at"}
    told["asks"] = [*told["asks"], CREMATED]
    publish_bundle_text(yaml.safe_dump(told, allow_unicode=True))
    return society


def begun(society: Society) -> BundleCase:
    case = society.begin(TEN, began_at="2026-11-23 10:00")
    return society.submit(society.complete(case, TEN), TEN)


def test_nothing_is_told_at_two_and_one_event_at_a_minute_past(hurried: Society) -> None:
    case = begun(hurried)
    member = hurried.member(case, "card")
    assert member.due_at == at("14:00")
    assert duties.watch_promises(at=at("14:00")) == 0
    assert duties.watch_promises(at=at("14:01")) == 1
    assert duties.watch_promises(at=at("14:02")) == 0
    hurried.hear(at("14:02"))
    event = SupervisionEvent.objects.get(rule="T10")
    assert (event.lamp, event.case) == ("yellow", member.case)
    assert event.facts["due_at"].startswith("2026-11-23T06:00")  # 14:00 here
    view = my_bundle(bundle_id=case.pk, actor=hurried.books.citizen(), at=at("14:02"))
    assert view.is_late


def test_a_result_in_time_is_no_event(hurried: Society) -> None:
    case = begun(hurried)
    hurried.decide_member(case, "card", at("13:30"))
    assert hurried.member(case, "card").state == "done"
    assert duties.watch_promises(at=at("14:01")) == 0

"""Row 33: another application from the same house is a hint to the officer, however the address was written, and refuses nobody."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.db import connection
from tests.platform import library
from tests.platform.desks import Desk, staff
from tests.platform.kernel.test_blind_index import rotate
from tests.platform.library import CHINA, TOWN

from onedoor.platform.cases.models import Case, CaseAddress
from onedoor.platform.identity.models import Person

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
ELSEWHERE = "330113100000"


def offered(**changes: Any) -> None:
    form = yaml.safe_load(library.TEXT)["form"]
    form["sections"][0]["fields"] += [
        {"code": "home", "type": "address", "label": "住址"},
        {"code": "post", "type": "full_address", "label": "通讯地址"},
    ]
    library.publish(library.item(form=form, one_at_a_time=False, **changes), valid_from=date(2026, 8, 1))


def two_people(desk: Desk, here: dict[str, str], there: dict[str, str]) -> tuple[Case, Case]:
    """Open cases of one item, of two people, with what each says of where they live."""
    offered()
    desk.go(AT)
    one, other = desk.books.received(AT, **here), desk.books.received(AT, **there)
    Case.objects.filter(pk=other.pk).update(applicant=desk.books.friend)
    Person.objects.filter(pk=desk.books.friend.pk).update(phone="", **Person.by_phone.values(""))
    return one, other


def hint(page: str) -> str:
    return page.split("<h2>可能重复</h2>")[1].split("</section>", maxsplit=1)[0] if "可能重复" in page else ""


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("平安街十八号2单元301室", "朝阳区高碑店镇平安街 18 号 2-301"),
        ("高碑店镇平安街１８號", "平安街18号"),
    ],
)
def test_row_33_the_same_address_otherwise_written_is_a_hint_which_shows_no_address(
    desk: Desk, here: str, there: str
) -> None:
    one, other = two_people(desk, {"home": here}, {"home": there})
    told = hint(desk.page("clerk", staff(one)))
    assert staff(other) in told
    assert "住址与本件相同（线索较弱" in told
    assert "平安街" not in told
    assert library.FRIEND.name not in told
    assert staff(one) in hint(desk.page("clerk", staff(other)))
    assert "可能重复" not in desk.page("reader", f"/cases/{one.number}/")


def test_row_33_an_address_in_parts_is_the_same_as_one_in_words(desk: Desk) -> None:
    parts = {"post-division": TOWN, "post-detail": "平安街18号"}
    one, other = two_people(desk, {"home": "高碑店镇平安街18号"}, parts)
    assert staff(other) in hint(desk.page("clerk", staff(one)))


def test_row_33_of_an_address_elsewhere_the_officer_learns_only_whom_to_ask(desk: Desk) -> None:
    one, other = two_people(desk, {"home": "平安街18号"}, {"home": "平安街18号"})
    Case.objects.filter(pk=other.pk).update(division=ELSEWHERE)
    try:
        told = hint(desk.page("clerk", staff(one)))
        assert "不在您的管辖范围，请向该单位核实" in told
        assert other.number not in told
    finally:
        Case.objects.filter(pk=other.pk).update(division=TOWN)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"home": "平安街18号"}, {"home": "平安街81号"}),
        ({"home": "平安街18号"}, {"post-division": ELSEWHERE, "post-detail": "平安街18号"}),  # the county is another
        ({"home": "平安村"}, {"home": "平安村"}),  # a village is no house
        ({}, {}),
    ],
)
def test_another_house_another_county_and_no_house_are_no_hint(
    desk: Desk, here: dict[str, str], there: dict[str, str]
) -> None:
    one, _ = two_people(desk, here, there)
    assert hint(desk.page("clerk", staff(one))) == ""


def test_one_person_twice_and_an_ended_case_are_no_hint(desk: Desk) -> None:
    one, other = two_people(desk, {"home": "平安街18号"}, {"home": "平安街18号"})
    Case.objects.filter(pk=other.pk).update(state="withdrawn")
    assert hint(desk.page("clerk", staff(one))) == ""
    Case.objects.filter(pk=other.pk).update(state="received", applicant=desk.books.reader)
    assert hint(desk.page("clerk", staff(one))) == ""


def test_a_corrected_address_is_the_one_that_is_compared(desk: Desk) -> None:
    one, other = two_people(desk, {"home": "平安街18号"}, {"home": "平安街20号"})
    assert hint(desk.page("clerk", staff(one))) == ""
    desk.act("clerk", staff(other, "correct/"), student="no", home="平安街18号", present="yes")
    assert staff(other) in hint(desk.page("clerk", staff(one)))


def test_what_is_kept_says_nothing_and_cases_from_before_are_indexed_by_a_command(desk: Desk) -> None:
    one, other = two_people(desk, {"home": "平安街18号"}, {"home": "平安街18号"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_caseaddress")
        kept = str(cursor.fetchall())
    assert "平安街" not in kept
    assert "18号" not in kept
    CaseAddress.objects.all().delete()
    assert hint(desk.page("clerk", staff(one))) == ""
    call_command("index_addresses")
    call_command("index_addresses")
    assert CaseAddress.objects.count() == 2
    assert staff(other) in hint(desk.page("clerk", staff(one)))


def test_the_hint_outlives_a_change_of_the_key(desk: Desk, settings: Any) -> None:
    one, other = two_people(desk, {"home": "平安街18号"}, {"home": "平安街十八号"})
    rotate("--new")
    for key in Path(settings.ONEDOOR_KEYS_DIR).glob("index-*.json"):
        os.utime(key, (AT.timestamp() - 700,) * 2)  # ten minutes have passed
    rotate("--retire")
    assert staff(other) in hint(desk.page("clerk", staff(one)))
    assert not CaseAddress.objects.filter(address_index__isnull=False).exists()  # nothing under the old key is left

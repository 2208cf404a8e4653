"""A42 between draft and submission: who has moved, or whose place was reorganised, is shown where it goes now, and asked."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, LONG_AGO, MACHINE, READER, TOWN

from onedoor.demonstration.cast import credit_code
from onedoor.platform.cases.models import Action, Case, Draft
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Division

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
AFTER = AT + timedelta(days=2)
DAY = date(2026, 9, 2)
ELSEWHERE = "330113100000"
NEW_COUNTY, NEW_TOWN, OTHER_TOWN = "110119000000", "110119100000", "110119200000"
DOCUMENT = "国函〔2026〕8号"


@pytest.fixture
def filled(desk: Desk) -> Draft:
    desk.go(AT)
    return desk.books.draft(AT)


def move(desk: Desk, division: str, at: datetime = AFTER) -> None:
    """Let the reader show their papers at a window where they live now."""
    identity.verify_at_window(
        name=READER.name,
        id_number=READER.id_number,
        phone="",
        division=division,
        document_valid_to=None,
        witness_note="核对了新户口簿和身份证，本人在场",
        actor=MACHINE,
        at=at,
    )


def reorganise(*successors: tuple[str, str]) -> None:
    """Establish a county with two towns, with their organs, in the place of the library's county."""
    Division.objects.create(code="110000000000", name="京", full_name="京", level=2, source="测试")
    Division.objects.filter(code=COUNTY).update(parent_id="110000000000")
    places = (
        (NEW_COUNTY, "新阳区", 4, "110000000000"),
        (NEW_TOWN, "新镇", 5, NEW_COUNTY),
        (OTHER_TOWN, "另镇", 5, NEW_COUNTY),
    )
    for place, (code, name, level, parent) in enumerate(places):
        identity.establish_division(
            code=code, name=name, level=level, parent=parent, document=DOCUMENT, on=DAY, actor=MACHINE, at=AT
        )
        identity.register_organization(
            uscc=credit_code("11", code, f"MB00030{place}"),
            name=f"{name}图书局",
            short_name=name,
            kind="organ",
            tier=level,
            division=code,
            parent_id=None,
            phone="",
            actor=MACHINE,
            at=LONG_AGO,
            in_force_from=DAY,
        )
    identity.replace_divisions(
        successions=[(COUNTY, NEW_COUNTY), *successors], document=DOCUMENT, on=DAY, actor=MACHINE, at=AFTER
    )


def review(draft: Draft) -> str:
    return f"/drafts/{draft.pk}/review/"


def refused(desk: Desk, draft: Draft) -> str:
    """Return why the draft cannot be handed in; nothing of it has changed."""
    before = Draft.objects.get(pk=draft.pk)
    said = desk.refused("reader", review(draft), 422, revision=str(before.revision))
    after = Draft.objects.get(pk=draft.pk)
    assert (after.division, after.answers, after.revision) == (before.division, before.answers, before.revision)
    assert not Case.objects.exists()
    return said


def go_on(desk: Desk, draft: Draft) -> Case:
    """Read what has changed, go on, hand in."""
    desk.act("reader", f"/drafts/{draft.pk}/changes/")
    assert desk.get("reader", f"/drafts/{draft.pk}/").status_code == 200  # nothing more to be told
    before, draft = draft, Draft.objects.get(pk=draft.pk)
    assert draft.answers == before.answers
    assert list(draft.materials.values_list("code", flat=True)) == ["photo"]
    desk.act("reader", review(draft), revision=str(draft.revision))
    return Case.objects.get(draft=draft)


def test_who_has_moved_is_shown_the_new_place_and_asked_before_it_goes_there(desk: Desk, filled: Draft) -> None:
    move(desk, ELSEWHERE)
    desk.go(AFTER)
    assert "高碑店镇 → 塘栖镇，由第3图书局收件" in refused(desk, filled)
    overview = desk.get("reader", f"/drafts/{filled.pk}/")
    assert (overview.status_code, overview["Location"]) == (302, f"/drafts/{filled.pk}/changes/")
    told = desk.page("reader", f"/drafts/{filled.pk}/changes/")
    assert "办理地（申请人登记的地区有变化）：高碑店镇 → 塘栖镇，由第3图书局收件" in told
    assert "已填的内容还在" in told
    case = go_on(desk, filled)
    organs = desk.books.organs
    assert (case.division, case.receiving_organization) == (ELSEWHERE, organs[ELSEWHERE])
    assert case.deciding_organization == organs["330113000000"]
    assert case.draft.item_version == case.item_version
    assert desk.page("reader", f"/cases/{case.number}/").count("第3图书局")


def test_the_requirements_of_the_new_place_are_shown_with_it_and_hold(desk: Desk, filled: Draft) -> None:

    offering = catalog.open_offering(
        item_code=library.ITEM,
        division="330113000000",
        organization_id=desk.books.organs["330113000000"].pk,
        open_from=date(2026, 7, 1),
        own=library.OWN,
        overrides={"limits.promised": {"days": 3, "unit": "workday", "basis": "本馆承诺"}},
        actor=MACHINE,
        at=LONG_AGO,
    )
    move(desk, ELSEWHERE)
    desk.go(AFTER)
    told = desk.page("reader", f"/drafts/{filled.pk}/changes/")
    assert "办理地（申请人登记的地区有变化）" in told
    assert "10 → 3" in told.replace("10 个工作日 → 3 个工作日", "10 → 3")
    case = go_on(desk, filled)
    assert case.item_version.offering == offering
    assert case.item_version.item.limits.promised.days == 3


def test_a42_a_draft_of_an_abolished_county_goes_to_the_successor_once_its_person_has_seen_that(
    desk: Desk, filled: Draft
) -> None:
    reorganise((TOWN, NEW_TOWN))
    desk.go(AFTER)
    assert "高碑店镇 → 京新阳区新镇，由新镇图书局收件" in refused(desk, filled)
    told = desk.page("reader", f"/drafts/{filled.pk}/changes/")
    assert "办理地（行政区划有调整）：高碑店镇 → 京新阳区新镇，由新镇图书局收件" in told
    case = go_on(desk, filled)
    assert (case.division, case.receiving_organization.name) == (NEW_TOWN, "新镇图书局")
    assert case.deciding_organization.name == "新阳区图书局"


def test_a42_what_was_handed_in_before_keeps_its_place_and_its_old_name(desk: Desk, filled: Draft) -> None:
    desk.act("reader", review(filled), revision=str(filled.revision))
    case = Case.objects.get()
    reorganise((TOWN, NEW_TOWN))
    desk.go(AFTER)
    desk.act("reader", f"/cases/{case.number}/hand-in/")
    case.refresh_from_db()
    assert (case.division, case.receiving_organization) == (TOWN, desk.books.organs[TOWN])
    assert "第1图书局" in desk.page("reader", f"/cases/{case.number}/")
    assert "<dt>地区</dt><dd>高碑店镇</dd>" in desk.page("clerk", f"/staff/cases/{case.number}/")


def test_a_place_that_became_several_sends_the_person_to_the_window_and_keeps_the_draft(
    desk: Desk, filled: Draft
) -> None:
    reorganise((TOWN, NEW_TOWN), (TOWN, OTHER_TOWN))
    desk.go(AFTER)
    said = refused(desk, filled)
    assert "已分设为新镇、另镇" in said
    assert "更新您的户籍地" in said
    assert "读者" in desk.page("reader", f"/drafts/{filled.pk}/s/reader/")
    move(desk, OTHER_TOWN)
    assert go_on(desk, filled).receiving_organization.name == "另镇图书局"


def test_a_place_without_an_organ_on_the_platform_is_said_and_the_draft_stays(desk: Desk, filled: Draft) -> None:
    Division.objects.create(code="440000000000", name="粤", full_name="粤", level=2, source="测试")
    move(desk, "440000000000")
    desk.go(AFTER)
    assert "当地承办单位尚未在平台登记" in refused(desk, filled)


def test_taken_back_and_handed_in_again_after_the_move_it_goes_to_the_new_place(desk: Desk, filled: Draft) -> None:
    desk.act("reader", review(filled), revision=str(filled.revision))
    case = Case.objects.get()
    move(desk, ELSEWHERE, AT)
    desk.act("reader", f"/cases/{case.number}/undo/")
    filled.refresh_from_db()
    said = desk.refused("reader", review(filled), 422, revision=str(filled.revision))
    assert "塘栖镇" in said
    assert go_on(desk, filled).division == ELSEWHERE
    assert Action.objects.filter(case=case).last().kind == "undo"


def test_a_program_is_told_the_same(desk: Desk, filled: Draft) -> None:
    move(desk, ELSEWHERE)
    desk.go(AFTER)
    client = desk.client("reader")

    def send(path: str, body: dict[str, Any]) -> Any:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return client.post(f"/api/v1/drafts/{filled.pk}{path}", body, content_type="application/json", headers=headers)

    answer = send("/submission", {"revision": filled.revision})
    assert (answer.status_code, answer.json()["code"]) == (409, "cases.place_changed")
    assert client.get(f"/api/v1/drafts/{filled.pk}").json()["changed"] is True
    told = client.get(f"/api/v1/drafts/{filled.pk}/changes").json()["items"]
    assert [one["path"] for one in told] == ["division"]
    assert send("/changes", {}).status_code == 200
    filled.refresh_from_db()
    assert send("/submission", {"revision": filled.revision}).status_code == 200
    assert Case.objects.get().division == ELSEWHERE

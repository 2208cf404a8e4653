"""Acceptance A19–A21: the catalogue blocks, one extension, no fake closure."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform.channels.switchboard import MONDAY, NOTE, WORDS, Switchboard
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, READER, TOWN

from onedoor.platform.channels import operations, queries
from onedoor.platform.channels.models import OrderAct, WorkOrder
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed


def test_a19_an_order_for_a_township_goes_to_the_department_the_catalogue_names(board: Switchboard) -> None:
    board.rule()
    order = board.dispatched(to=TOWN)
    assert order.main_organization_id == board.organ(COUNTY)
    assert [one.act for one in OrderAct.objects.order_by("pk")] == ["file", "reroute", "dispatch"]
    blocked = OrderAct.objects.get(act="reroute")
    assert blocked.facts["asked"] == board.books.organs[TOWN].name
    assert "第七项" in blocked.facts["trace"][0]["formula"]
    assert order.transfers == 0


def test_what_the_catalogue_leaves_open_may_go_to_a_township(board: Switchboard) -> None:
    assert board.dispatched(to=TOWN).main_organization_id == board.organ(TOWN)


def test_a20_an_order_is_extended_once_before_it_is_due(board: Switchboard) -> None:
    order = board.signed()
    assert (order.object_until, order.due_on) == (date(2026, 11, 24), date(2026, 11, 30))
    friday = datetime(2026, 11, 27, 10, 0, tzinfo=CHINA)
    board.do("ask_extension", order, "handler", friday, days=10, reason=NOTE)
    order = board.do("decide_extension", order, "chief", friday, granted=True, note="")
    assert order.extended_to == date(2026, 12, 14)
    with pytest.raises(operations.ExtensionNotPossible, match="一次"):
        board.do("ask_extension", order, "handler", friday, days=5, reason=NOTE)


@pytest.mark.parametrize(("days", "at", "says"), [(11, 4, "最多 10"), (5, 8, "期限已过")])
def test_no_extension_beyond_the_limit_or_after_the_day(board: Switchboard, days: int, at: int, says: str) -> None:
    order = board.signed()
    with pytest.raises(operations.ExtensionNotPossible, match=says):
        board.do("ask_extension", order, "handler", MONDAY + timedelta(days=at), days=days, reason=NOTE)


def test_a21_a_unit_that_says_it_is_not_resolved_cannot_close(board: Switchboard) -> None:
    order = board.replied(resolved="no")
    with pytest.raises(operations.NeedsHotline):
        board.do("close_order", order, "handler", MONDAY, note=NOTE)
    said = operations.Said("yes", "no", "no")
    order = board.do("revisit_order", order, "agent", MONDAY, said=said, note=NOTE)
    with pytest.raises(operations.NeedsHotline):
        board.do("close_order", order, "handler", MONDAY, note=NOTE)
    with pytest.raises(operations.NeedsReview):
        board.do("close_order", order, "agent", MONDAY, note=NOTE)
    assert board.do("close_order", order, "chief", MONDAY, note=NOTE).state == "closed"


def test_an_agent_does_not_write_yes_over_the_no_of_the_caller(board: Switchboard) -> None:
    filed = board.filed()
    order = board.do("dispatch_order", filed.order, "agent", MONDAY, organization_id=board.organ(COUNTY))
    board.do("sign_order", order, "handler", MONDAY)
    board.reply(order, MONDAY)
    by = {"number": order.number, "code": filed.code, "text": "", "actor": Actor.anonymous(), "at": MONDAY}
    operations.say_by_code(said=operations.Said("yes", "no", "no"), **by)
    yes = {"said": operations.Said("yes", "yes", "yes"), "note": NOTE}
    with pytest.raises(operations.NeedsReview):
        board.do("revisit_order", order, "agent", MONDAY, **yes)
    assert WorkOrder.objects.get(pk=order.pk).resolved == "no"
    board.do("revisit_order", order, "chief", MONDAY, **yes)  # who reviews answers for it


def test_a_unit_may_close_what_the_caller_calls_resolved(board: Switchboard) -> None:
    order = board.revisited(resolved="yes")
    assert board.do("close_order", order, "handler", MONDAY).state == "closed"


@pytest.mark.parametrize("missing", ["way", "contact", "evidence_digest", "answer"])
def test_no_reply_without_contact_and_proof(board: Switchboard, missing: str) -> None:
    order = board.signed()
    told: dict[str, Any] = {"way": "phone", "contact": NOTE, "evidence_digest": "0" * 64, "answer": NOTE}
    with pytest.raises(InvalidInput):
        board.do("reply_to_order", order, "handler", MONDAY, resolved="yes", **(told | {missing: ""}))
    assert WorkOrder.objects.get().state == "signed"


def test_a_third_transfer_is_escalated_and_named_for_good(board: Switchboard) -> None:
    order, places = board.dispatched(to=TOWN), [COUNTY, TOWN, COUNTY]
    handlers = {TOWN: "town_handler", COUNTY: "handler"}
    for now, following in zip([TOWN, COUNTY, TOWN], places, strict=True):
        board.do("object_to_order", order, handlers[now], MONDAY, reason=NOTE, better="图书局")
        given = {"upheld": True, "organization_id": board.organ(following), "note": NOTE}
        order = board.do("decide_objection", order, "chief", MONDAY, **given)
    assert (order.state, order.transfers) == ("escalated", 3)
    with pytest.raises(NotAllowed):
        board.do("dispatch_order", order, "agent", MONDAY, organization_id=board.organ(COUNTY))
    order = board.do("dispatch_order", order, "chief", MONDAY, organization_id=board.organ(COUNTY))
    with pytest.raises(operations.ObjectionTooLate):
        board.do("object_to_order", order, "handler", MONDAY, reason=NOTE, better="")


def test_an_objection_has_its_day(board: Switchboard) -> None:
    order = board.dispatched()
    with pytest.raises(operations.ObjectionTooLate, match="2026-11-24"):
        board.do("object_to_order", order, "handler", MONDAY + timedelta(days=2), reason=NOTE, better="")


def test_the_unit_complained_of_does_not_learn_who_called(board: Switchboard) -> None:
    about: dict[str, Any] = {"about_id": board.organ(COUNTY), "caller_phone": "13700000001"}
    words = {"content": f"我叫王来电，电话 13700000001。{WORDS}"}
    hidden, open_one = board.dispatched(**about, **words), board.dispatched(**about, consents=True)
    seen = queries.get_order(order_id=hidden.pk, actor=board.officer("handler"), at=MONDAY)
    assert (seen.hidden, seen.caller_name, seen.caller_phone, seen.history[0].text) == (True, "", "", "")
    assert ("王来电" in seen.content, "13700000001" in seen.content, WORDS in seen.content) == (False, False, True)
    told = queries.get_order(order_id=open_one.pk, actor=board.officer("handler"), at=MONDAY)
    assert (told.hidden, told.caller_name) == (False, "王来电")
    at_the_desk = queries.get_order(order_id=hidden.pk, actor=board.officer("agent"), at=MONDAY)
    assert at_the_desk.caller_phone == "13700000001"


def test_an_emergency_calls_out_who_is_on_duty_within_half_an_hour(board: Switchboard) -> None:
    with pytest.raises(operations.NoDutyOfficer):
        board.filed(emergency="abandoned_infant", urgency="emergency")
    board.on_duty()
    order = board.filed(emergency="abandoned_infant").order
    assert (order.urgency, order.respond_due) == ("emergency", MONDAY + timedelta(minutes=30))
    answered = board.do("respond_to_emergency", order, "agent", MONDAY + timedelta(minutes=9), note=NOTE)
    assert answered.responded_at == MONDAY + timedelta(minutes=9)


def test_what_is_merged_refused_or_explained_leaves_the_score_base(board: Switchboard) -> None:
    first, again, third = (board.filed().order for _ in range(3))
    merged = board.do("merge_order", again, "agent", MONDAY, into=first.number)
    assert (merged.state, merged.counts, merged.merged_into_id) == ("merged", False, first.pk)
    explained = board.do("explain_order", third, "chief", MONDAY, text=NOTE)
    assert (explained.state, explained.counts) == ("explained", False)
    with pytest.raises(operations.CannotMerge):
        board.do("merge_order", first, "agent", MONDAY, into=again.number)


def test_a_report_becomes_no_order_that_goes_round_the_units(board: Switchboard) -> None:
    with pytest.raises(InvalidInput) as refused:
        board.filed(category="report")
    assert "保密通道" in refused.value.problems["category"]
    assert not WorkOrder.objects.exists()


def test_a_reason_of_the_list_is_needed_to_refuse(board: Switchboard) -> None:
    order = board.filed().order
    with pytest.raises(InvalidInput):
        board.do("refuse_order", order, "agent", MONDAY, reason="不想办", text=NOTE)
    assert board.do("refuse_order", order, "agent", MONDAY, reason="outside", text=NOTE).state == "not_accepted"


@pytest.mark.parametrize("act", ["look", "file"])
def test_nobody_finds_out_a_number_by_trying(board: Switchboard, desk: Desk, act: str) -> None:
    """What is refused is taken back, and the count of the tries must not go with it."""
    desk.go(MONDAY)
    known = {"caller_phone": "13800000000", "caller_name": READER.name, "act": act, "category": "consult"}
    for number in range(51):
        desk.go(MONDAY + timedelta(minutes=number))
        desk.refused("agent", "/staff/hotline/call/", 404, **known, last_four=f"{number:04}")
    told = desk.refused("agent", "/staff/hotline/call/", 403, **known, last_four=READER.id_number[-4:])
    assert "查询权已暂停" in told

"""A figure of law takes two people: proposed at its page, approved or sent back by another; nothing holds before."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from tests.platform.catalog.conftest import NOW
from tests.platform.library import COUNTY, MACHINE, NATION, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations as cases
from onedoor.platform.catalog import operations, proposals
from onedoor.platform.catalog.models import ParameterProposal
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.models import OutboxMessage

KEY = "library.deposit"
PAGE = f"/staff/parameters/{KEY}/"
TYPED = {"division": NATION, "value": "80.00", "document": "图〔2026〕9号", "valid_from": "2026-10-01"}
YES = {"deed": "approve", "opinion": "与文件一致，同意。"}
NO = {"deed": "send_back", "opinion": "文件写的是七十元，请核对。"}
Officer = Callable[[str], Client]


@pytest.fixture(autouse=True)
def deposit(books: Library, today: datetime) -> None:
    """The deposit has been a hundred yuan since January."""
    load("100.00")


def load(value: str, division: str = NATION, since: date = date(2026, 1, 1)) -> None:
    operations.set_parameter(
        key=KEY,
        division=division,
        value=value,
        document="图〔2026〕1号",
        valid_from=since,
        actor=MACHINE,
        at=NOW,
    )


def held(day: date = date(2026, 10, 1), place: str = TOWN) -> Any:
    return parameters.figure(KEY, chain=[place, COUNTY, NATION], on=day)


def propose(client: Client, **more: str) -> str:
    """Propose at the page of the figure and return the address of the proposal."""
    sent = client.post(PAGE, TYPED | more)
    assert sent.status_code == 302, sent.content.decode()
    return str(sent.headers["Location"])


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_proposed_figure_holds_only_after_another_person_has_approved_it(officer: Officer) -> None:
    address = propose(officer("item_manager"))
    assert held() == "100.00"
    reviewer = officer("legal_reviewer")
    assert address in words(reviewer.get("/staff/parameters/"))
    shown = words(reviewer.get(address))
    assert "100.00" in shown
    assert "80.00" in shown
    assert "图〔2026〕9号" in shown
    assert reviewer.post(address, YES).status_code == 302
    assert (held(), held(date(2026, 9, 30))) == ("80.00", "100.00")
    done = words(reviewer.get(address))
    assert "已通过" in done
    assert "与文件一致，同意。" in done
    assert address not in words(reviewer.get("/staff/parameters/"))
    events = ["catalog.propose_parameter", "catalog.approve_parameter"]
    assert list(AuditEntry.objects.filter(event__in=events).values_list("event")) == [(one,) for one in events]


def test_whoever_proposed_does_not_approve_or_send_back_but_may_withdraw(officer: Officer) -> None:
    manager = officer("item_manager")  # has the right to review, too
    address = propose(manager)
    shown = words(manager.get(address))
    assert "审核通过" not in shown
    assert "撤回" in shown
    for deed in (YES, NO):
        refused = manager.post(address, deed)
        assert (refused.status_code, "提出人不能审核自己提出的数值" in words(refused)) == (403, True)
    others = officer("legal_reviewer").post(address, {"deed": "withdraw"})
    assert others.status_code == 403
    assert manager.post(address, {"deed": "withdraw"}).status_code == 302
    assert "已撤回" in words(manager.get(address))
    late = officer("legal_reviewer").post(address, YES)
    assert (late.status_code, held()) == (409, "100.00")


def test_sent_back_says_why_and_is_proposed_anew_from_what_was_typed(officer: Officer) -> None:
    manager = officer("item_manager")
    address = propose(manager)
    reviewer = officer("legal_reviewer")
    empty = reviewer.post(address, NO | {"opinion": "不"})
    assert (empty.status_code, "请写明审核意见" in words(empty)) == (422, True)
    assert reviewer.post(address, NO).status_code == 302
    shown = words(manager.get(address))
    assert NO["opinion"] in shown
    (anew,) = [part.split('"')[0] for part in shown.split('href="')[1:] if "anew=" in part.split('"')[0]]
    assert "图〔2026〕9号" in words(manager.get(anew))
    again = propose(manager, value="70.00")
    assert reviewer.post(again, YES).status_code == 302
    assert held() == "70.00"


def test_a_reviewer_without_the_right_to_propose_has_no_form(officer: Officer) -> None:
    reviewer = officer("legal_reviewer")
    assert "提出新的数值" not in words(reviewer.get(PAGE))
    assert reviewer.post(PAGE, TYPED).status_code == 403
    assert "提出新的数值" in words(officer("item_manager").get(PAGE))


def test_what_cannot_be_proposed_is_told_and_nothing_typed_is_lost(officer: Officer) -> None:
    manager = officer("item_manager")
    wrong: list[dict[str, str]] = [
        {"value": "八十"},
        {"value": "1000.01"},
        {"document": "图" * 201},
        {"valid_from": "2026-08-01"},
        {"valid_from": "2026-08-01", "correction": "on", "reason": "错了"},
    ]
    for more in wrong:
        refused = manager.post(PAGE, TYPED | more)
        assert refused.status_code == 422, more
        assert (TYPED | more)["document"] in words(refused)
    assert not ParameterProposal.objects.exists()
    assert manager.get("/staff/parameters/library.nothing/").status_code == 404
    assert manager.get("/staff/parameters/proposals/99/").status_code == 404


def test_a_figure_nobody_has_set_is_proposed_on_its_page(officer: Officer) -> None:
    manager = officer("item_manager")
    assert manager.get("/staff/parameters/drafts.days/").status_code == 200
    assert manager.post("/staff/parameters/drafts.days/", {}).status_code == 422  # not even a place was typed
    named = manager.post(PAGE, TYPED | {"division": COUNTY, "value": "八十"})
    assert f"{COUNTY} 是朝阳区" in words(named)


def test_one_place_has_one_open_proposal_for_a_figure(officer: Officer) -> None:
    manager = officer("item_manager")
    propose(manager)
    second = manager.post(PAGE, TYPED | {"value": "70.00"})
    assert (second.status_code, "已有一件待审核的提议" in words(second)) == (409, True)
    assert propose(officer("county_items"), division=COUNTY)


def test_a_table_that_changed_meanwhile_is_told_and_not_overwritten(officer: Officer) -> None:
    address = propose(officer("county_items"), division=COUNTY)
    reviewer = officer("county_reviewer")
    assert "有了变化" not in words(reviewer.get(address))
    load("90.00", since=date(2026, 9, 1))  # the country's own figure, which the county's would take the place of
    assert "有了变化" in words(reviewer.get(address))
    refused = reviewer.post(address, YES)
    assert (refused.status_code, held()) == (409, "90.00")
    assert reviewer.post(address, NO).status_code == 302


def test_a_later_figure_that_came_meanwhile_is_a_change_too(officer: Officer) -> None:
    address = propose(officer("item_manager"))
    load("70.00", since=date(2026, 12, 1))
    assert officer("legal_reviewer").post(address, YES).status_code == 409


def test_a_day_that_passes_while_the_proposal_waits_needs_a_new_one(books: Library, officer: Officer) -> None:
    address = propose(officer("item_manager"), valid_from="2026-09-02")
    reviewer = books.officer("legal_reviewer")
    number = int(address.rstrip("/").rpartition("/")[2])
    with pytest.raises(operations.DayPassed):
        operations.approve_proposal(
            proposal_id=number, opinion=YES["opinion"], actor=reviewer, at=NOW + timedelta(days=2)
        )
    assert officer("legal_reviewer").post(address, YES).status_code == 302  # on the day itself it is in time


def test_a_correction_of_the_past_says_why_on_the_page_of_the_reviewer(officer: Officer) -> None:
    why = "原登记多写了一位。"
    address = propose(officer("item_manager"), valid_from="2026-01-01", correction="on", reason=why)
    assert held(date(2026, 3, 1)) == "100.00"
    reviewer = officer("legal_reviewer")
    assert why in words(reviewer.get(address))
    assert reviewer.post(address, YES).status_code == 302
    assert held(date(2026, 3, 1)) == "80.00"


def test_what_a_figure_may_be_is_asked_again_when_it_is_approved(officer: Officer) -> None:
    address = propose(officer("item_manager"))
    ParameterProposal.objects.update(value="1000.01")  # as after a change of the code that narrows the bounds
    refused = officer("legal_reviewer").post(address, YES)
    assert (refused.status_code, "0 至 1000" in words(refused), held()) == (422, True, "100.00")


def test_another_countys_proposals_are_not_there(books: Library, officer: Officer) -> None:
    national = propose(officer("item_manager"))
    county = propose(officer("county_items"), division=COUNTY)
    below = officer("county_reviewer")
    assert (below.get(national).status_code, below.get(county).status_code) == (404, 200)
    assert below.post(national, YES).status_code == 404
    assert [one.division for one in proposals.open_proposals(actor=books.officer("county_reviewer"))] == [COUNTY]
    assert officer("clerk").get(county).status_code == 403
    assert officer("approver").get(county).status_code == 403


def test_three_taps_are_one_proposal_and_one_approval(officer: Officer) -> None:
    manager, reviewer = officer("item_manager"), officer("legal_reviewer")
    addresses = {propose(manager, idempotency_key="k") for _ in range(3)}
    assert len(addresses) == 1
    for _ in range(3):
        assert reviewer.post(*addresses, YES | {"idempotency_key": "k"}).status_code == 302
    assert len(parameters.history(KEY)) == 2
    assert OutboxMessage.objects.filter(topic="catalog.parameter_enacted").count() == 1


def test_programs_propose_and_review_alike(officer: Officer) -> None:
    manager, reviewer = officer("item_manager"), officer("legal_reviewer")

    def post(client: Client, path: str, body: dict[str, Any], key: str) -> Any:
        return client.post(f"/api/v1{path}", body, content_type="application/json", headers={"Idempotency-Key": key})

    made = post(manager, f"/parameters/{KEY}/proposals", TYPED, "a")
    assert (made.status_code, made.json()["before"]["value"], made.json()["possible"]) == (200, "100.00", ["withdraw"])
    number = made.json()["id"]
    listed = reviewer.get("/api/v1/parameter-proposals").json()["items"]
    assert [(one["id"], one["value"]) for one in listed] == [(number, "80.00")]
    own = post(manager, f"/parameter-proposals/{number}/deeds", YES, "b")
    assert (own.status_code, own.json()["code"]) == (403, "parameters.own_proposal")
    odd = post(reviewer, f"/parameter-proposals/{number}/deeds", YES | {"deed": "burn"}, "c")
    assert odd.status_code == 422
    done = post(reviewer, f"/parameter-proposals/{number}/deeds", YES, "d")
    assert (done.status_code, done.json()["state"], held()) == (200, "approved", "80.00")


def test_the_database_itself_refuses_one_person_alone(books: Library, officer: Officer) -> None:
    number = int(propose(officer("item_manager")).rstrip("/").rpartition("/")[2])
    row = parameters.history(KEY)[0]
    proposal = ParameterProposal.objects.filter(pk=number)
    own = proposal.get().login_id
    with pytest.raises(IntegrityError, match="proposal_by_two_people"), transaction.atomic():
        proposal.update(state="approved", row=row, settled_at=NOW, settled_login_id=own)


def test_the_pages_cost_the_same_however_much_is_proposed(
    books: Library, officer: Officer, django_assert_num_queries: Any
) -> None:
    manager = books.officer("county_items")
    for place in (COUNTY, TOWN, "330113000000"):
        with time_machine.travel(NOW, tick=False):
            ParameterProposal.objects.create(
                key=KEY,
                division=place,
                value="70.00",
                document="图〔2026〕2号",
                valid_from=date(2026, 10, 1),
                login_id=1,
                recorded_at=NOW,
                recorded_by="甲",
            )
    with django_assert_num_queries(1):
        assert [one.division for one in proposals.open_proposals(actor=manager)] == [COUNTY, TOWN]
    with django_assert_num_queries(1):
        assert len(proposals.proposals_of(key=KEY, actor=manager)) == 2


def test_the_page_says_how_many_open_cases_the_figure_touches(books: Library, officer: Officer) -> None:
    given_up = books.received(NOW)
    cases.withdraw_case(case_id=given_up.pk, actor=books.citizen(), at=NOW)
    books.accepted(NOW)
    sentence = "“借书证办理”：1 件还没有作出决定"
    address = propose(officer("item_manager"))
    assert sentence in words(officer("legal_reviewer").get(address))
    load("60.00", division=COUNTY)  # the case is one of this county, which has its own figure now
    shown = words(officer("legal_reviewer").get(address))
    assert sentence.replace("1 件", "0 件") in shown
    assert "下级有 1 个地区另有自己的数值，不受影响。" in shown
    of_county = officer("county_reviewer").get(propose(officer("county_items"), division=COUNTY))
    assert sentence in words(of_county)
    assert "下级没有另定数值的地区。" in words(of_county)


def test_what_it_touches_costs_the_same_for_a_town_and_for_many_places(
    books: Library, officer: Officer, django_assert_num_queries: Any
) -> None:
    from onedoor.platform.catalog.impact import impact_of

    propose(officer("item_manager"))
    proposal = ParameterProposal.objects.get()
    for place in (COUNTY, "330113000000"):
        load("60.00", division=place)
    with django_assert_num_queries(5):
        found = impact_of(proposal)
    readers = [(one.item, one.cases) for one in found.readers]
    assert (readers, found.own_places) == ([("library.card", 0), ("library.shelf", 0)], 2)


def test_a_figure_all_items_share_is_counted_for_none(officer: Officer) -> None:
    fields = {"division": NATION, "value": "60", "document": "图〔2026〕9号", "valid_from": "2026-10-01"}
    sent = officer("item_manager").post("/staff/parameters/drafts.days/", fields)
    assert "没有事项登记采用这个参数" in words(officer("legal_reviewer").get(sent.headers["Location"]))


def test_places_that_overlap_are_joined() -> None:
    from onedoor.platform.catalog.impact import Places

    places = Places([("20", "30"), ("10", "12"), ("22", "24"), ("30", "31")])
    inside = [code for code in ("09", "10", "11", "12", "19", "20", "25", "30", "31", "99") if code in places]
    assert inside == ["10", "11", "20", "25", "30"]
    assert "10" not in Places([])


LOSS = "/staff/parameters/library.loss/"


def test_two_figures_law_relates_have_to_fit_whichever_is_proposed(officer: Officer) -> None:
    manager, reviewer = officer("item_manager"), officer("legal_reviewer")
    for value, status in (("129.99", 409), ("130.00", 302)):
        sent = manager.post(LOSS, TYPED | {"value": value})
        assert sent.status_code == status
        if status == 409:
            assert "“遗失赔偿”不得低于“借书押金”的 1.3 倍（借书规则第九条；后者当日为 100.00）" in words(sent)
            assert "129.99" in words(sent)
    assert reviewer.post(sent.headers["Location"], YES).status_code == 302
    other_side = manager.post(PAGE, TYPED | {"value": "100.01"})
    assert (other_side.status_code, "不得低于“借书押金”的 1.3 倍" in words(other_side)) == (409, True)
    propose(manager, value="99.99")


def test_what_no_longer_fits_is_refused_at_the_approval(officer: Officer) -> None:
    manager = officer("item_manager")
    sent = manager.post(LOSS, TYPED | {"value": "130.00", "valid_from": "2026-09-05"})
    load("110.00", since=date(2026, 9, 3))
    refused = officer("legal_reviewer").post(sent.headers["Location"], YES)
    assert (refused.status_code, "后者当日为 110.00" in words(refused)) == (409, True)
    assert parameters.figure("library.loss", chain=[NATION], on=date(2026, 9, 5)) is None


def test_only_what_holds_at_the_place_is_compared(officer: Officer) -> None:
    load("60.00", division=COUNTY)
    address = officer("county_items").post(LOSS, TYPED | {"division": COUNTY, "value": "78.00"}).headers["Location"]
    assert officer("county_reviewer").post(address, YES).status_code == 302
    assert officer("item_manager").post(LOSS, TYPED | {"value": "78.00"}).status_code == 409

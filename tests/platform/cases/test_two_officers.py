"""Two officers with the same page open: one acts, the other is told what happened and loses nothing typed."""

import re
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import get_resolver
from tests.platform.desks import Desk, staff
from tests.platform.library import CHINA
from tests.platform.replays.stage import RECIPES, Stage
from tests.platform.replays.test_hundred import arrive, changed, everything, stage
from tests.test_replays import pages, patterns

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Case

__all__ = ["stage"]

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
# Of the addresses under a case: looks, and what is about the case without being an act on it.
ACTS = sorted(
    str(one.name)
    for one in patterns(get_resolver())
    if str(one.pattern).startswith(("cases/<str:number>/", "objections/"))
    and one.name in RECIPES
    and "staff" in one.callback.__module__
    and one.name != "case_fees"  # acts on orders, which have states of their own and are locked as they are touched
)


def seen_on(client: Client, url: str) -> str:
    """Return the position a page carries."""
    page = client.get(url)
    found = set(re.findall(r'name="seen" value="(\d+)"', page.content.decode()))
    assert len(found) == 1, (url, page.status_code, found)
    return str(found.pop())


def test_there_are_acts_to_look_at() -> None:
    assert len(ACTS) >= 21
    assert pages()


@pytest.mark.parametrize("name", ACTS)
def test_every_act_on_a_case_says_where_the_officer_saw_it_and_is_refused_if_it_has_moved(
    stage: Stage, name: str
) -> None:
    sent = RECIPES[name](stage)
    client = stage.client(sent)
    asked = urlencode({name: sent.fields[name] for name in ("key", "step") if name in sent.fields})
    seen = int(seen_on(client, f"{sent.url}?{asked}"))
    assert seen > 0
    before = everything()
    late = arrive(stage, client, sent, seen=str(seen - 1))
    assert late.status_code == 409
    assert "打开页面以后，办件有了变化" in late.content.decode()
    assert client.post(sent.url, {**sent.fields, "seen": ""}).status_code == 400
    assert changed(before, everything()) == {"audit_auditentry"}
    assert arrive(stage, client, sent, seen=str(seen)).status_code == 302


def test_the_second_one_is_told_what_happened_and_by_whom_and_may_go_on(desk: Desk) -> None:
    case = desk.books.received(AT)
    desk.go(AT)
    first, second = desk.client("clerk"), desk.client("second_clerk")
    url = staff(case, "supplement/")
    seen = seen_on(first, url)
    assert seen_on(second, url) == seen
    asked = {"ask-proof": "1", "code-proof": "missing", "problem-proof": "没有交租约", "how-proof": "拍下租约的每一页"}
    assert first.post(staff(case, "correct/"), {"student": "no", "deposit": "50", "present": "yes", "seen": seen})
    answer = second.post(url, {**asked, "seen": seen, "idempotency_key": uuid.uuid4().hex})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "更正" in page
    assert "官员clerk" in page
    assert "没有交租约" in page
    assert "再提交一次" in page
    assert Action.objects.filter(case=case, kind="ask_supplement").count() == 0

    again = dict(re.findall(r'<input type="hidden" name="(seen|idempotency_key)" value="([^"]*)"', page))
    assert int(again["seen"]) == int(seen) + 1
    assert second.post(url, {**asked, **again}).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "supplement_wait"


def test_what_is_not_possible_any_more_is_said_too(desk: Desk) -> None:
    case = desk.books.received(AT)
    desk.go(AT)
    first, second = desk.client("clerk"), desk.client("second_clerk")
    seen = seen_on(second, staff(case, "accept/"))
    assert first.post(staff(case, "accept/"), {"seen": seen}).status_code == 302
    page = second.post(staff(case, "accept/"), {"seen": seen}).content.decode()
    assert "受理" in page
    assert "这个环节现在不用办" in page
    assert Action.objects.filter(case=case, kind="accept").count() == 1


def test_what_the_applicant_does_meanwhile_counts_as_well(desk: Desk) -> None:
    case = desk.books.received(AT)
    desk.go(AT)
    clerk = desk.client("clerk")
    seen = seen_on(clerk, staff(case, "accept/"))
    operations.withdraw_case(case_id=case.pk, actor=desk.books.citizen(), at=AT)
    answer = clerk.post(staff(case, "accept/"), {"seen": seen})
    assert answer.status_code == 409
    assert "申请人" in answer.content.decode()


def test_a_program_names_the_position_it_has_read(desk: Desk) -> None:
    case = desk.books.received(AT)
    desk.go(AT)
    clerk = desk.client("clerk")
    url = f"/api/v1/cases/{case.number}"
    position = clerk.get(url).json()["position"]

    def accept(seen: Any) -> Any:
        headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": str(seen)}
        return clerk.post(f"{url}/acceptance", content_type="application/json", headers=headers)

    late = accept(position - 1)
    assert (late.status_code, late.json()["code"]) == (409, "cases.changed")
    assert accept("something").status_code == 422
    assert accept(position).status_code == 200

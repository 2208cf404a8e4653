"""One organ asks another for data: asked, answered in time, granted field by field, provided, used, revoked."""

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform.desks import Desk
from tests.platform.exchange.shared import DATASET, LAW, Borrowers, many_numbers
from tests.platform.library import CHINA, FRIEND, READER, Library

from onedoor.platform.audit.models import AuditEntry, QuerySuspension
from onedoor.platform.cases.models import Case
from onedoor.platform.exchange import operations
from onedoor.platform.exchange.models import DataUse, ShareGrant, ShareRequest
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.supervision.models import SupervisionEvent

AT = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
ASKED = {"fields": ["kind", "since"], "purpose": "核对学生读者免押金资格", "legal_basis": LAW, "until": "2027-12-31"}
UNKNOWN = many_numbers(1)[0]  # nobody here has this number


@pytest.fixture
def at_desk(desk: Desk, school: Organization, borrowers: Borrowers) -> Desk:
    desk.go(AT)
    return desk


def ask(desk: Desk, **changes: Any) -> ShareRequest:
    desk.act("teacher", f"/staff/sharing/ask/{DATASET.code}/", **ASKED | changes)
    return ShareRequest.objects.latest("pk")


def url(request: ShareRequest, more: str = "") -> str:
    return f"/staff/sharing/{request.number}/{more}"


def grant(desk: Desk, request: ShareRequest, **changes: Any) -> ShareGrant:
    answer = {"deed": "grant", "fields": ["kind"], "last_valid_on": "2027-06-30"}
    desk.act("steward", url(request), **answer | changes)
    return ShareGrant.objects.get(request=request)


def in_use(desk: Desk, **changes: Any) -> ShareRequest:
    request = ask(desk)
    grant(desk, request, **changes)
    desk.act("steward", url(request), deed="provide")
    return request


def query(desk: Desk, request: ShareRequest, business: str = "JY-2026-00031", people: str = READER.id_number) -> str:
    answer = desk.post("teacher", url(request, "use/"), business=business, id_numbers=people)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def test_a31_the_answer_is_due_in_ten_working_days_and_the_data_in_twenty(at_desk: Desk) -> None:
    request = ask(at_desk)
    assert request.reply_due_on == date(2026, 12, 7)
    assert "2026-12-07" in at_desk.page("steward", "/staff/sharing/")
    at_desk.go(datetime(2026, 12, 7, 16, 0, tzinfo=CHINA))
    given = grant(at_desk, request)
    assert given.provide_due_on == date(2027, 1, 5)
    assert given.provisional  # the holidays of 2027 are not published
    assert "2027年1月5日" in at_desk.page("teacher", url(request))


def test_unconditional_data_are_answered_in_one_working_day_and_cannot_be_refused(at_desk: Desk) -> None:
    request = ask(at_desk, fields=["branch"])
    assert request.reply_due_on == date(2026, 11, 24)
    refused = at_desk.refused("steward", url(request), 409, deed="refuse", reason="不想提供。", basis="无依据可言")
    assert "依规定应当提供" in refused
    limited = {"deed": "grant", "fields": "branch", "last_valid_on": "2027-06-30", "most_a_day": "5"}
    assert "不能另加条件" in at_desk.refused("steward", url(request), 409, **limited)
    assert grant(at_desk, request, fields=["branch"]).fields == ["branch"]


def test_the_whole_way_ask_grant_provide_use_revoke(at_desk: Desk, books: Library) -> None:
    request = ask(at_desk)
    assert "待答复" in at_desk.page("teacher", "/staff/sharing/")
    grant(at_desk, request)
    early = at_desk.refused("teacher", url(request, "use/"), 409, business="JY-1", id_numbers=READER.id_number)
    assert "待提供" in early
    at_desk.act("steward", url(request), deed="provide")

    page = query(at_desk, request, people=f"{READER.id_number}\n{FRIEND.id_number}\n{READER.id_number}\n")

    assert "成人" in page
    assert "办证日期</th>" not in page  # asked for, not granted
    assert page.count("没有记录") == 1
    assert READER.id_number not in page
    use = DataUse.objects.get()
    assert (use.asked, use.found, use.business, use.fields) == (2, 1, "JY-2026-00031", ["kind"])
    assert (use.organization_name, use.purpose_words) == ("朝阳区教育局", ASKED["purpose"])
    own = at_desk.page("reader", "/me/uses/")
    assert "朝阳区教育局" in own
    assert str(ASKED["purpose"]) in own
    assert "JY-2026-00031" in own
    bill = at_desk.page("steward", url(request))
    assert "2026-11" in bill
    assert "官员teacher" in bill
    at_desk.act("steward", url(request), deed="revoke", revoke_reason="已不再需要使用")
    over = at_desk.refused("teacher", url(request, "use/"), 409, business="JY-2", id_numbers=READER.id_number)
    assert "已撤销" in over
    assert DataUse.objects.count() == 1


def test_a_refusal_names_reason_and_article(at_desk: Desk) -> None:
    request = ask(at_desk)
    page = at_desk.refused("steward", url(request), 422, deed="refuse", reason="", basis="")
    assert "请写明不同意的理由" in page
    assert "请写明不同意的依据" in page
    at_desk.act("steward", url(request), deed="refuse", reason="用途与申请事项无关", basis="《政务数据共享条例》")
    told = at_desk.page("teacher", url(request))
    assert "用途与申请事项无关" in told
    again = at_desk.refused("steward", url(request), 409, deed="grant", fields="kind", last_valid_on="2027-06-30")
    assert "已经答复" in again


def test_a_grant_ends_with_its_last_day(at_desk: Desk) -> None:
    request = in_use(at_desk, last_valid_on="2026-11-30")
    at_desk.go(datetime(2026, 11, 30, 23, 59, tzinfo=CHINA))
    assert "成人" in query(at_desk, request)
    at_desk.go(datetime(2026, 12, 1, 0, 1, tzinfo=CHINA))
    over = at_desk.refused("teacher", url(request, "use/"), 409, business="JY-1", id_numbers=READER.id_number)
    assert "已到期" in over


def test_no_more_people_a_day_than_granted(at_desk: Desk) -> None:
    request = in_use(at_desk, most_a_day="2")
    query(at_desk, request, people=f"{READER.id_number}\n{FRIEND.id_number}")
    full = at_desk.refused("teacher", url(request, "use/"), 409, business="JY-1", id_numbers=READER.id_number)
    assert "今天还能查 0 人" in full
    at_desk.go(AT + timedelta(days=1))
    assert "成人" in query(at_desk, request)


def test_only_rows_of_the_place_that_was_asked_for_are_given(
    at_desk: Desk, books: Library, borrowers: Borrowers
) -> None:
    borrowers.clear()
    borrowers.add(books.reader.pk, division="330113100000")
    request = in_use(at_desk)
    assert "没有记录" in query(at_desk, request)
    assert "成人" not in query(at_desk, request)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"fields": []}, "请选择需要的数据项"),
        ({"fields": ["diary"]}, "不予共享的数据项不能申请"),
        ({"fields": ["kind", "shoe_size"]}, "请选择需要的数据项"),
        ({"purpose": "查"}, "请写明用来办什么事"),
        ({"legal_basis": " "}, "请写明使用数据的法律依据"),
        ({"until": "2026-11-23"}, "使用期限应在今天以后"),
        ({"until": "31.2."}, "请按 2026-11-24 的样子填写日期"),
    ],
)
def test_a_request_that_says_too_little_is_told_what_is_missing_and_keeps_what_was_typed(
    at_desk: Desk, changes: dict[str, Any], told: str
) -> None:
    typed = ASKED | {"purpose": "核对学生读者免押金资格甲"} | changes
    page = at_desk.refused("teacher", f"/staff/sharing/ask/{DATASET.code}/", 422, **typed)
    assert told in page
    assert str(typed["purpose"]) in page
    assert not ShareRequest.objects.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"fields": ["kind", "deposit"]}, "请在申请的数据项里选择"),
        ({"last_valid_on": "2028-01-01"}, "最迟到申请的 2027-12-31"),
        ({"most_a_day": "0"}, "每日人数应是正整数"),
        ({"most_a_day": "许多"}, "每日人数请填整数"),
    ],
)
def test_more_than_was_asked_for_is_not_granted(at_desk: Desk, changes: dict[str, Any], told: str) -> None:
    request = ask(at_desk)
    answer = {"deed": "grant", "fields": ["kind"], "last_valid_on": "2027-06-30"}
    assert told in at_desk.refused("steward", url(request), 422, **answer | changes)
    assert not ShareGrant.objects.exists()


def test_only_the_two_organs_see_a_request_and_only_the_owners_steward_answers(at_desk: Desk) -> None:
    request = ask(at_desk)
    assert at_desk.get("other_steward", url(request)).status_code == 404
    assert request.number not in at_desk.page("other_steward", "/staff/sharing/")
    assert at_desk.get("clerk", url(request)).status_code == 403
    assert at_desk.get("clerk", "/staff/sharing/").status_code == 403
    answer = {"fields": "kind", "last_valid_on": "2027-06-30"}
    assert at_desk.post("other_steward", url(request), deed="grant", **answer).status_code == 404
    assert at_desk.post("teacher", url(request), deed="grant", **answer).status_code == 404
    grant(at_desk, request)
    at_desk.act("steward", url(request), deed="provide")
    other = at_desk.post("steward", url(request, "use/"), business="1", id_numbers=READER.id_number)
    assert other.status_code == 404  # the owner needs no grant, and this is not theirs
    assert not DataUse.objects.exists()


def test_an_organ_does_not_ask_itself(at_desk: Desk, books: Library) -> None:
    own = replace(books.officer("steward"), permissions=frozenset({"exchange.request"}))
    with pytest.raises(InvalidInput) as refused:
        operations.request_sharing(
            dataset=DATASET.code,
            fields=["kind"],
            purpose="核对资格",
            legal_basis=LAW,
            until=date(2027, 1, 1),
            actor=own,
            at=AT,
        )
    assert "不需要申请共享" in refused.value.problems["dataset"]


# A32, through the interface


def call(desk: Desk, request: ShareRequest, business: str, *people: str) -> Any:
    body = json.dumps({"business": business, "id_numbers": list(people)})
    client = desk.client("teacher")
    return client.post(f"/api/v1/sharing/{request.number}/uses", body, content_type="application/json")


def test_the_interface_gives_what_is_granted_by_position_and_no_numbers_back(at_desk: Desk) -> None:
    request = in_use(at_desk)
    answer = call(at_desk, request, "JY-2026-00031", UNKNOWN, READER.id_number)
    assert answer.status_code == 200, answer.content
    content = answer.json()
    assert [one["position"] for one in content["people"]] == [0, 1]
    assert content["people"][0]["rows"] == []
    assert content["people"][1]["rows"] == [{"as_of": "2026-09-01", "stale": True, "values": {"kind": "成人"}}]
    assert str(DataUse.objects.get().pk) == content["receipt"]
    assert READER.id_number not in answer.content.decode()
    listed = at_desk.get("teacher", "/api/v1/datasets").json()["items"]
    diary = next(
        field for one in listed if one["code"] == DATASET.code for field in one["fields"] if field["code"] == "diary"
    )
    assert (diary["sharing"], diary["title_en"]) == ("not_shared", "What was read")


def test_a32_a_call_without_a_case_number_is_refused_and_counts_until_the_right_is_suspended(at_desk: Desk) -> None:
    request = in_use(at_desk)
    for _ in range(50):
        refused = call(at_desk, request, " ", READER.id_number)
        assert (refused.status_code, refused.json()["code"]) == (403, "exchange.business_missing")
    assert AuditEntry.objects.filter(event="exchange.business_missing", outcome="refused").count() == 50
    assert not QuerySuspension.objects.exists()
    assert call(at_desk, request, "JY-1", READER.id_number).status_code == 200

    call(at_desk, request, "", READER.id_number)

    assert QuerySuspension.objects.get().looks == 51
    outbox.deliver_pending(at=AT)
    assert SupervisionEvent.objects.get(rule="D01").lamp == "red"
    suspended = call(at_desk, request, "JY-2", READER.id_number)
    assert (suspended.status_code, suspended.json()["code"]) == (403, "audit.query_suspended")
    assert DataUse.objects.count() == 1


def test_a_wrong_number_is_told_by_its_place_and_more_than_a_hundred_are_not_taken(at_desk: Desk) -> None:
    request = in_use(at_desk)
    page = at_desk.refused(
        "teacher", url(request, "use/"), 422, business="JY-1", id_numbers=f"{READER.id_number}\n110105199001011234"
    )
    assert "第 2 个身份证号不对" in page
    assert READER.id_number in page  # what was typed is kept
    assert "请填写要查询的身份证号" in at_desk.refused("teacher", url(request, "use/"), 422, business="JY-1")
    crowd = at_desk.refused(
        "teacher", url(request, "use/"), 422, business="JY-1", id_numbers="\n".join(many_numbers(101))
    )
    assert "一次最多查询 100 人" in crowd
    assert not DataUse.objects.exists()


@pytest.mark.parametrize("business", ["1", "JY1", "教育业务", "JY 2026 00031", "<b>2026</b>", "2" * 39 + "、"])
def test_what_cannot_be_a_number_of_a_matter_is_told_and_nothing_is_given(at_desk: Desk, business: str) -> None:
    request = in_use(at_desk)
    page = at_desk.refused("teacher", url(request, "use/"), 422, business=business, id_numbers=READER.id_number)
    assert "例如 YB-2026-00318" in page
    assert READER.id_number in page  # what was typed is kept
    refused = call(at_desk, request, business, READER.id_number)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/business")
    assert not DataUse.objects.exists()


@pytest.mark.parametrize("business", ["张三13900010003", "JY-110105194912310021", "11010519491231002x"])
def test_the_number_of_a_matter_holds_nobodys_own_number(at_desk: Desk, business: str) -> None:
    request = in_use(at_desk)
    page = at_desk.refused("teacher", url(request, "use/"), 422, business=business, id_numbers=READER.id_number)
    assert "业务编号里不能写身份证号或者电话号码" in page
    assert not DataUse.objects.exists()


def test_the_number_of_a_case_here_counts_only_for_the_organ_that_has_it_in_hand(
    at_desk: Desk, school: Organization
) -> None:
    request, case = in_use(at_desk), at_desk.books.accepted(AT)
    wrong = case.number[:-1] + ("0" if case.number[-1] != "0" else "1")
    for number, told in (
        (wrong, "校验位不符"),
        (case.number[:-2], "校验位不符"),
        (case.number, "本单位没有这个编号的办件"),
    ):
        assert told in at_desk.refused(
            "teacher", url(request, "use/"), 422, business=number, id_numbers=READER.id_number
        )
    assert not DataUse.objects.exists()
    Case.objects.filter(pk=case.pk).update(deciding_organization=school)
    query(at_desk, request, business=case.number.lower())
    assert DataUse.objects.get().asked == 1


def test_the_pages_of_sharing_carry_no_ones_number_in_their_addresses(at_desk: Desk) -> None:
    request = in_use(at_desk)
    page = query(at_desk, request)
    assert not re.search(r'(href|action)="[^"]*\d{17}[\dX]', page)

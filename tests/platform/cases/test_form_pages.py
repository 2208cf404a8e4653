"""The form as a person meets it in a browser without JavaScript: places, spellings, sums, sources, the notice."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.platform import library
from tests.platform.big_form import TYPES
from tests.platform.cases.conftest import NOW
from tests.platform.library import Library

from onedoor.platform.cases import applications, checks, handlers, operations
from onedoor.platform.cases.models import AnswerSources, Draft
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.credit_codes import credit_code_check

NAME, PROPOSAL = "阿依古丽\u30fb买买提", "阿依古丽·买买提"


def started(books: Library, *fields: dict[str, Any], **form: Any) -> Draft:
    """Publish the item with these questions and begin an application."""
    sections = [{"code": "one", "title": "第一页", "fields": list(fields)}]
    library.publish(library.item(form={"sections": sections, **form}, materials=[]), valid_from=date(2026, 8, 1))
    return operations.start_draft(item_code=library.ITEM, applicant_id=books.reader.pk, actor=books.citizen(), at=NOW)


def page(browser: Client, draft: Draft) -> str:
    return browser.get(f"/drafts/{draft.pk}/s/one/").content.decode()


def post(browser: Client, draft: Draft, **posted: str) -> Any:
    revision = Draft.objects.get(pk=draft.pk).revision
    named = {name.replace("__", "-"): text for name, text in posted.items()}
    return browser.post(f"/drafts/{draft.pk}/s/one/", {"revision": revision, **named})


def submit(books: Library, draft: Draft) -> Any:
    revision = Draft.objects.get(pk=draft.pk).revision
    return operations.submit_draft(draft_id=draft.pk, revision=revision, actor=books.citizen(), at=NOW)


def answers(draft: Draft) -> Any:
    return Draft.objects.get(pk=draft.pk).answers


NAME_FIELD = {"code": "name", "type": "person_name", "label": "姓名", "required": True}


def test_a43_a_name_is_respelled_after_the_person_has_seen_and_confirmed_it(books: Library, browser: Client) -> None:
    draft = started(books, NAME_FIELD)
    asked = post(browser, draft, name=NAME)
    assert asked.status_code == 422
    assert f'name="name-as" value="{PROPOSAL}"' in asked.content.decode()
    assert f'value="{NAME}"' in asked.content.decode()
    with pytest.raises(InvalidInput) as refused:
        submit(books, draft)
    assert PROPOSAL in refused.value.problems["name"]
    assert f'name="name-as" value="{PROPOSAL}"' in page(browser, draft)
    assert post(browser, draft, name=NAME, name__as=PROPOSAL).status_code == 302
    assert submit(books, draft).declared.content == {"name": PROPOSAL}


PLACE = {"code": "place", "type": "division", "label": "现居住地", "level": 5}
WORDS = {"code": "words", "type": "text", "label": "备注", "max_length": 4}


def test_a_place_is_found_step_by_step_and_the_rest_of_the_page_stays(books: Library, browser: Client) -> None:
    draft = started(books, PLACE, WORDS)
    found = post(browser, draft, words="五个字太长", place__q="临平", **{"seek-place": "1"})
    assert found.status_code == 200
    assert 'name="open-place" value="330113000000"' in found.content.decode()
    assert 'value="五个字太长"' in found.content.decode()
    below = post(browser, draft, words="搬来", **{"open-place": "330113000000"}).content.decode()
    assert re.search(r'type="radio" name="place" value="330113100000"[^>]*>塘栖镇', below)
    assert post(browser, draft, words="搬来", place="330113100000").status_code == 302
    assert answers(draft) == {"place": "330113100000", "words": "搬来"}
    assert re.search(r'value="330113100000" checked>塘栖镇', page(browser, draft))
    assert "塘栖镇" in browser.get(f"/drafts/{draft.pk}/review/").content.decode()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("999999999999", "没有这个地区"), ("330113000000", "请选到乡镇、街道一级。"), ("330113100000", "")],
)
def test_a_place_exists_and_is_chosen_far_enough_down(
    books: Library, browser: Client, code: str, sentence: str
) -> None:
    draft = started(books, {"code": "home", "type": "full_address", "label": "住址", "level": 5})
    answer = post(browser, draft, home__division=code, home__detail="水北街 18 号")
    assert answer.status_code == (422 if sentence else 302)
    if sentence:
        assert sentence in answer.content.decode()
        with pytest.raises(InvalidInput) as refused:
            submit(books, draft)
        assert set(refused.value.problems) == {"home.division"}
    else:
        assert "塘栖镇水北街 18 号" in browser.get(f"/drafts/{draft.pk}/review/").content.decode()


LOANS = {
    "code": "loans",
    "type": "table",
    "label": "借的书",
    "columns": [
        {"code": "copies", "type": "integer", "label": "册数"},
        {"code": "price", "type": "money", "label": "单价"},
        {"code": "worth", "type": "computed", "label": "小计", "computes": "worth", "shows": "money"},
    ],
}
TOTAL = {"code": "total", "type": "computed", "label": "合计", "computes": "total", "shows": "money"}
WHY = {"code": "why", "type": "text", "label": "为什么这么多", "required_when": {"field": "total", "greater": 100}}


def worth(row: Any) -> Decimal | None:
    return row["copies"] * Decimal(row["price"]) if row.get("copies") and row.get("price") else None


def total(form: Any) -> Decimal:
    return sum((Decimal(row["worth"]) for row in form.get("loans", []) if row.get("worth")), Decimal(0))


@pytest.fixture
def sums(books: Library, monkeypatch: pytest.MonkeyPatch) -> Draft:
    handler = replace(library.HANDLER, computations={"worth": worth, "total": total})
    monkeypatch.setitem(handlers._handlers, library.ITEM, handler)
    return started(books, LOANS, TOTAL, WHY)


def loans(*rows: tuple[str, str], **more: str) -> dict[str, str]:
    posted = {"loans-rows": str(len(rows))}
    for place, (copies, price) in enumerate(rows):
        posted |= {f"loans-{place}-copies": copies, f"loans-{place}-price": price}
    return posted | more


def test_sums_are_shown_while_one_fills_in_and_worked_out_on_the_server(
    browser: Client, sums: Draft, books: Library
) -> None:
    shown = post(
        browser, sums, **loans(("2", "10"), ("1", "5.5"), total="9999", **{"loans-0-worth": "1", "recount": "1"})
    )
    assert shown.status_code == 200
    assert '<output id="id_total">25.50 元</output>' in shown.content.decode()
    assert '<output id="id_loans_0_worth">20.00 元</output>' in shown.content.decode()
    revision = Draft.objects.get(pk=sums.pk).revision
    saved = browser.post(
        f"/drafts/{sums.pk}/s/one/", {"revision": revision, **loans(("3", "10"))}, headers={"X-Autosave": "1"}
    )
    assert saved.json()["computed"] == {"id_total": "30.00 元", "id_loans_0_worth": "30.00 元"}


def test_what_is_computed_decides_what_is_asked_and_is_computed_anew_at_submission(
    browser: Client, sums: Draft, books: Library
) -> None:
    post(browser, sums, **loans(("20", "10")))
    with pytest.raises(InvalidInput) as refused:
        submit(books, sums)
    assert set(refused.value.problems) == {"why"}
    post(browser, sums, **loans(("20", "10"), why="开班用"))
    forged = Draft.objects.get(pk=sums.pk)
    forged.answers = forged.answers | {"total": "1.00"}
    forged.save()
    assert submit(books, sums).declared.content["total"] == "200.00"


def test_an_item_whose_sums_nobody_works_out_is_found_before_a_citizen_does(sums: Draft) -> None:
    item = sums.item_version.item
    assert checks.faults_of(item) == []
    handlers._handlers[library.ITEM] = library.HANDLER
    assert checks.faults_of(item) == ["没有登记计算函数 total", "没有登记计算函数 worth"]


LOCKED = NAME_FIELD | {"prefill": "person.name", "locked": True}
STREET = {"code": "street", "type": "address", "label": "住址", "prefill": "fact:police.household.address"}


@pytest.fixture
def known(books: Library) -> Draft:
    draft = started(books, LOCKED, STREET)
    operations.record_fact(
        draft_id=draft.pk, path="police.household.address", value="水北街 18 号", source="公安户籍登记",
        as_of=date(2026, 8, 30), actor=library.MACHINE, at=NOW,
    )  # fmt: skip
    return draft


def test_a_known_answer_shows_its_source_and_who_may_change_it(browser: Client, known: Draft) -> None:
    shown = page(browser, known)
    assert "来源：平台实名信息，不用填" in shown
    assert "不对？申请更正" in shown
    assert "来源：公安户籍登记，2026-08-30，请核对；不对可以直接改" in shown


def test_a_locked_answer_stands_whatever_is_posted(browser: Client, books: Library, known: Draft) -> None:
    assert post(browser, known, name="别人", street="水北街 18 号").status_code == 302
    case = submit(books, known)
    assert case.declared.content == {"name": library.READER.name, "street": "水北街 18 号"}
    assert AnswerSources.objects.get(case=case).content == {
        "name": {"source": "平台实名信息", "as_of": "", "changed": False},
        "street": {"source": "公安户籍登记", "as_of": "2026-08-30", "changed": False},
    }


def test_a_locked_answer_is_disputed_with_a_reason_and_the_officer_sees_the_difference(
    browser: Client, books: Library, known: Draft, clerk_browser: Client
) -> None:
    said = {"name": "欧阳晓那", "name-other": "on", "street": "水南街 3 号"}
    asked = post(browser, known, **said)
    assert asked.status_code == 422
    assert "请写明“姓名”哪里不对" in asked.content.decode()
    assert 'value="欧阳晓那"' in asked.content.decode()
    with pytest.raises(InvalidInput) as refused:
        submit(books, known)
    assert set(refused.value.problems) == {"name"}
    assert post(browser, known, **said, **{"name-reason": "登记时写错了字"}).status_code == 302
    assert 'value="登记时写错了字"' in page(browser, known)
    case = submit(books, known)
    operations.hand_in_case(case_id=case.pk, actor=books.citizen(), at=NOW)
    shown = clerk_browser.get(f"/staff/cases/{case.number}/").content.decode()
    for words in (
        "欧阳晓那",
        "与平台实名信息不同",
        "登记为：欧阳晓娜",
        "登记时写错了字",
        "与公安户籍登记，2026-08-30不同",
        "登记为：水北街 18 号",
    ):
        assert words in shown


def test_going_back_to_the_known_answer_ends_the_dispute(browser: Client, books: Library, known: Draft) -> None:
    post(browser, known, name="欧阳晓那", **{"name-other": "on", "name-reason": "登记时写错了字"})
    post(browser, known, name="欧阳晓那", street="水北街 18 号")
    assert answers(known)["name"] == library.READER.name
    assert Draft.objects.get(pk=known.pk).reasons == {}


def test_reasons_and_sources_lie_encrypted_in_the_database(browser: Client, books: Library, known: Draft) -> None:
    post(browser, known, name="欧阳晓那", **{"name-other": "on", "name-reason": "登记时写错了字"})
    submit(books, known)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reasons FROM cases_draft")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT content FROM cases_answersources")
        stored += str(cursor.fetchall())
    assert "登记" not in stored
    assert "晓" not in stored


def test_known_rows_are_compared_as_far_as_they_are_known(books: Library) -> None:
    table = {
        "code": "members", "type": "table", "label": "家人", "prefill": "fact:police.members",
        "columns": [{"code": "name", "type": "person_name", "label": "姓名"}, {"code": "note", "type": "text", "label": "备注"}],
    }  # fmt: skip
    draft = started(books, table)
    operations.record_fact(
        draft_id=draft.pk, path="police.members", value=[{"name": "张三"}], source="公安户籍登记",
        as_of=date(2026, 8, 30), actor=library.MACHINE, at=NOW,
    )  # fmt: skip
    for rows, changed in (([{"name": "张三", "note": "在校"}], False), ([{"name": "张三"}, {"name": "李四"}], True)):
        assert applications.sources_of(draft, {"members": rows})["members"]["changed"] is changed


def test_the_notice_stands_before_the_first_question(books: Library, browser: Client) -> None:
    started(books, {"code": "id_number", "type": "citizen_id", "label": "身份证号", "sensitive": True})
    shown = browser.get(f"/items/{library.ITEM}/start/").content.decode()
    for words in (
        "只用于办理“借书证办理”",
        "《公共图书馆法》第三十六条",
        "乡镇、街道、县（市、区）受理和决定的机关",
        "草稿保留 90 天后删除",
    ):
        assert words in shown
    assert "其中身份证号是敏感个人信息" in shown


def test_an_item_says_for_itself_what_its_data_are_for(books: Library, browser: Client) -> None:
    own = {"purpose": "只用来借书", "basis": "馆章", "recipients": ["书店"], "kept": "还书后一个月"}
    draft = started(books, TYPES[15] | {"why": "用来确认是您本人。"}, privacy=own)
    shown = browser.get(f"/items/{library.ITEM}/start/").content.decode()
    assert all(words in shown for words in ("只用来借书", "馆章", "书店", "还书后一个月"))
    assert "用来确认是您本人。" in page(browser, draft)


def test_every_question_has_one_label_and_the_right_keyboard(books: Library, browser: Client) -> None:
    draft = started(books, *TYPES)
    shown = page(browser, draft)
    labelled = re.findall(r'<label for="(id_[a-z_0-9]+)"', shown)
    assert len(labelled) == len(set(labelled))
    boxes = re.findall(r'<(?:input|select|textarea)[^>]*\sid="(id_[a-z_0-9]+)"[^>]*>', shown)
    assert set(labelled) | {"id_promise", "id_place_q", "id_home_division_q"} == set(boxes) | {
        "id_place_q",
        "id_home_division_q",
    }
    for code, attribute in {
        "deposit": 'inputmode="decimal"',
        "copies": 'inputmode="numeric"',
        "phone": 'inputmode="tel"',
        "email": 'autocomplete="email"',
        "post": 'autocomplete="postal-code"',
        "street": 'autocomplete="street-address"',
        "name": 'autocomplete="name"',
        "id_number": 'autocomplete="off"',
        "guarantor_name": 'autocomplete="off"',
    }.items():
        box = re.search(rf'<input[^>]*id="id_{code}"[^>]*>', shown)
        assert box is not None
        assert attribute in box[0]
    assert "<script>" not in shown


def test_each_problem_of_the_summary_leads_to_its_question(books: Library, browser: Client) -> None:
    draft = started(books, *[one | {"required": True} for one in TYPES])
    shown = post(browser, draft, paper__kind="cn_passport", born="2026-02-31").content.decode()
    targets = re.findall(r'<li><a href="#(id_[a-z_0-9]+)">', shown)
    assert len(targets) >= len(TYPES)
    assert [target for target in targets if f'id="{target}"' not in shown] == []
    review = browser.post(f"/drafts/{draft.pk}/review/", {"revision": Draft.objects.get(pk=draft.pk).revision})
    linked = re.findall(rf'<a href="/drafts/{draft.pk}/s/one/#(id_[a-z_0-9]+)">', review.content.decode())
    assert set(linked) == set(targets)


def test_a44_a_permit_of_hong_kong_is_read_by_its_number_alone(books: Library, browser: Client) -> None:
    draft = started(books, {"code": "guest", "type": "person", "label": "同住人"})
    answer = post(browser, draft, guest__name="陈嘉敏", guest__id_number="810000199408230021")
    assert answer.status_code == 302, answer.content.decode()
    assert answers(draft) == {"guest": {"name": "陈嘉敏", "id_number": "810000199408230021"}}
    # The sex is of the number's parity, the birth date of its middle; no county is looked up for 810000.
    assert "1994年8月23日出生，女" in browser.get(f"/drafts/{draft.pk}/review/").content.decode()


def test_a45_a_credit_code_of_a_committee_is_taken_with_a_warning(books: Library, browser: Client) -> None:
    draft = started(books, {"code": "uscc", "type": "credit_code", "label": "统一社会信用代码"})
    assert post(browser, draft, uscc="54370103MF12345676").status_code == 422
    assert post(browser, draft, uscc="5437 0103 MF12 3456 75").status_code == 302
    assert answers(draft) == {"uscc": "54370103MF12345675"}
    review = browser.get(f"/drafts/{draft.pk}/review/").content.decode()
    assert "54370103MF12345675（前两位 54 不在公布的代码表内，请对照证书核对）" in review
    odd = "51110105MF1234560" + credit_code_check("51110105MF1234560")  # the organization code inside ends with 7
    assert post(browser, draft, uscc=odd).status_code == 302
    review = browser.get(f"/drafts/{draft.pk}/review/").content.decode()
    assert f"{odd}（其中的组织机构代码校验不通过，请对照证书核对）" in review

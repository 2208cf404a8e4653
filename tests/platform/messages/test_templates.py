"""Words of notices take two people; a message remembers its version; nothing personal leaves the house."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.platform.desks import Desk
from tests.platform.library import CHINA, MACHINE, Library

from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.messages import operations, shipped, wording
from onedoor.platform.messages.models import Message, TemplateVersion

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
CODE = "cases.accept"
ADDRESS = f"/staff/templates/{CODE}/"
NEW = "“{item}”已经受理，{promised} 前办好。{later}"
FORM = {"channel": "inbox", "text": NEW, "valid_from": "2026-09-02", "reason": "原来的说法太长"}


def officer(books: Library, name: str) -> Actor:
    return replace(books.officer(name), login_id=Login.objects.get(username=name).pk)


def propose(books: Library, **changes: Any) -> TemplateVersion:
    usual = {"template": CODE, "channel": "inbox", "text": NEW, "valid_from": AT.date(), "valid_to": None}
    usual |= {"reason": "原来的说法太长", "actor": officer(books, "item_manager"), "at": AT}
    return operations.propose_template(**usual | changes)


def approve(books: Library, row: TemplateVersion, name: str = "legal_reviewer", at: datetime = AT) -> None:
    operations.approve_template(version_id=row.pk, opinion="", actor=officer(books, name), at=at)


def tell(books: Library, source: str, at: datetime) -> Message:
    operations.send_message(
        recipient_id=books.reader.pk,
        event=CODE,
        values={"item": "借书证", "promised": "2026-09-15", "later": ""},
        link="/",
        case_number="",
        source=source,
        actor=MACHINE,
        at=at,
    )
    return Message.objects.get(source=source, channel="inbox")


def test_new_words_hold_from_their_day_and_old_messages_keep_their_version(desk: Desk) -> None:
    desk.go(AT)
    before = tell(desk.books, "action:1", AT)
    desk.act("item_manager", ADDRESS, **FORM)
    row = TemplateVersion.objects.get(state="open")
    page = f"/staff/template-versions/{row.pk}/"
    assert "“〔事项名称〕”已经受理" in desk.page("legal_reviewer", page)
    assert desk.refused("item_manager", page, 403, deed="approve")
    desk.act("legal_reviewer", page, deed="approve", opinion="同意")
    same_day, next_day = tell(desk.books, "action:2", AT), tell(desk.books, "action:3", AT + timedelta(days=1))
    assert (str(same_day.text), str(next_day.text)) == (
        "“借书证”申请已受理，最迟 2026-09-15 办结。",
        "“借书证”已经受理，2026-09-15 前办好。",
    )
    assert [one.template.number for one in (before, same_day, next_day) if one.template] == [1, 1, 2]
    assert "第 2 版" in desk.page("item_manager", ADDRESS)


def test_words_that_end_give_way_to_those_before(books: Library) -> None:
    tell(books, "action:1", AT)
    approve(books, propose(books, valid_to=date(2026, 9, 10)))
    assert "前办好" in str(tell(books, "action:2", AT).text)
    assert "最迟" in str(tell(books, "action:3", AT + timedelta(days=9)).text)


def test_a_text_message_with_personal_facts_is_refused_at_review(desk: Desk) -> None:
    desk.go(AT)
    text = "【一门通】“{item}”已受理。"
    desk.act("item_manager", ADDRESS, **FORM | {"channel": "sms", "text": text})
    row = TemplateVersion.objects.get(state="open")
    page = f"/staff/template-versions/{row.pk}/"
    assert "不能审核通过" in desk.page("legal_reviewer", page)
    assert "个人敏感内容（事项名称）" in desk.refused("legal_reviewer", page, 422, deed="approve")
    assert "哪里不妥" in desk.refused("legal_reviewer", page, 422, deed="send_back", opinion="不行")
    desk.act("legal_reviewer", page, deed="send_back", opinion="短信里不能写事项")
    assert "已退回" in desk.page("item_manager", page)
    assert "不能再办理" in desk.refused("legal_reviewer", page, 409, deed="approve")


def test_a_template_may_have_neutral_words_of_its_own_for_the_phone(books: Library) -> None:
    approve(books, propose(books, channel="sms", text="【一门通】您申请的事已受理，{promised} 前办结。"))
    tell(books, "action:1", AT)
    assert str(Message.objects.get(channel="sms").text) == "【一门通】您申请的事已受理，2026-09-15 前办结。"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "{id_number}"}, "text"),
        ({"text": ""}, "text"),
        ({"reason": "改"}, "reason"),
        ({"valid_from": date(2026, 8, 31)}, "valid_from"),
        ({"valid_to": AT.date()}, "valid_to"),
    ],
)
def test_what_is_not_right_is_said_beside_its_field(books: Library, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        propose(books, **changes)
    assert set(refused.value.problems) == {field}


def test_one_proposal_at_a_time_withdrawn_only_by_its_proposer(books: Library) -> None:
    row = propose(books)
    with pytest.raises(operations.TemplateProposed):
        propose(books)
    with pytest.raises(operations.NotTemplateProposer):
        other = replace(officer(books, "item_manager"), login_id=officer(books, "legal_reviewer").login_id)
        operations.withdraw_template(version_id=row.pk, actor=other, at=AT)
    operations.withdraw_template(version_id=row.pk, actor=officer(books, "item_manager"), at=AT)
    late = propose(books)
    with pytest.raises(operations.TemplateDayPassed):
        approve(books, late, at=AT + timedelta(days=1))


def test_a_county_changes_no_words_of_the_site(books: Library) -> None:
    with pytest.raises(NotAllowed):
        propose(books, actor=officer(books, "county_items"))
    row = propose(books)
    with pytest.raises(NotAllowed):
        approve(books, row, "county_reviewer")


def test_the_database_itself_keeps_two_people(books: Library) -> None:
    row = propose(books)
    row.state, row.number, row.settled_login_id = "approved", 9, row.login_id
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_shipped_words_are_loaded_once_and_a_sites_own_stay(books: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wording.load_shipped(at=AT, on=AT.date()) >= len(shipped.every())
    assert wording.load_shipped(at=AT, on=AT.date()) == 0
    template = shipped.find(CODE)
    assert template is not None
    newer = template.model_copy(update={"texts": {"inbox": "“{item}”受理了。"}})
    monkeypatch.setitem(shipped._templates, CODE, newer)
    assert wording.load_shipped(at=AT, on=AT.date()) == 1
    approve(books, propose(books))
    monkeypatch.setitem(shipped._templates, CODE, template)
    assert wording.load_shipped(at=AT, on=AT.date()) == 0


def test_every_shipped_template_could_pass_its_review() -> None:
    assert len(shipped.every()) > 60
    for template in shipped.every():
        assert template.faults() == []

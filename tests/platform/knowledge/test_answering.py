"""Answers: word for word from what is published, with version and clause; 不知道 below the threshold; then a person."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.knowledge.conftest import AT, ON, published
from tests.platform.library import COUNTY, ITEM, NATION, TOWN, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.platform.knowledge import operations, queries
from onedoor.platform.knowledge.models import Conversation, Turn
from onedoor.platform.messages.models import Message

NOBODY = queries.Opener()


def passages(question: str, division: str = COUNTY) -> list[queries.Passage]:
    return queries.passages_for(question=question, place=queries.place_at(division=division, on=ON), on=ON)


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("借书证要什么材料？", "materials"),
        ("办借书证收费吗", "fee"),
        ("借书证多久能办好", "limits"),
        ("请问谁可以申请借书证", "conditions"),
        ("借书证办理的法律依据", "basis"),
        ("借書證要帶什麼材料", "materials"),
        ("jieshuzheng 要钱吗", "fee"),
        ("借术证收费吗", "fee"),
    ],
)
def test_a_question_is_answered_by_the_section_it_asks_for(found: Library, question: str, part: str) -> None:
    told = passages(question)
    assert told, question
    assert told[0].address == f"/items/{ITEM}/#{part}"
    assert told[0].cited.startswith("借书证办理 · ")
    assert "第 1 版" in told[0].cited


def test_a_clause_is_quoted_with_its_document(found: Library) -> None:
    published(found)
    first = passages("图书遗失了怎么赔偿")[0]
    assert first.text == "遗失图书的，按原价赔偿。"
    assert first.cited == "《借书规则》（图发〔2026〕3号）第 1 版 · 第三条"
    assert passages("图书遗失了怎么赔偿", division="330113000000") == [] or "赔偿" not in str(
        passages("图书遗失了怎么赔偿", division="330113000000")
    )


def test_what_is_quoted_is_what_the_page_of_the_item_says_at_the_place(found: Library) -> None:
    told = passages("借书证多久能办好", division=TOWN)[0]
    page = Client().get(f"/items/{ITEM}/").content.decode()
    assert "10" in told.text
    assert 'id="limits"' in page


@pytest.mark.parametrize("question", ["火星移民要什么材料", "今天天气怎么样", "？？", "怎么办", "zzz", "股票会涨吗"])
def test_below_the_threshold_nothing_is_made_up(found: Library, question: str) -> None:
    assert passages(question) == []


def asked(books: Library, question: str, **given: Any) -> Conversation:
    actor = given.pop("actor", None) or library.Actor.anonymous()
    return operations.ask(
        conversation_id=None, question=question, opener=NOBODY, actor=actor, at=AT, **{"division": COUNTY, **given}
    )


def test_personal_numbers_are_masked_before_they_are_kept(found: Library) -> None:
    made = asked(found, "我的身份证 11010519900506002X 电话13800001234 能办借书证吗")
    kept = str(made.turns.get(kind="question").text)
    assert "已隐去" in kept
    assert "19900506" not in kept
    assert "13800001234" not in kept
    raw = Turn.objects.raw("SELECT id, text FROM knowledge_turn")
    assert raw is not None


def test_a_conversation_opens_for_nobody_else(found: Library) -> None:
    mine = asked(found, "借书证收费吗", actor=found.citizen())
    other = found.citizen(found.friend)
    nobodys = asked(found, "借书证收费吗")
    for conversation, actor, opener in (
        (mine, other, NOBODY),
        (mine, other, queries.Opener(frozenset([str(mine.pk)]))),
        (nobodys, other, NOBODY),
        (nobodys, found.officer("clerk"), NOBODY),
    ):
        with pytest.raises(queries.ConversationNotFound):
            queries.read_conversation(conversation_id=conversation.pk, opener=opener, actor=actor)
    held = queries.Opener(frozenset([str(nobodys.pk)]))
    assert queries.read_conversation(conversation_id=nobodys.pk, opener=held, actor=other).turns


def test_a_hand_over_is_one_event_one_line_and_a_reply(found: Library) -> None:
    mine = asked(found, "火星移民要什么材料", division=NATION, actor=found.citizen())
    about = {"conversation_id": mine.pk, "opener": NOBODY, "actor": found.citizen(), "at": AT}
    with pytest.raises(operations.NoPlaceChosen):  # begun without a place: nobody would ever see it
        operations.hand_over(**about)
    code = operations.hand_over(division=TOWN, **about)
    assert code == ""
    with pytest.raises(operations.HandedOverAlready):
        operations.hand_over(division=COUNTY, **about)
    assert OutboxMessage.objects.filter(topic="knowledge.handed_over").count() == 1
    clerk = found.officer("clerk")
    assert [talk.last_question for talk in queries.list_handed_over(actor=clerk)] == ["火星移民要什么材料"]
    assert queries.get_handed_over(conversation_id=mine.pk, actor=clerk, at=AT).last_question == "火星移民要什么材料"
    assert AuditEntry.objects.get(event="knowledge.look").target == mine.target
    with pytest.raises(NotAllowed):
        operations.reply(conversation_id=mine.pk, text="现在不办这件事。", actor=found.officer("elsewhere"), at=AT)
    operations.reply(conversation_id=mine.pk, text="现在不办这件事。", actor=clerk, at=AT)
    inbox = Message.objects.get(event="knowledge.replied", channel="inbox")
    assert (inbox.recipient_id, inbox.link) == (found.reader.pk, f"/ask/{mine.pk}/")
    assert "火星" not in inbox.text
    assert queries.list_handed_over(actor=clerk) == []
    assert len(queries.list_handed_over(actor=clerk, waiting=False)) == 1


def test_without_an_account_the_reply_is_read_by_a_code_and_a_fresh_one_replaces_it(found: Library) -> None:
    made = asked(found, "火星移民要什么材料")
    held, nobody = queries.Opener(frozenset([str(made.pk)])), library.Actor.anonymous()
    first = operations.hand_over(conversation_id=made.pk, opener=held, division=TOWN, actor=nobody, at=AT)
    code = operations.hand_over(conversation_id=made.pk, opener=held, actor=nobody, at=AT)
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}", code)
    assert OutboxMessage.objects.filter(topic="knowledge.handed_over").count() == 1
    assert queries.conversation_by_code(code=f" {code.lower()} ").conversation.pk == made.pk
    for wrong in (first, "", "AAAA-BBBB-CCCC"):
        with pytest.raises(queries.ConversationNotFound):
            queries.conversation_by_code(code=wrong)


def test_conversations_are_forgotten_but_not_while_somebody_waits(found: Library) -> None:
    old, waits = asked(found, "借书证收费吗"), asked(found, "火星移民", actor=found.citizen())
    operations.hand_over(conversation_id=waits.pk, opener=NOBODY, division=TOWN, actor=found.citizen(), at=AT)
    operations.forget_conversations(at=AT + timedelta(days=29))
    assert Conversation.objects.count() == 2
    operations.forget_conversations(at=AT + timedelta(days=31))
    assert list(Conversation.objects.values_list("pk", flat=True)) == [waits.pk]
    assert not Turn.objects.filter(conversation_id=old.pk).exists()


def test_the_api_asks_as_the_pages_do(shelf: Desk) -> None:
    client = Client()
    made = client.post(
        "/api/v1/conversations", {"question": "借书证收费吗", "division": COUNTY}, content_type="application/json"
    ).json()
    assert made["turns"][1]["passages"][0]["address"] == f"/items/{ITEM}/#fee"
    own = f"/api/v1/conversations/{made['id']}"
    assert client.post(own, {"held": []}, content_type="application/json").status_code == 404
    held = {"held": [made["id"]]}
    assert client.post(own, held, content_type="application/json").json()["id"] == made["id"]
    code = client.post(f"{own}/handover", held, content_type="application/json").json()["code"]
    told = client.post("/api/v1/conversation-replies", {"code": code}, content_type="application/json").json()
    assert told["state"] == "handed_over"
    assert uuid.UUID(told["id"])

"""What is sent about policies and questions."""

import datetime
from typing import Any

from tests.platform.knowledge.conftest import tell, written
from tests.platform.library import COUNTY, ITEM, TOWN
from tests.platform.replays.machines_more import operation
from tests.platform.replays.stage import AT, Sent, Stage, sends

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.knowledge import operations, queries
from onedoor.platform.knowledge.models import Conversation

API = "/api/v1"
QUESTION = "借书证收费吗？"
FORM = {
    "kind": "policy",
    "line": "assistance",
    "division": COUNTY,
    "title": "借书规则",
    "organ": "图书局",
    "issued_on": "2026-06-01",
    "valid_from": "2026-07-01",
    "items": ITEM,
    "clauses": "第一条 借期三十天。",
}
SENT = {
    "title": "借书规则",
    "organ": "图书局",
    "issued_on": "2026-06-01",
    "valid_from": "2026-07-01",
    "text": "第一条 借期三十天。",
    "item_codes": [ITEM],
}


def asked(stage: Stage, actor: Actor, *, over: bool = False) -> Conversation:
    tell()
    opener = queries.Opener()
    about: dict[str, Any] = {"opener": opener, "actor": actor, "at": AT}
    made = operations.ask(conversation_id=None, question=QUESTION, division=TOWN, **about)
    if over:
        operations.hand_over(conversation_id=made.pk, **about)
    return made


def in_review(stage: Stage) -> int:
    version = written(stage.books, AT - datetime.timedelta(days=1))
    return int(operations.submit_entry(version_id=version.pk, actor=stage.books.officer("county_items"), at=AT).pk)


@sends("staff_entry_new")
def new_entry(stage: Stage) -> Sent:
    return Sent("county_items", "/staff/knowledge/new/", FORM)


@sends("staff_entry_edit")
def edit_entry(stage: Stage) -> Sent:
    return Sent("county_items", f"/staff/knowledge/{written(stage.books).entry.number}/", FORM)


@sends("staff_entry")
def act_on_entry(stage: Stage) -> Sent:
    fields = {"deed": "approve", "opinion": "与文件原文一致。"}
    return Sent("county_reviewer", f"/staff/knowledge/versions/{in_review(stage)}/", fields)


@sends("synonyms")
def synonyms(stage: Stage) -> Sent:
    return Sent("item_manager", "/staff/knowledge/words/", {"word": "看书本本", "meanings": "借书证"})


@sends("ask")
def ask(stage: Stage) -> Sent:
    tell()
    stage.books.draft(AT)  # with an account
    return Sent("reader", "/ask/", {"question": QUESTION})


@sends("conversation")
def ask_on(stage: Stage) -> Sent:
    return Sent("reader", f"/ask/{asked(stage, stage.books.citizen()).pk}/", {"question": QUESTION})


@sends("question")
def reply(stage: Stage) -> Sent:
    made = asked(stage, stage.books.citizen(), over=True)
    return Sent("clerk", f"/staff/questions/{made.pk}/", {"text": "不收费，请带照片来。"})


@operation("/knowledge-entries")
def write_entry(stage: Stage) -> Sent:
    return Sent(
        "county_items", f"{API}/knowledge-entries", {**SENT, "kind": "policy", "line": "library", "division": COUNTY}
    )


@operation("/knowledge-entries/{number}/versions")
def change_entry(stage: Stage) -> Sent:
    return Sent("county_items", f"{API}/knowledge-entries/{written(stage.books).entry.number}/versions", SENT)


@operation("/knowledge-versions/{version_id}/deeds")
def do_deed(stage: Stage) -> Sent:
    fields = {"deed": "approve", "opinion": "与文件原文一致。"}
    return Sent("county_reviewer", f"{API}/knowledge-versions/{in_review(stage)}/deeds", fields)


@operation("/synonyms/{word}", "put")
def set_synonym(stage: Stage) -> Sent:
    return Sent("item_manager", f"{API}/synonyms/看书本本", {"meanings": ["借书证"]})


@operation("/conversations")
def begin(stage: Stage) -> Sent:
    tell()
    return Sent("reader", f"{API}/conversations", {"question": QUESTION, "division": TOWN})


@operation("/conversations/{conversation_id}/questions")
def go_on(stage: Stage) -> Sent:
    made = asked(stage, stage.books.citizen())
    return Sent("reader", f"{API}/conversations/{made.pk}/questions", {"question": QUESTION, "division": TOWN})


@operation("/handed-over/{conversation_id}/replies")
def answer(stage: Stage) -> Sent:
    made = asked(stage, stage.books.citizen(), over=True)
    return Sent("clerk", f"{API}/handed-over/{made.pk}/replies", {"text": "不收费，请带照片来。"})

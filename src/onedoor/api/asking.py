"""Ask in plain words, be answered from what is published, be handed over to a person; what one may be entitled to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.api import forms
from onedoor.api.answers import Answers, inside, typed
from onedoor.api.catalog import ReasonOut
from onedoor.api.doors import anybody, caller, officer, who
from onedoor.api.forms import QuestionOut
from onedoor.api.rooms import Room
from onedoor.api.schemas import Line, Page, Text, Told, whole
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.knowledge import operations, queries

room = Room("asking")


class QuestionIn(Told):
    """一个问题。A question in plain words."""

    question: Text
    division: Line = identity.NATION
    held: list[Line] = []


class QuotedOut(Told):
    """引用的一段原文和出处。A quoted passage and where it stands."""

    title: str
    text: str
    cited: str
    address: str


class TurnOut(Told):
    """问答里的一句。One thing that was said."""

    kind: str
    text: str
    known: bool
    passages: list[QuotedOut]
    phrasing: str
    phrased: str
    by: str
    at: datetime


class ConversationOut(Told):
    """一次问答。A conversation."""

    id: UUID
    state: str
    division: str
    begun_at: datetime
    handed_over_at: datetime | None
    turns: list[TurnOut]


class HeldIn(Told):
    """没有账号的，带上自己开始的问答编号。Without an account: the numbers of the conversations one has begun."""

    held: list[Line] = []


class HandedOverOut(Told):
    """已转人工；没有账号的凭 code 看回复。Handed over; without an account the reply is read by the code."""

    code: str


class ReplyCodeIn(Told):
    """看回复的查询码。The code by which a reply is read."""

    code: Line


class ReplyIn(Told):
    """人工回复。A person's reply."""

    text: Text


class ProspectOut(Told):
    """一个事项按回答比对的结果。What an item's rule says to the answers."""

    code: str
    title: str
    summary: str
    verdict: str
    reasons: list[ReasonOut]
    unknown: list[str]
    obstacle: str


class FinderQuestionsOut(Told):
    """全部预检问题，都可以不答。Every question of every pre-check; none has to be answered."""

    questions: list[QuestionOut]


ASKS_MUCH = anybody(most=30, name="ask")
REPLIES = officer(queries.REPLY)


@room.write("/conversations", ASKS_MUCH, "提问", ConversationOut)
def ask(request: HttpRequest, sent: QuestionIn) -> dict[str, Any]:
    """Ask in plain words; the answer quotes what is published, with its version and clause, or says that nobody knows."""
    return _asked(request, None, sent)


@room.write("/conversations/{conversation_id}/questions", ASKS_MUCH, "接着问", ConversationOut)
def ask_on(request: HttpRequest, conversation_id: UUID, sent: QuestionIn) -> dict[str, Any]:
    """Ask on in the same conversation."""
    return _asked(request, conversation_id, sent)


def _asked(request: HttpRequest, conversation_id: UUID | None, sent: QuestionIn) -> dict[str, Any]:
    opener = queries.Opener(frozenset(sent.held))
    made = operations.ask(
        conversation_id=conversation_id,
        question=sent.question,
        division=sent.division,
        opener=opener,
        **who(request),
    )
    opener = queries.Opener(opener.held | {str(made.pk)})
    return _talk(queries.read_conversation(conversation_id=made.pk, opener=opener, actor=caller(request)))


@room.ask("/conversations/{conversation_id}", ASKS_MUCH, "一次问答", ConversationOut, why="it reads")
def read_conversation(request: HttpRequest, conversation_id: UUID, sent: HeldIn) -> dict[str, Any]:
    """Read a conversation of one's own."""
    opener = queries.Opener(frozenset(sent.held))
    return _talk(queries.read_conversation(conversation_id=conversation_id, opener=opener, actor=caller(request)))


@room.ask(
    "/conversations/{conversation_id}/handover",
    ASKS_MUCH,
    "转给工作人员",
    HandedOverOut,
    why="the code is kept nowhere: a repetition hands over no second time and makes a fresh one",
)
def hand_over(request: HttpRequest, conversation_id: UUID, sent: HeldIn) -> dict[str, Any]:
    """Hand a conversation over to a person."""
    opener = queries.Opener(frozenset(sent.held))
    return {"code": operations.hand_over(conversation_id=conversation_id, opener=opener, **who(request))}


@room.ask(
    "/conversation-replies",
    ASKS_MUCH,
    "凭查询码看回复",
    ConversationOut,
    why="it reads; the code stays out of the address",
)
def read_reply(request: HttpRequest, sent: ReplyCodeIn) -> dict[str, Any]:
    """Read a reply by its code."""
    return _talk(queries.conversation_by_code(code=sent.code))


@room.read("/handed-over", REPLIES, "群众提问", Page[ConversationOut])
def list_handed_over(request: HttpRequest, replied: bool = False) -> dict[str, Any]:
    """List what was handed over within reach: what waits, or what was replied to."""
    return whole(queries.list_handed_over(actor=caller(request), waiting=not replied), _talk)


@room.read("/handed-over/{conversation_id}", REPLIES, "一个群众提问", ConversationOut)
def get_handed_over(request: HttpRequest, conversation_id: UUID) -> dict[str, Any]:
    """Read a conversation that was handed over."""
    return _talk(queries.get_handed_over(conversation_id=conversation_id, actor=caller(request), at=clock.now()))


@room.write("/handed-over/{conversation_id}/replies", REPLIES, "回复群众提问", ConversationOut)
def reply(request: HttpRequest, conversation_id: UUID, sent: ReplyIn) -> dict[str, Any]:
    """Reply to a conversation that was handed over."""
    operations.reply(conversation_id=conversation_id, text=sent.text, **who(request))
    return get_handed_over(request, conversation_id)


@room.read("/finder", anybody(), "我能享受什么：问题", FinderQuestionsOut)
def finder_questions(request: HttpRequest, division: Line = identity.NATION) -> dict[str, Any]:
    """List the questions of every pre-check that holds at a place."""
    found = queries.finder_questions(chain=identity.chain(identity.division(division).code), on=clock.today())
    return {"questions": [forms.question(one) for one in found.section.fields] if found.section else []}


@room.ask("/finder", anybody(), "我能享受什么", Page[ProspectOut], why="it reads; the answers stay out of the address")
def find_prospects(request: HttpRequest, sent: Answers, division: Line = identity.NATION) -> dict[str, Any]:
    """Tell what the items' own rules say to a few answers; nothing is kept and nothing promised."""
    chain = identity.chain(identity.division(division).code)
    found = queries.finder_questions(chain=chain, on=clock.today())
    if found.section is None:
        return whole([])
    cleaned = read_section(found.section, typed(found.section, sent), known={})
    if cleaned.problems:
        raise InvalidInput(inside(cleaned.problems))
    return whole(queries.prospects(found=found, answers=cleaned.answers, chain=chain, on=clock.today()))


def _talk(talk: queries.Talk) -> dict[str, Any]:
    names = ("state", "division", "begun_at", "handed_over_at")
    told = {name: getattr(talk.conversation, name) for name in names}
    return told | {"id": talk.conversation.pk, "turns": [_turn(one) for one in talk.turns]}


def _turn(turn: Any) -> dict[str, Any]:
    names = ("kind", "text", "known", "phrasing", "phrased", "by", "at")
    return {name: getattr(turn, name) for name in names} | {"passages": turn.passages or []}

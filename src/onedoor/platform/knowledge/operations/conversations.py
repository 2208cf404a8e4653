"""Ask, be answered from what is published, be handed over to a person, be replied to."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange import phrasing
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.kernel.spoken_codes import new_code
from onedoor.platform.knowledge import rules, tasks
from onedoor.platform.knowledge.models import Conversation, Turn
from onedoor.platform.knowledge.opening import REPLY, ConversationNotFound, Opener, digest_of_code
from onedoor.platform.knowledge.queries.answering import passages_for
from onedoor.platform.knowledge.queries.searching import place_at
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("问答")
LONGEST, MOST_TURNS = 500, 60
LENGTH = 12
KEPT_DAYS = timedelta(days=30)  # after the last word, also where nobody was asked
UNKNOWN = "不知道。现有的政策和办事指南里没有找到能回答这个问题的内容。"
State = Conversation.State


class ConversationFull(OneDoorError):
    code, http_status, message = "knowledge.conversation_full", 409, "这次问答已经很长，请转人工，或重新开始提问。"


class HandedOverAlready(OneDoorError):
    code, http_status, message = "knowledge.handed_over_already", 409, "已经转给工作人员，回复会写在这里，不用再转。"


class NoPlaceChosen(OneDoorError):
    code, http_status, message = (
        "knowledge.no_place_chosen",
        409,
        "还不知道您在哪里，转过去没有人能看到。请先选择您所在的地区，再转人工。",
    )


class NothingAsked(OneDoorError):
    code, http_status, message = "knowledge.nothing_asked", 422, "请先写下您的问题，再转人工。"


@transaction.atomic
def ask(
    *, conversation_id: uuid.UUID | None, question: str, division: str, opener: Opener, actor: Actor, at: datetime
) -> Conversation:
    """
    Put a question and answer it at once from what is published, word for word; personal numbers are masked before.

    Open to everybody. Where a model is set up, its wording comes later in the background.

    :raises InvalidInput: nothing was asked, or too much.
    :raises ConversationNotFound, ConversationFull: it cannot go on.
    """
    text = rules.masked(question.strip())
    if not 2 <= len(text) <= LONGEST:
        raise InvalidInput({"question": f"请写下您的问题，2 到 {LONGEST} 个字。"})
    conversation = (
        lock_opened(conversation_id, opener, actor)
        if conversation_id is not None
        else Conversation.objects.create(
            person_id=actor.person_id, division=identity.division(division).code, begun_at=at, last_at=at
        )
    )
    seq = conversation.turns.count()
    if seq >= MOST_TURNS:
        raise ConversationFull
    on = day_of(at)
    found = passages_for(question=text, place=place_at(division=conversation.division, on=on), on=on)
    Turn.objects.create(conversation=conversation, seq=seq + 1, kind=Turn.Kind.QUESTION, text=text, at=at)
    answer = Turn.objects.create(
        conversation=conversation,
        seq=seq + 2,
        kind=Turn.Kind.ANSWER,
        text="" if found else UNKNOWN,
        passages=[one.as_data() for one in found],
        known=bool(found),
        phrasing=Turn.Phrasing.ASKED if found and phrasing.is_set_up() else Turn.Phrasing.NONE,
        at=at,
    )
    if answer.phrasing == Turn.Phrasing.ASKED:
        tasks.phrase.enqueue(turn_id=answer.pk)
    conversation.last_at = at
    conversation.save(update_fields=["last_at"])
    audit.record(
        "knowledge.ask",
        actor=actor,
        at=at,
        target=conversation.target,
        division=conversation.division,
        known=bool(found),
    )
    return conversation


def lock_opened(conversation_id: uuid.UUID, opener: Opener, actor: Actor) -> Conversation:
    """:raises ConversationNotFound: there is none, or it is not for this visitor; both look alike."""
    conversation = Conversation.objects.select_for_update(of=("self",)).filter(pk=conversation_id).first()
    if conversation is None or not opener.opens(conversation, actor):
        raise ConversationNotFound
    return conversation


@transaction.atomic
def hand_over(*, conversation_id: uuid.UUID, opener: Opener, division: str = "", actor: Actor, at: datetime) -> str:
    """
    Hand a conversation over to the people of a place (`division`, else where it was begun), as it stands; return the code
    by which the reply is read.

    Who has an account gets the reply into the inbox and no code (""). The code is kept nowhere: asked for again, there is a
    fresh one, and the one before opens nothing.

    :raises ConversationNotFound, HandedOverAlready, NothingAsked: it cannot be handed over.
    :raises NoPlaceChosen: nobody's reach is the whole country.
    """
    conversation = lock_opened(conversation_id, opener, actor)
    if conversation.state == State.HANDED_OVER and conversation.person_id is not None:
        raise HandedOverAlready
    if not conversation.turns.exists():
        raise NothingAsked
    if conversation.state != State.HANDED_OVER and division not in ("", identity.NATION):
        conversation.division = identity.division(division).code
    if conversation.division == identity.NATION:
        raise NoPlaceChosen
    code = "" if conversation.person_id is not None else new_code(LENGTH)
    if code:
        conversation.code_digest = digest_of_code(code)
    if conversation.state != State.HANDED_OVER:
        conversation.state, conversation.handed_over_at = State.HANDED_OVER, at
        outbox.publish(
            "knowledge.handed_over",
            key=conversation.target,
            conversation_id=str(conversation.pk),
            division=conversation.division,
        )
    conversation.last_at = at
    conversation.save()
    audit.record("knowledge.hand_over", actor=actor, at=at, target=conversation.target, division=conversation.division)
    return code


@transaction.atomic
def reply(*, conversation_id: uuid.UUID, text: str, actor: Actor, at: datetime) -> Conversation:
    """
    Reply to a conversation that was handed over; a person finds it in the inbox, anybody else by the code.

    :raises ConversationNotFound: there is none.
    :raises InvalidInput: too short to be a reply.
    """
    conversation = Conversation.objects.select_for_update(of=("self",)).filter(pk=conversation_id).first()
    if conversation is None or conversation.handed_over_at is None:
        raise ConversationNotFound
    actor.require(REPLY, division=conversation.division)
    if not 5 <= len(text.strip()) <= 5000:
        raise InvalidInput({"text": "请写明答复，不少于 5 个字。"})
    turn = Turn.objects.create(
        conversation=conversation,
        seq=conversation.turns.count() + 1,
        kind=Turn.Kind.REPLY,
        text=text.strip(),
        by=f"{actor.organization_name} {actor.name}".strip(),
        login_id=actor.login_id,
        at=at,
    )
    conversation.state, conversation.last_at = State.REPLIED, at
    conversation.save(update_fields=["state", "last_at"])
    if conversation.person_id is not None:
        messages.send_message(
            recipient_id=conversation.person_id,
            event="knowledge.replied",
            text="您转人工的问题已有工作人员回复，点开可以看到。",
            link=f"/ask/{conversation.pk}/",
            case_number="",
            source=f"knowledge.reply:{turn.pk}",
            actor=MACHINE,
            at=at,
        )
    audit.record("knowledge.reply", actor=actor, at=at, target=conversation.target, division=conversation.division)
    return conversation


def forget_conversations(*, at: datetime) -> int:
    """Delete what was last spoken in too long ago; what waits for a reply is kept until it has one."""
    old = Conversation.objects.filter(last_at__lt=at - KEPT_DAYS).exclude(state=State.HANDED_OVER)
    return old.delete()[0]

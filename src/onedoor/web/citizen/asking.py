"""智能问答: a question in plain words, an answer made of what is published, a person where there is none."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.kernel import clock
from onedoor.platform.knowledge import operations, queries
from onedoor.platform.knowledge.queries import Opener
from onedoor.web.citizen.places import place_of
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.limits import limited
from onedoor.web.parts.writes import attempt, keyed, unkeyed

HELD = "conversations"  # in the session: what this browser has begun without an account
MOST_HELD = 20


@login_not_required
@limited("ask", most=30, methods=("POST",))
@keyed
def begin(request: HttpRequest) -> HttpResponse:
    """Ask the first question; the answer is on a page of its own."""
    actor = actor_of(request)
    own = queries.my_conversations(actor=actor) if actor.person_id is not None else []
    context: dict[str, Any] = {"place": place_of(request), "own": own, "typed": request.GET.get("q", "")}
    if request.method != "POST":
        return render(request, "citizen/ask.html", context)
    made, refusal = _put(request, None)
    if refusal is not None:
        context |= {"problems": refusal.by_field, "typed": request.POST.get("question", "")}
        return render(request, "citizen/ask.html", context, status=refusal.http_status)
    if actor.person_id is None:
        request.session[HELD] = [*request.session.get(HELD, []), str(made.pk)][-MOST_HELD:]
    return redirect("conversation", conversation_id=made.pk)


@login_not_required
@limited("ask", most=30, methods=("POST",))
@keyed
def conversation(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """What was asked and answered, with where each passage stands; ask on."""
    refusal = None
    if request.method == "POST":
        _, refusal = _put(request, conversation_id)
        if refusal is None:
            return redirect("conversation", conversation_id=conversation_id)
    context = _context(request, conversation_id)
    if refusal is not None:
        context |= {"problems": refusal.by_field, "typed": request.POST.get("question", "")}
    return render(request, "citizen/conversation.html", context, status=refusal.http_status if refusal else 200)


def _context(request: HttpRequest, conversation_id: uuid.UUID) -> dict[str, Any]:
    talk = queries.read_conversation(
        conversation_id=conversation_id, opener=opener_of(request), actor=actor_of(request)
    )
    return {"talk": talk, "place": place_of(request)}


def _put(request: HttpRequest, conversation_id: uuid.UUID | None) -> Any:
    def act() -> Any:
        return operations.ask(
            conversation_id=conversation_id,
            question=request.POST.get("question", ""),
            division=place_of(request).code,
            opener=opener_of(request),
            actor=actor_of(request),
            at=clock.now(),
        )

    return attempt(request, act)


def opener_of(request: HttpRequest) -> Opener:
    return Opener(frozenset(request.session.get(HELD, [])))


@login_not_required
@limited("ask", most=30, methods=("POST",))
@unkeyed("shows a code that is kept nowhere: a repetition hands over no second time and makes a fresh code")
def hand_over(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Let a person read what was said and reply; without an account the reply is read by a code, shown once."""
    context = _context(request, conversation_id)
    if request.method != "POST":
        return render(request, "citizen/conversation_hand_over.html", context)
    code, refusal = attempt(
        request,
        lambda: operations.hand_over(
            conversation_id=conversation_id,
            opener=opener_of(request),
            division=place_of(request).code,
            actor=actor_of(request),
            at=clock.now(),
        ),
    )
    if refusal is not None:
        context["problem"] = str(refusal)
        return render(request, "citizen/conversation_hand_over.html", context, status=refusal.http_status)
    return render(request, "citizen/conversation_handed_over.html", {**context, "code": code})


@login_not_required
@limited("ask", most=30, methods=("POST",))
@unkeyed("reads; a POST keeps the code out of the address")
def by_code(request: HttpRequest) -> HttpResponse:
    """Read a reply by the code, without an account."""
    if request.method != "POST":
        return render(request, "citizen/ask_reply.html", {})
    try:
        talk = queries.conversation_by_code(code=request.POST.get("code", ""))
    except queries.ConversationNotFound as refusal:
        refusals.record(request, refusal)
        context = {"problem": str(refusal), "typed": request.POST.get("code", "")}
        return render(request, "citizen/ask_reply.html", context, status=404)
    return render(request, "citizen/ask_reply.html", {"talk": talk})

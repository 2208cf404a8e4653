"""Questions that were handed over: the conversation as it stands, and the reply."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.kernel import clock
from onedoor.platform.knowledge import operations, queries
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.place_names import names_of


def index(request: HttpRequest) -> HttpResponse:
    """List what waits for a reply, the longest first, or what was replied to."""
    waiting, at = "replied" not in request.GET, clock.now()
    talks = queries.list_handed_over(actor=actor_of(request), waiting=waiting)
    context = {
        "talks": [(talk, queries.waited(talk, at=at)) for talk in talks],
        "waiting": waiting,
        "names": names_of(talk.conversation.division for talk in talks),
    }
    return render(request, "staff/knowledge/questions.html", context)


@keyed
def question(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """One conversation, and its reply."""
    actor = actor_of(request)
    talk = queries.get_handed_over(conversation_id=conversation_id, actor=actor, at=clock.now())
    context: dict[str, Any] = {"talk": talk, "names": names_of([talk.conversation.division]), "typed": request.POST}
    if request.method != "POST":
        return render(request, "staff/knowledge/question.html", context)
    _, refusal = attempt(
        request,
        lambda: operations.reply(
            conversation_id=conversation_id, text=request.POST.get("text", ""), actor=actor, at=clock.now()
        ),
    )
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/knowledge/question.html", context, status=refusal.http_status)
    return redirect("questions")

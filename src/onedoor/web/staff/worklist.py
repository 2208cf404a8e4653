"""The worklist: what waits for the post in use, narrowed and sorted as wanted, and the queues kept for it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.queues import ORDERS, Sieve
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import attempt, keyed


def worklist(request: HttpRequest) -> HttpResponse:
    """List the steps that wait for the post in use, as the address asks for them."""
    if not actor_of(request).permissions:
        return redirect("choose_post")
    return _draw(request, Sieve.read(request.GET.dict()))


def _draw(
    request: HttpRequest, sieve: Sieve, problems: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    items = queries.worklist(actor=actor, at=clock.now(), sieve=sieve, after=request.GET.get("after", ""))
    # What can be chosen is asked for when somebody wants to choose: three of the dearest questions among a million cases.
    choosing = bool(sieve.chosen() or problems or "choose" in request.GET)
    following = {**sieve.chosen(), "after": items[-1].place} if len(items) == queries.PAGE else {}
    context: dict[str, Any] = {
        "items": items,
        "duties": queries.duty_counts(actor=actor),
        "duty": sieve.duty,
        "sieve": sieve,
        "chosen": sieve.chosen(),
        "choosing": choosing,
        "choices": queries.choices(actor=actor) if choosing else {},
        "orders": ORDERS.items(),
        "queues": [(one, address(one.sieve)) for one in queries.queues(actor=actor, on=clock.today())],
        "today": clock.today(),
        "next": f"?{urlencode(following)}" if following else "",
        "typed": request.POST,
        "problems": problems or {},
    }
    return render(request, "staff/worklist.html", context, status=status)


def address(sieve: Sieve) -> str:
    return f"{reverse('worklist')}?{urlencode(sieve.chosen())}"


@require_POST
@keyed
def queue(request: HttpRequest) -> HttpResponse:
    """Keep what the list is narrowed to under a title, or let a queue go."""
    actor = actor_of(request)
    sieve = Sieve.read(request.POST.dict())

    def write() -> None:
        if "drop" in request.POST:
            operations.drop_queue(queue_id=posted(request, "drop"), actor=actor, at=clock.now())
            return
        operations.keep_queue(
            title=request.POST.get("title", ""),
            sieve=sieve,
            shared=request.POST.get("shared") == "yes",
            actor=actor,
            at=clock.now(),
        )

    _, refusal = attempt(request, write)
    if refusal is not None:
        return _draw(request, sieve, refusal.by_field, refusal.http_status)
    return redirect(address(sieve) if sieve.chosen() else "worklist")

"""
Writes from a page go through one door: each form carries a key of its own, so that three taps are one act.

A view takes a POST only when it says how: `@keyed` for a write, `@unkeyed(reason)` for the few that need no key.
"""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render

from onedoor.platform.kernel import clock, replays
from onedoor.platform.kernel.errors import AssuranceTooLow, NotLoggedIn, OneDoorError
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.held import typed_in

TAKES_POSTS = "takes_posts"  # on a view: "keyed", or why it needs no key
KEPT_HEADERS = ("Location", "Content-Type", "Content-Disposition", "Cache-Control")
View = Callable[..., HttpResponse]
AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponseBase])


def new_key() -> str:
    """Return a fresh key for a form about to be drawn."""
    return uuid.uuid4().hex


def keyed(view: View) -> View:
    """
    Let the view take a POST once for its key, in one transaction; a repeated post gets the first answer.

    An answer below 400 is remembered, a refusal is not: the same form may be tried again. A page that has written
    although it asks for more says so with `has_written`. Stands closest to the function, below `limited`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        match = request.resolver_match
        try:
            return replays.once(
                request.POST.get(replays.KEY_FIELD, ""),
                actor=actor_of(request),
                scope=match.view_name if match else "",
                content=replays.content_of(request),
                at=clock.now(),
                perform=lambda: view(request, *args, **kwargs),
                remember=_remember,
                recall=_recall,
            )
        except (replays.KeyMissing, replays.KeyReused) as refusal:
            return _ask_again(request, refusal)

    setattr(guarded, TAKES_POSTS, "keyed")
    return guarded


def unkeyed(reason: str) -> Callable[[AnyView], AnyView]:
    """Let the view take a POST without a key, for a reason worth reading: it writes nothing that could be doubled."""

    def mark(view: AnyView) -> AnyView:
        setattr(view, TAKES_POSTS, reason)
        return view

    return mark


class WritesMiddleware:
    """Refuse a POST to a page that has not said that it takes one, so that no write is forgotten; the API has its own door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if request.method in replays.SAFE_METHODS or (match and "ninja" in match.app_names):
            return None
        if request.method == "POST" and hasattr(view, TAKES_POSTS):
            return None
        return HttpResponseNotAllowed(["GET", "HEAD"])


def attempt(request: HttpRequest, act: Callable[[], Any]) -> tuple[Any, OneDoorError | None]:
    """
    Perform the write of a page whose refusal is shown on the page itself, with everything typed still there.

    Return what it gave and None, or None and the refusal, which is recorded and leaves nothing of the write behind.
    Whoever has to log in first is sent there; who has to prove more surely who they are gets the page for that, with
    what they typed (`refusals.answer`).
    """
    try:
        with transaction.atomic():
            return act(), None
    except (NotLoggedIn, AssuranceTooLow):
        raise
    except OneDoorError as refusal:
        refusals.record(request, refusal)
        return None, refusal


def has_written(response: HttpResponse) -> HttpResponse:
    """Say of a page with an error status that it stored what was sent, so that a repetition gets the same page."""
    response.has_written = True  # type: ignore[attr-defined]
    return response


def _remember(response: HttpResponse) -> dict[str, Any] | None:
    if response.status_code >= 400 and not hasattr(response, "has_written"):
        return None
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return {"status": response.status_code, "headers": headers, "body": response.content.decode()}


def _recall(kept: dict[str, Any]) -> HttpResponse:
    return HttpResponse(kept["body"], status=kept["status"], headers=kept["headers"])


def _ask_again(request: HttpRequest, refusal: OneDoorError) -> HttpResponse:
    """Show that nothing was done, with everything that was typed in a form that has a key of its own."""
    refusals.record(request, refusal)
    context = {"refusal": refusal, "kept": {"path": request.get_full_path(), **typed_in(request)}}
    return render(request, "parts/again.html", context, status=refusal.http_status)

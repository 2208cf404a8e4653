"""Put the acting person on the request: login, post in use, reach, channel."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor

POST_KEY = "post_in_use"
FACTORS_KEY = "factors"  # how this session has proved who it is: code, password, one_time_password


class ActorMiddleware:
    """Give every request an `actor`, worked out only when a view asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return Actor.anonymous()
    return identity.actor_for(
        login_id=request.user.pk,
        post_id=request.session.get(POST_KEY),
        channel="web",
        address=request.META.get("REMOTE_ADDR", ""),
        factors=len(request.session.get(FACTORS_KEY, [])),
        on=clock.today(),
    )


def actor_of(request: HttpRequest) -> Actor:
    """Return the acting person of a request."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def person(request: HttpRequest) -> dict[str, Any]:
    """Context processor: who is logged in, in words for the masthead, and the demonstration's clock."""
    return {"actor": actor_of(request), "today": clock.today(), "clock_runs_ahead": clock.demonstration_shift().days}

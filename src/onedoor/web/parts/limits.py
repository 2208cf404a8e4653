"""Doors that anybody may knock at open only so often for one network address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.kernel import clock, limits
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.web.parts import refusals
from onedoor.web.parts.addresses import address_of

SECONDS = 60
View = Callable[..., HttpResponse]


class TooManyRequests(OneDoorError):
    code, http_status, message = "web.too_many_requests", 429, "访问太频繁，请一分钟以后再试；急用请拨打 12349。"


def limited(door: str, *, most: int, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """
    Let one address call the view `most` times a minute; beyond that it gets 429 and the view is not reached.

    A hall with many people behind one address stays below the limits. The first refusal of a minute is recorded; more
    rows would only let an attacker fill the record.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return view(request, *args, **kwargs)
            knocks = limits.count(door, address_of(request), seconds=SECONDS, at=clock.wall())
            if knocks <= most:
                return view(request, *args, **kwargs)
            refusal = TooManyRequests()
            if knocks == most + 1:
                refusals.record(request, refusal)
            context = {"refusal": refusal, "status": refusal.http_status}
            response = render(request, "parts/refusal.html", context, status=refusal.http_status)
            response["Retry-After"] = str(SECONDS)
            return response

        return guarded

    return wrap

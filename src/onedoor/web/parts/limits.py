"""Doors that anybody may knock at open only so often for one network address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from onedoor.platform.kernel import clock, limits
from onedoor.web.parts import refusals
from onedoor.web.parts.addresses import address_of

View = Callable[..., HttpResponse]


def limited(door: str, *, most: int, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """
    Let one address call the view `most` times a minute; beyond that it gets 429 and the view is not reached.

    A hall with many people behind one address stays below the limits.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return view(request, *args, **kwargs)
            try:
                limits.knock(door, address_of(request), most=most, at=clock.wall())
            except limits.TooManyRequests as refused:
                refusal = refused
            else:
                return view(request, *args, **kwargs)
            if refusal.first:
                refusals.record(request, refusal)
            response = refusals.page(request, refusal)
            for name, value in refusal.headers.items():
                response[name] = value
            return response

        return guarded

    return wrap

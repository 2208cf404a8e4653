"""Which face of the site is whose: the workbench and the board are for officers, one's own pages for people."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from onedoor.platform.kernel.errors import NotAllowed, NotLoggedIn
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of

OFFICERS = ("/staff/", "/supervision/")
PEOPLE = ("/me/",)


class FaceMiddleware:
    """
    Refuse a visitor at the door of a face that is not theirs, whatever the page behind it would have checked.

    An applicant may see their own case, so without this door they could also see it as its officers do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        actor = actor_of(request)
        if request.path.startswith(OFFICERS) and actor.kind != "officer":
            return refusals.answer(request, NotAllowed())
        if request.path.startswith(PEOPLE) and actor.person_id is None:
            return refusals.answer(request, NotLoggedIn())
        return None

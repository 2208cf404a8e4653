"""Around the API: every request has an id, and whatever is refused before an operation is reached is a problem too."""

import re
import uuid
from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse

from onedoor.api import problems

HEADER = "X-Request-ID"
USABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
API = "/api/"


class ProblemMiddleware:
    """Stands outside of everything that may refuse a request: routing, cookies, hosts, faults of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API):
            return self.get_response(request)
        said = request.headers.get(HEADER, "")
        request.request_id = said if USABLE.fullmatch(said) else uuid.uuid4().hex  # type: ignore[attr-defined]
        if "\x00" in request.path or "\x00" in unquote(request.META.get("QUERY_STRING", "")):
            response = problems.answer(request, 400, "onedoor.malformed")  # no database keeps a NUL
        else:
            response = self.get_response(request)
        if response.status_code >= 400 and "json" not in response.get("Content-Type", ""):
            response = _as_problem(request, response)
        response[HEADER] = request.request_id  # type: ignore[attr-defined]
        response.setdefault("Cache-Control", "no-store")
        return response


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Turn a page of Django's into a problem with the same status."""
    status = response.status_code
    code = problems.BY_STATUS.get(status, "onedoor.fault" if status >= 500 else "onedoor.malformed")
    problem = problems.answer(request, status, code)
    for name in ("Allow", "Retry-After"):
        if name in response:
            problem[name] = response[name]
    return problem

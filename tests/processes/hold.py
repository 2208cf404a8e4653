"""Hold the answer to a write while a file says so: the work is committed, nobody has been told."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FILE = "hold_answers"


class HoldMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        while request.method == "POST" and (settings.VAR / FILE).exists():
            time.sleep(0.05)
        return response

"""The providers' side of the wire, in this process: what is sent there, and how they answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from onedoor.platform.messages.providers import outside


@dataclass
class Network:
    """Answers each request with the next of `answers`, a status or an error to raise, and 200 once there are none left."""

    answers: list[Any] = field(default_factory=list)
    away: set[str] = field(default_factory=set)  # hosts nobody answers at
    requests: list[httpx.Request] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self.away:
            raise httpx.ConnectError("away", request=request)
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, type) and issubclass(answer, BaseException):
            raise answer("lost")
        return httpx.Response(answer)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Network]:
    settings.ONEDOOR_SMS_URL = "http://first.invalid"
    found = Network()
    with httpx.Client(transport=httpx.MockTransport(found.answer)) as client:
        monkeypatch.setattr(outside, "client", lambda: client)
        yield found

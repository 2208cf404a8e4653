"""The place a citizen asks for: the one they live in, or the one they have chosen on this device."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.machines import machine_of

COOKIE = "place"
NATION = "000000000000"


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    chain: list[str]
    short: str = ""

    @property
    def chosen(self) -> bool:
        return self.code != NATION


def masthead(request: HttpRequest) -> dict[str, Any]:
    """
    Context processor: the place in the masthead, looked up only by pages that show it.

    An application has its place already: another one chosen while it is filled in would change nothing, so none is offered.
    """
    match = request.resolver_match
    if match is not None and "draft_id" in match.kwargs:
        return {"here": None}
    return {"here": SimpleLazyObject(lambda: place_of(request))}


def place_of(request: HttpRequest) -> Place:
    """Return the place this visitor asks for, the whole country when nothing is known; looked up once a request."""
    if not hasattr(request, "place_asked_for"):
        request.place_asked_for = _place(request)  # type: ignore[attr-defined]
    return cast(Place, request.place_asked_for)  # type: ignore[attr-defined]


def _place(request: HttpRequest) -> Place:
    code = request.COOKIES.get(COOKIE, "")
    actor = actor_of(request)
    if not code and actor.person_id is not None:
        code = identity.registered_place(actor.person_id)
    standing_at = machine_of(request)
    if not code and standing_at is not None:
        code = standing_at.division
    # An abolished place is read as the one in its stead; where it has become several, the visitor chooses.
    standing = identity.successors_of(code, on=clock.today()) if code else []
    found = standing[0] if len(standing) == 1 else None
    if found is None:
        return Place(NATION, "全国", [NATION])
    return Place(found.code, found.full_name or found.name, identity.chain(found.code), short=found.name)

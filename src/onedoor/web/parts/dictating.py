"""
A form in which something may be spoken instead of typed: the recording is put into words by the worker, and the words
stand in the form for the person to correct. Nothing is sent before they were seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, QueryDict

from onedoor.platform.files.posted import require_room
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.recognition import operations, queries
from onedoor.platform.recognition.queries import Heard
from onedoor.web.parts.writes import attempt

HELD = "dictations"  # in the session: what this browser has spoken without being named
MOST_HELD = 5
ACTS = ("dictate", "words")  # the buttons: hear what I recorded, show what was heard


@dataclass(frozen=True)
class Spoken:
    """The form as it goes back: what was typed with the words put in, how the recording stands, what is wrong with it."""

    typed: QueryDict
    heard: Heard | None
    problems: Mapping[str, str]
    status: int


def is_spoken(request: HttpRequest) -> bool:
    """
    Tell whether a form was sent to be heard. One that has a recording in it is, whichever button was pressed: nobody
    sends what they have not seen in words.
    """
    return request.method == "POST" and ("recording" in request.FILES or request.POST.get("act") in ACTS)


def spoken(request: HttpRequest, *, purpose: str, into: str, actor: Actor) -> Spoken:
    """Take the recording of a form, or put what was heard of it behind what stands in the field `into`."""
    typed = request.POST.copy()
    if "recording" in request.FILES or request.POST.get("act") == "dictate":
        heard, refusal = attempt(request, lambda: _dictate(request, purpose, actor))
    else:
        heard, refusal = attempt(request, lambda: _heard(request, typed.get("dictation", ""), actor))
    if refusal is not None:
        problems = refusal.by_field
        return Spoken(typed, None, {"recording": problems.get("recording", str(refusal))}, refusal.http_status)
    if heard.words:
        typed[into] = f"{typed.get(into, '').rstrip()}\n{heard.words}".strip()
    if not heard.is_waiting:
        _let_go(request, heard)
    return Spoken(typed, heard, {}, 200)


def _dictate(request: HttpRequest, purpose: str, actor: Actor) -> Heard:
    require_room(request)
    made = operations.dictate(purpose=purpose, content=request.FILES.get("recording"), actor=actor, at=clock.now())
    if actor.kind == "anonymous":
        request.session[HELD] = [*request.session.get(HELD, []), str(made.pk)][-MOST_HELD:]
    return Heard(made.pk, made.state, "")


def _heard(request: HttpRequest, number: str, actor: Actor) -> Heard:
    try:
        key = UUID(number)
    except ValueError:
        raise queries.DictationNotFound from None
    return queries.get_dictation(dictation_id=key, held=request.session.get(HELD, []), actor=actor)


def _let_go(request: HttpRequest, heard: Heard) -> None:
    if held := request.session.get(HELD):
        request.session[HELD] = [one for one in held if one != str(heard.id)]

"""听写: a recording put into words for whoever has spoken, to be corrected before anything is sent."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, UploadedFile

from onedoor.api.doors import caller, somebody, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Told
from onedoor.platform.files.posted import require_room
from onedoor.platform.recognition import operations, queries

room = Room("dictations")


class DictationOut(Told):
    """一段听写：状态和听到的文字。A dictation: how it stands, and what was heard."""

    id: UUID
    state: str
    words: str


@room.write("/dictations", somebody, "听写录音", DictationOut)
def dictate(
    request: HttpRequest, purpose: Form[Literal["search", "call"]], recording: File[UploadedFile]
) -> dict[str, Any]:
    """
    Have a recording put into words for a search or the note of a call; it is destroyed once it was heard.

    For a complaint one speaks on its page only: there nobody is named.
    """
    require_room(request)
    made = operations.dictate(purpose=purpose, content=recording, **who(request))
    return {"id": made.pk, "state": made.state, "words": ""}


@room.read("/dictations/{uuid:dictation_id}", somebody, "听写的文字", DictationOut)
def get_dictation(request: HttpRequest, dictation_id: UUID) -> dict[str, Any]:
    """Read what was heard; nobody but whoever has spoken can."""
    found = queries.get_dictation(dictation_id=dictation_id, actor=caller(request))
    return {"id": found.id, "state": found.state, "words": found.words}

"""办不成事: opened by anybody, followed by the log-in or by a code; handled as complaints are (`complaints.py`)."""

from typing import Any

from django.http import HttpRequest
from ninja import File, UploadedFile

from onedoor.api.complaints import HANDLE, ComplaintFiledOut, ComplaintListedOut, TrackedOut, paged
from onedoor.api.doors import anybody, caller, person, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Text, Told, whole
from onedoor.platform.feedback import operations, queries
from onedoor.platform.files.posted import require_room
from onedoor.platform.kernel import clock

room = Room("unsolved")
OPEN = anybody(most=20, name="complaint", applicants=True)  # at the window for whoever is helped there


class UnsolvedIn(Told):
    """办不成的事：写被拒绝的办件，或者事项和单位。What could not be done: a refused case, or an item and a unit."""

    category: Line
    text: Text
    organization_id: Id = 0
    item_code: Line = ""
    case_number: Line = ""
    anonymous: bool = False
    name: Line = ""
    contact: Line = ""


class OwnUnsolvedActIn(Told):
    """自己的一件：补充 answer、说解决了没有 resolved、自己办结 drop。What to do about one's own ticket."""

    act: Line
    text: Text = ""
    resolved: Line = ""


@room.write("/unsolved-matters", OPEN, "反映办不成的事", ComplaintFiledOut)
def open_ticket(request: HttpRequest, sent: UnsolvedIn) -> ComplaintFiledOut:
    """Say what cannot be got done; a senior officer who had no hand in it takes it."""
    filed = operations.open_ticket(filing=operations.TicketFiling(**sent.dict()), **who(request))
    row = filed.complaint
    return ComplaintFiledOut(number=row.number, code=filed.code, accept_due=row.accept_due)


@room.read("/unsolved-matters", HANDLE, "要办的办不成事", Page[ComplaintListedOut])
def list_tickets(request: HttpRequest, closed: bool = False, before: Id = 0) -> dict[str, Any]:
    """List what my organ has to see to; never what I have refused myself. One is read and handled as a complaint is."""
    rows = queries.list_tickets(actor=caller(request), on=clock.today(), closed=closed, before=before)
    return paged(rows, closed)


@room.read("/me/unsolved-matters", person, "我反映的办不成的事", Page[TrackedOut])
def list_own(request: HttpRequest) -> dict[str, Any]:
    """List my own and those of cases I look after, the newest first."""
    return whole(queries.own_tickets(actor=caller(request), on=clock.today()))


@room.read("/me/unsolved-matters/{number}", person, "我反映的一件", TrackedOut)
def get_own(request: HttpRequest, number: Line) -> Any:
    """Show how one of mine stands."""
    return queries.get_own_ticket(number=number, actor=caller(request), on=clock.today())


@room.write("/me/unsolved-matters/{number}/acts", person, "补充、回应、自己办结", Done)
def act_on_own(request: HttpRequest, number: Line, sent: OwnUnsolvedActIn) -> dict[str, Any]:
    """Answer what is asked, say whether it is resolved, or close it oneself."""
    by: dict[str, Any] = {"number": number, "text": sent.text, **who(request)}
    if sent.act == "answer":
        operations.answer_question(**by)
    elif sent.act == "resolved":
        operations.say_resolved(resolved=sent.resolved, **by)
    elif sent.act == "drop":
        operations.drop_ticket(**by)
    else:
        raise operations.NoSuchAct
    return {"done": True}


@room.write("/me/unsolved-matters/{number}/papers", person, "补交凭据", Done)
def add_own_paper(request: HttpRequest, number: Line, file: File[UploadedFile]) -> dict[str, Any]:
    """Add a photo or a paper to one of mine."""
    require_room(request)
    operations.add_complaint_paper(number=number, content=file, **who(request))
    return {"done": True}

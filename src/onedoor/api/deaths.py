"""Deaths: stated on a paper by one officer, confirmed by another; that it was recorded by mistake, likewise."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.doors import caller, officer, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told
from onedoor.api.window import WINDOW, PersonIn
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock

room = Room("deaths")
LOOK = officer("identity.window", "identity.deaths")


class DeathPaperIn(PersonIn):
    """凭哪一份证明。The paper a statement rests on."""

    paper: Line
    paper_number: Line
    issued_by: Line


class DeathIn(DeathPaperIn):
    """死亡登记的陈述。A statement that somebody has died."""

    died_on: Day | None = None
    judged_on: Day | None = None


class DeathCorrectionIn(DeathPaperIn):
    """更正死亡登记的陈述。A statement that a death was recorded by mistake."""

    reason: Text


class DeathStatedOut(Told):
    """等另一人确认的陈述。A statement that waits for a second officer."""

    id: int


class DeathListedOut(Told):
    """列表里的一项，姓名隐去部分。One line of the list; the name is masked."""

    id: int
    kind: str
    title: str
    name: str
    paper: str
    organization: str
    stated_by: str
    stated_at: datetime
    standing: str
    is_own: bool


class DeathOut(DeathListedOut):
    """一项登记，与证明核对用。A statement, to be compared with its paper."""

    id_number: str
    born_on: date | None
    paper_number: str
    issued_by: str
    died_on: date | None
    judged_on: date | None
    reason: str
    settled_by: str
    settled_at: datetime | None
    note: str
    told: list[str]
    history: list[DeathListedOut]


class DeathSettlementIn(Told):
    """确认或者退回。Confirmed, or sent back with the reason."""

    confirmed: bool
    note: Text = ""


@room.write("/window/deaths", WINDOW, "登记死亡", DeathStatedOut)
def state(request: HttpRequest, sent: DeathIn) -> DeathStatedOut:
    """State on a paper that somebody has died; another officer, of the organization or above it, has to confirm it."""
    given = sent.dict(exclude={"name", "id_number"})
    person = identity.find_person(name=sent.name, id_number=sent.id_number, **who(request))
    return DeathStatedOut(id=operations.state_death(person_id=person.id, **given, **who(request)).pk)


@room.write("/window/death-corrections", WINDOW, "更正死亡登记", DeathStatedOut)
def correct(request: HttpRequest, sent: DeathCorrectionIn) -> DeathStatedOut:
    """State on a paper that a death was recorded by mistake; another officer, of the organization or above it, has to confirm it."""
    given = sent.dict(exclude={"name", "id_number"})
    person = identity.find_person(name=sent.name, id_number=sent.id_number, **who(request))
    return DeathStatedOut(id=operations.state_death_correction(person_id=person.id, **given, **who(request)).pk)


@room.read("/window/deaths", LOOK, "本单位和下级单位的死亡登记", Page[DeathListedOut])
def list_deaths(request: HttpRequest, before: Id = 0) -> dict[str, Any]:
    """List the statements of the own organization and those below it, all that wait first; `before` goes on from there."""
    rows = identity.list_deaths(actor=caller(request), before=before)
    settled = [row for row in rows if row.standing != "waiting"]
    more = settled[-1].id if len(settled) >= identity.MOST_SETTLED else None
    return {"items": rows, "next": str(more) if more else None}


@room.read("/window/deaths/{statement_id}", LOOK, "一项死亡登记", DeathOut)
def get_death(request: HttpRequest, statement_id: Id) -> Any:
    """Show a statement with everything its paper has to agree with; the look is recorded."""
    return identity.get_death(statement_id=statement_id, actor=caller(request), at=clock.now())


@room.write("/window/deaths/{statement_id}/settlement", LOOK, "确认、退回或者收回死亡登记", Done)
def settle(request: HttpRequest, statement_id: Id, sent: DeathSettlementIn) -> dict[str, Any]:
    """Confirm a statement of a colleague, which takes effect with it, or send it back; one's own is only taken back, and always is."""
    operations.settle_death(statement_id=statement_id, **sent.dict(), **who(request))
    return {"done": True}

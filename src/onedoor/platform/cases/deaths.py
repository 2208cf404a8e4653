"""Somebody of a running case has died: a listener notes it in the case, and the officer in charge decides what follows."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import life
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.states import TERMINAL, Kind
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as people
from onedoor.platform.kernel.actors import Actor

MACHINE = Actor.system("死亡联动")
ROOM = "cases"
APPLICANT, AGENT, NAMED = "applicant", "agent", "named"


def hear_of_death(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.died` and note it in every running case of the person; heard again, nothing happens."""
    statement, person = payload["statement_id"], payload["person_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    noted = [case.pk for case in _running(person) if _note(case.pk, Kind.NOTE_DEATH, statement, person, at)]
    identity.record_effect(statement_id=statement, room=ROOM, facts={"cases": noted}, at=at)


def _running(person_id: int) -> list[Case]:
    """Return the running cases a person applies in, acts in or is named in, in the order they are locked in."""
    about = Q(applicant_id=person_id) | Q(agent_id=person_id) | Q(people__person_id=person_id)
    return list(Case.objects.filter(about).exclude(state__in=sorted(TERMINAL)).distinct().order_by("pk"))


def _note(case_id: int, kind: Kind, statement: int, person: int, at: datetime) -> bool:
    case = life.lock(case_id)
    if case.is_ended:
        return False
    facts = {"statement": statement, "role": _role(case, person)}
    life.append(case, kind, actor=MACHINE, at=at, facts=facts)
    audit.record("cases.note_death", actor=MACHINE, at=at, target=case.target, division=case.division, kind=str(kind))
    return True


def _role(case: Case, person_id: int) -> str:
    if case.applicant_id == person_id:
        return APPLICANT
    return AGENT if case.agent_id == person_id else NAMED

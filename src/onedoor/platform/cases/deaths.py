"""Somebody of a running case has died: a listener notes it in the case, and the officer in charge decides what follows."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import discarding, life
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.states import TERMINAL, Kind
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as people
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("死亡联动")
ROOM = "cases"
APPLICANT, AGENT, NAMED = "applicant", "agent", "named"


def hear_of_death(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Listen for `identity.died`: note it in every running case of the person, throw away what they had not handed in.

    Nothing is decided here. Heard again, nothing happens.
    """
    statement, person = payload["statement_id"], payload["person_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    running = [case.pk for case in _running(person)]
    noted = [pk for pk in running if _note(pk, Kind.NOTE_DEATH, statement, person, at)]
    drafts = _throw_away_drafts(person, statement, at)
    told = [f"在办的办件 {len(noted)} 件已记下，由经办人决定怎样处理。"] if noted else []
    told += [f"没有提交的草稿 {drafts} 份已删除。"] if drafts else []
    facts = {"cases": noted, "drafts": drafts}
    identity.record_effect(statement_id=statement, room=ROOM, facts=facts, told=told, at=at)


def hear_of_correction(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for `identity.death_corrected`: the running cases go on as those of somebody alive; what is over stays over."""
    statement, person = payload["statement_id"], payload["person_id"]
    if people.effect_of(statement_id=statement, room=ROOM) is not None:
        return
    done = people.effect_of(statement_id=payload["death_id"], room=ROOM) if payload["death_id"] else None
    done = done or {"cases": [case.pk for case in _running(person)], "drafts": 0}
    noted = [pk for pk in done["cases"] if _note(pk, Kind.NOTE_MISTAKE, statement, person, at)]
    ended = [pk for pk in done["cases"] if pk not in noted]
    told = [f"在办的办件 {len(noted)} 件照常办理。"] if noted else []
    told += [f"办件 {len(ended)} 件其间已经办结，没有恢复；因死亡终止的，可以重新申请。"] if ended else []
    told += [f"已删除的草稿 {done['drafts']} 份不能恢复，请重新填写。"] if done["drafts"] else []
    facts = {"cases": noted, "ended": ended, "drafts_lost": done["drafts"]}
    identity.record_effect(statement_id=statement, room=ROOM, facts=facts, told=told, at=at)


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


def _throw_away_drafts(person_id: int, statement: int, at: datetime) -> int:
    """Throw away what nobody can hand in any more; a draft the dead filled in for somebody living stays with the applicant."""
    drafts = Draft.objects.select_for_update(of=("self",)).filter(applicant_id=person_id, submitted_as__isnull=True)
    found = list(drafts.select_related("item_version").order_by("pk"))
    for draft in found:
        audit.record("cases.discard_draft", actor=MACHINE, at=at, target=draft.target)
        if draft.filled_by_id != person_id:
            messages.send_message(
                recipient_id=draft.filled_by_id,
                event="cases.draft_gone",
                values={"item": draft.item_version.title},
                link="/",
                case_number="",
                source=f"death:{statement}:{draft.pk}",
                actor=MACHINE,
                at=at,
            )
        discarding.throw_away(draft, at=at)
    return len(found)

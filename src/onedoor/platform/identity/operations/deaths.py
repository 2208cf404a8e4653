"""A death, and that it was recorded by mistake: stated by one officer on a paper, confirmed by another (R-ID-4)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import DeathSettlement, DeathStatement, Person
from onedoor.platform.identity.operations.death_effects import close, give_back, record_effect
from onedoor.platform.identity.operations.people import lock_person
from onedoor.platform.identity.queries import NATION, relatives_of
from onedoor.platform.identity.queries.death_offices import death_obstacle
from onedoor.platform.identity.queries.deaths import (
    PAPERS_OF_CORRECTION,
    PAPERS_OF_DEATH,
    DeathNotFound,
    deaths_within,
    effect_of,
    standing_death,
)
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError

SHORTEST_NOTE = 10  # characters
ROOM = "identity"
Kind, Paper = DeathStatement.Kind, DeathStatement.Paper


class DeathSettled(OneDoorError):
    code, http_status, message = "identity.death_settled", 409, "这项登记已经办理，请刷新页面查看结果。"


class OtherOfficerNeeded(OneDoorError):
    code, http_status, message = (
        "identity.other_officer_needed",
        403,
        "死亡登记和更正须由两个人办理：陈述的人不能自己确认，请本单位或者上级单位另一位工作人员核对证明后确认。",
    )


class OwnFamily(OneDoorError):
    code, http_status, message = (
        "identity.own_family",
        403,
        "这是您本人或者近亲属的登记，依规定应当回避，请转交其他工作人员。",
    )


@transaction.atomic
def state_death(
    *,
    person_id: int,
    paper: str,
    paper_number: str,
    issued_by: str,
    died_on: date | None,
    judged_on: date | None,
    actor: Actor,
    at: datetime,
) -> DeathStatement:
    """
    State on a paper that a person has died; the person is told neutrally, all else waits for another officer.

    Whoever a court has declared dead died on the day of the judgement, after an accident on the day of that accident
    (Civil Code art. 48); `judged_on` is only for such a declaration.

    :raises InvalidInput: a day or the paper is missing or cannot be, the death is recorded or waits for confirmation.
    :raises OwnFamily: it is the officer's own family.
    :raises DeathElsewhere: the person lives where another organ is competent.
    :raises NoSecondOfficer: nobody else could confirm it here.
    """
    person = lock_person(person_id)
    actor.require_one_of("identity.window")
    if obstacle := death_obstacle(person_id=person.pk, actor=actor, on=day_of(at)):
        raise obstacle
    _stand_back(person, actor)
    day = died_on or (judged_on if paper == Paper.COURT else None)
    problems = _faults_of_paper(paper, paper_number, issued_by, PAPERS_OF_DEATH)
    problems |= _faults_of_days(person, day, judged_on, declared=paper == Paper.COURT, on=day_of(at))
    if person.deceased_on is not None:
        problems[""] = "此人已登记死亡，不用再登记；登记有误的，请办理更正。"
    problems |= _waiting(person)
    if problems:
        raise InvalidInput(problems)
    row = _state(person, Kind.DEATH, paper, paper_number, issued_by, actor, at, died_on=day, judged_on=judged_on)
    audit.record("identity.state_death", actor=actor, at=at, **_about(row))
    outbox.publish("identity.death_stated", key=f"person:{person.pk}", statement_id=row.pk, person_id=person.pk)
    return row


def _faults_of_paper(paper: str, number: str, issued_by: str, papers: tuple[str, ...]) -> dict[str, str]:
    problems = {}
    if paper not in papers:
        problems["paper"] = "请选择证明的种类。"
    if not number.strip():
        problems["paper_number"] = "请填写证明的编号或者文号。"
    if not issued_by.strip():
        problems["issued_by"] = "请填写出具证明的单位。"
    return problems


def _faults_of_days(
    person: Person, died_on: date | None, judged_on: date | None, *, declared: bool, on: date
) -> dict[str, str]:
    problems = {}
    if declared and (judged_on is None or judged_on > on):
        problems["judged_on"] = "宣告死亡的，请填写判决日期，不能晚于今天。"
    if not declared and judged_on is not None:
        problems["judged_on"] = "只有法院宣告死亡的才填判决日期，其他证明请留空。"
    if died_on is None or died_on > on or (person.born_on is not None and died_on < person.born_on):
        problems["died_on"] = "请核对死亡日期：不能晚于今天，也不能早于出生日期。"
    elif declared and judged_on is not None and died_on > judged_on:
        problems["died_on"] = "宣告死亡的，死亡日期是判决之日；因意外事件宣告的，是意外事件发生之日，不会晚于判决。"
    return problems


def _waiting(person: Person) -> dict[str, str]:
    waiting = DeathStatement.objects.filter(person=person, settlement__isnull=True).select_related("organization")
    row = waiting.first()
    if row is None:
        return {}
    return {"": f"此人已有一项登记在“{row.organization.name}”等确认，请先由该单位或者其上级在“死亡登记”里办理那一项。"}


def _stand_back(person: Person, actor: Actor) -> None:
    own = actor.own_person_id
    if own is not None and (own == person.pk or person.pk in relatives_of(own)):
        raise OwnFamily


def _state(
    person: Person, kind: str, paper: str, number: str, issued_by: str, actor: Actor, at: datetime, **more: Any
) -> DeathStatement:
    if actor.organization_id is None:
        raise NotAllowed  # a statement is an organ's; its post says which
    return DeathStatement.objects.create(
        person=person,
        kind=kind,
        paper=paper,
        paper_number=number.strip()[:60],
        issued_by=issued_by.strip()[:100],
        division=person.division_id or actor.division or NATION,
        organization_id=actor.organization_id,
        stated_by_id=actor.require_login(),
        stated_at=at,
        **more,
    )


def _digest(words: str) -> str:
    """Return what binds the sealed words of a statement or settlement."""
    return keyed_hash(words, purpose="identity.death")


def _about(statement: DeathStatement) -> dict[str, Any]:
    """Return what the audit record says of a statement: which, whose, where and on what kind of paper."""
    place, person = statement.division, statement.person_id
    return {"target": statement.target, "division": place, "person": person, "paper": statement.paper}


@transaction.atomic
def state_death_correction(
    *, person_id: int, paper: str, paper_number: str, issued_by: str, reason: str, actor: Actor, at: datetime
) -> DeathStatement:
    """
    State on a paper that a death was recorded by mistake; nothing happens before another officer confirms it.

    Whom a court has declared dead only a court gives back (Civil Code art. 50).

    :raises InvalidInput: no death is recorded, the paper or the reason is missing, or a statement waits already.
    :raises OwnFamily: it is the officer's own family.
    :raises DeathElsewhere: the person lives where another organ is competent.
    :raises NoSecondOfficer: nobody else could confirm it here.
    """
    person = lock_person(person_id)
    actor.require_one_of("identity.window")
    if obstacle := death_obstacle(person_id=person.pk, actor=actor, on=day_of(at)):
        raise obstacle
    _stand_back(person, actor)
    problems = _faults_of_paper(paper, paper_number, issued_by, PAPERS_OF_CORRECTION)
    death = standing_death(person.pk)
    if death is not None and death.paper == Paper.COURT and paper != Paper.COURT_REVOKED:
        problems["paper"] = "法院宣告死亡的，只能凭法院撤销宣告死亡的判决书更正，请先向法院申请。"
    if len(reason.strip()) < SHORTEST_NOTE:
        problems["reason"] = f"请写明登记错在哪里，不少于 {SHORTEST_NOTE} 个字。"
    if person.deceased_on is None:
        problems[""] = "此人没有登记死亡，不用更正。"
    problems |= _waiting(person)
    if problems:
        raise InvalidInput(problems)
    words = {"reason": reason.strip(), "reason_digest": _digest(reason.strip())}
    row = _state(person, Kind.CORRECTION, paper, paper_number, issued_by, actor, at, **words)
    audit.record("identity.state_death_correction", actor=actor, at=at, **_about(row))
    return row


@transaction.atomic
def settle_death(*, statement_id: int, confirmed: bool, note: str, actor: Actor, at: datetime) -> DeathSettlement:
    """
    Confirm a statement, which takes effect with it, or send it back; whoever stated it may only take it back, and always may.

    The account of the dead is closed in this very transaction; other rooms hear `identity.died`.

    :raises DeathNotFound: there is none of the officer's organization or below it.
    :raises NotAllowed: the post confirms no deaths, and it is somebody else's statement.
    :raises DeathSettled: somebody has settled it meanwhile.
    :raises OtherOfficerNeeded: the officer has stated it.
    :raises OwnFamily: it is the officer's own family.
    :raises InvalidInput: it is sent back and nobody says why.
    """
    actor.require_one_of("identity.deaths", "identity.window")
    found = deaths_within(actor).filter(pk=statement_id).first()
    if found is None:
        raise DeathNotFound
    own = actor.login_id == found.stated_by_id
    if not own:
        actor.require("identity.deaths", division=found.division)
    person = lock_person(found.person_id)
    if DeathSettlement.objects.filter(statement=found).exists():
        raise DeathSettled
    if not own:
        _stand_back(person, actor)
    elif confirmed:
        raise OtherOfficerNeeded
    if not confirmed and len(note.strip()) < SHORTEST_NOTE:
        raise InvalidInput({"note": f"请写明为什么退回或者收回，不少于 {SHORTEST_NOTE} 个字。"})
    words = note.strip()[:200]
    row = DeathSettlement.objects.create(
        statement=found,
        confirmed=confirmed,
        note=words,
        note_digest=_digest(words),
        settled_by_id=actor.require_login(),
        settled_at=at,
    )
    if confirmed:
        _take_effect(found, person, actor, at)
    elif own:
        audit.record("identity.withdraw_death", actor=actor, at=at, **_about(found))
    else:
        audit.record("identity.reject_death", actor=actor, at=at, **_about(found))
    return row


def _take_effect(statement: DeathStatement, person: Person, actor: Actor, at: datetime) -> None:
    if statement.kind == Kind.DEATH:
        person.deceased_on = statement.died_on
        person.save(update_fields=["deceased_on"])
        facts, told = close(person, at)
        topic, about = "identity.died", {}
        audit.record("identity.record_death", actor=actor, at=at, **_about(statement))
    else:
        death = standing_death(person.pk, besides=statement.pk)
        person.deceased_on = None
        person.save(update_fields=["deceased_on"])
        ended = effect_of(statement_id=death.pk, room=ROOM) if death else None
        facts, told = give_back(person, ended or {}, at)
        topic, about = "identity.death_corrected", {"death_id": death.pk if death else None}
        audit.record("identity.correct_death", actor=actor, at=at, **_about(statement))
    record_effect(statement_id=statement.pk, room=ROOM, facts=facts, told=told, at=at)
    key = f"person:{person.pk}"  # whoever hears of both hears of the death first
    outbox.publish(topic, key=key, statement_id=statement.pk, person_id=person.pk, **about)

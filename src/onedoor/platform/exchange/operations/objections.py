"""Object to what was said or used about a person, and answer it (《政务数据共享条例》 校核纠错, PIPL art. 46)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange.models import DataObjection, Query
from onedoor.platform.exchange.queries.objections import DataObjectionNotFound
from onedoor.platform.exchange.queries.uses import EVERY_ITEM, use_of
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.messages import operations as messages
from onedoor.standards.workdays import national_calendar

MACHINE = Actor.system("共享交换")
ANSWERED_WITHIN = 10  # working days
SHORTEST = 6


class ObjectionOpen(OneDoorError):
    code, http_status, message = "exchange.objection_open", 409, "这条记录的异议已经提出，正在核查，答复后会通知您。"


class ObjectionAnswered(OneDoorError):
    code, http_status, message = "exchange.objection_answered", 409, "这条异议已经答复，不能再答复。请刷新页面查看。"


@transaction.atomic
def object_to_use(
    *, receipt: UUID, kind: str, text: str, actor: Actor, at: datetime, person_id: int | None = None
) -> DataObjection:
    """
    Object to a use of one's own data, or of those of `person_id` for whom one acts: what was said is wrong, or it should
    not have been used. Whoever is acted for is told.

    :raises MandateMissing and its kin: one does not act for that person in every matter.
    :raises UseNotFound: no such use about the person.
    :raises ObjectionOpen: one about it is being looked into.
    :raises InvalidInput: it is not said what is wrong.
    :raises AssuranceTooLow: the person is not known surely enough.
    """
    matter: dict[str, Any] = {"person_id": person_id, "item": EVERY_ITEM, "actor": actor, "on": day_of(at)}
    identity.require_side(scope=identity.AFFAIRS, **matter)
    side = identity.require_side(scope=identity.SUBMIT, **matter)
    use = use_of(receipt=receipt, person_id=side.person_id)
    actor.require_level(PROVED)
    problems = {}
    if kind not in DataObjection.Kind.values:
        problems["kind"] = "请选择是数据有误，还是不应使用。"
    if len(text.strip()) < SHORTEST:
        problems["text"] = f"请写明哪里不对、实际情况是什么，不少于 {SHORTEST} 个字。"
    if problems:
        raise InvalidInput(problems)
    identity_operations.lock_person(side.person_id)
    if DataObjection.objects.filter(receipt=receipt, person_id=side.person_id, state="submitted").exists():
        raise ObjectionOpen
    objection = _raise(receipt, use.source, side, DataObjection.Kind(kind), text, actor, at)
    if side.agent_id is not None:
        _tell(
            objection, side.person_id, "exchange.objection_raised_for", {"agent": identity.name_of(side.agent_id)}, at
        )
    return objection


@transaction.atomic
def report_error(*, receipt: UUID, text: str, actor: Actor, at: datetime) -> DataObjection | None:
    """
    Have what a department said looked into, after an officer has settled a case otherwise; one that is open stays.

    The calling room has checked the officer.
    """
    query = Query.objects.select_for_update(of=("self",)).filter(pk=receipt).first()
    if query is None or DataObjection.objects.filter(receipt=receipt, state="submitted").exists():
        return None
    side = identity.Side(query.person_id)
    return _raise(receipt, query.connector, side, DataObjection.Kind.WRONG, text, actor, at)


@transaction.atomic
def answer_objection(*, objection_id: int, upheld: bool, answer: str, actor: Actor, at: datetime) -> DataObjection:
    """
    Answer an objection after it was looked into; the person is told.

    :raises DataObjectionNotFound: there is none within the steward's reach.
    :raises ObjectionAnswered: it has been answered.
    :raises InvalidInput: it is not said what was found.
    """
    objection = DataObjection.objects.select_for_update(of=("self",)).filter(pk=objection_id).first()
    if objection is None or not actor.reaches(objection.division):
        raise DataObjectionNotFound
    actor.require("exchange.manage", division=objection.division)
    if objection.state != DataObjection.State.SUBMITTED:
        raise ObjectionAnswered
    if len(answer.strip()) < SHORTEST:
        raise InvalidInput({"answer": f"请写明怎样核查、结果如何，不少于 {SHORTEST} 个字；当事人会看到。"})
    objection.state = DataObjection.State.UPHELD if upheld else DataObjection.State.REJECTED
    objection.answer, objection.answered_at, objection.answered_by = answer.strip(), at, actor.name
    objection.save()
    readers = identity.readers_of(
        person_id=objection.person_id,
        agent_id=objection.agent_id,
        item=EVERY_ITEM,
        on=day_of(at),
        scope=identity.AFFAIRS,
    )
    for reader in sorted(readers):
        _tell(objection, reader, "exchange.objection_answered", {"outcome": objection.get_state_display()}, at)
    audit.record(
        "exchange.answer_objection",
        actor=actor,
        at=at,
        target=objection.target,
        division=objection.division,
        upheld=upheld,
    )
    return objection


def _tell(objection: DataObjection, reader: int, event: str, values: dict[str, str], at: datetime) -> None:
    own = f"/me/uses/{objection.receipt}/"
    messages.send_message(
        recipient_id=reader,
        event=event,
        values=values,
        link=own if reader == objection.person_id else f"{own}?person={objection.person_id}",
        case_number="",
        source=f"{objection.target}:{event}",
        actor=MACHINE,
        at=at,
    )


def _raise(
    receipt: UUID, source: str, side: identity.Side, kind: DataObjection.Kind, text: str, actor: Actor, at: datetime
) -> DataObjection:
    due = national_calendar().add_working_days(day_of(at), ANSWERED_WITHIN)
    objection = DataObjection.objects.create(
        receipt=receipt,
        source=source,
        person_id=side.person_id,
        agent_id=side.agent_id,
        division=identity.registered_place(side.person_id) or identity.NATION,
        kind=kind,
        text=text.strip(),
        raised_at=at,
        raised_by=actor.name if actor.kind == "officer" else "",
        due_on=due.day,
        provisional=due.provisional,
    )
    audit.record(
        "exchange.object",
        actor=actor,
        at=at,
        target=objection.target,
        division=objection.division,
        kind=kind,
        receipt=str(receipt),
        **side.audited,
    )
    return objection

"""
容缺受理: accept although a secondary paper is missing, by a day the applicant has promised, and what follows if it stays away.

The promise is given with the application; the day is set at acceptance, reminded of, and never passes silently.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import documents, life, steps
from onedoor.platform.cases.clocks import due, work_calendar
from onedoor.platform.cases.models import Case, CaseDocument, Tolerance
from onedoor.platform.cases.states import Kind
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.parameters import figure

PROMISE = (
    "我申请先受理、后补交“{title}”。我知道受理后须在受理单位写明的日期前补交，送达、寄达或者上传的当天为准；"
    "逾期没有补交的，这件申请予以退件，由此产生的损失由我承担，备齐后可以重新申请。"
)
PARAMETER = "tolerance.buffer_days"


class PromiseTooLate(OneDoorError):
    code, http_status, message = (
        "cases.promise_too_late",
        422,
        "补交日期不能晚于 {last}：要在承诺办结日之前留出审查的时间。请改一个不晚于这天的日期。",
    )


class PromiseOver(OneDoorError):
    code, http_status, message = "cases.promise_over", 422, "补交日期已经过了，请选今天或者以后的日期。"


class NotOverdue(OneDoorError):
    code, http_status, message = (
        "cases.tolerance_not_overdue",
        409,
        "没有逾期未补交的容缺材料，不能据此退件。请刷新页面查看最新进展。",
    )


def promise_text(paper: PaperDefinition) -> str:
    """Return word for word what an applicant promises who brings this paper later."""
    return PROMISE.format(title=paper.title)


def note_promises(case: Case, papers: Sequence[PaperDefinition], *, at: datetime) -> None:
    """Keep, with the application, which papers its applicant promises for later, and in which words."""
    Tolerance.objects.bulk_create(
        Tolerance(
            case=case,
            material=paper.code,
            title=paper.title,
            promise=promise_text(paper),
            digest=sm3(promise_text(paper).encode()).hex(),
            promised_at=at,
        )
        for paper in papers
    )


def asked(case: Case) -> list[Tolerance]:
    """Return the papers whose applicant asks to bring them later."""
    if not case.item_version.item.lets("tolerance"):
        return []
    return list(case.tolerances.filter(state=Tolerance.State.ASKED).order_by("id"))


def latest_day(case: Case, rows: Sequence[Tolerance], *, at: datetime, promised_on: date) -> date:
    """
    Return the last day that may be promised: the item's own span from acceptance, and two working days before the
    promised end (R-TOL-1).

    Where those days leave no room, the promised end itself is the bound: nothing is put off beyond it. Only where that
    is over too, because the machine accepts by silence, the item's span alone counts: the applicant does not lose days
    by the organ's silence.
    """
    item, calendar, on = case.item_version.item, work_calendar(case.division), day_of(at)
    definitions = [item.material(row.material) for row in rows]
    spans = [paper.tolerance.within for paper in definitions if paper is not None and paper.tolerance is not None]
    own = min(due(span, at=at, calendar=calendar).day for span in spans)
    bound = calendar.working_day_before(promised_on, _buffer(case, on))
    return min([own, *(day for day in (bound, promised_on) if day > on)])


def _buffer(case: Case, on: date) -> int:
    return int(figure(PARAMETER, chain=identity.chain(case.division), on=on))


def open_promised(case: Case, *, promised_on: date, due_on: date | None, at: datetime) -> dict[str, Any]:
    """
    Date what was promised for later, at acceptance, and give it in writing; return the facts of it, {} for none.

    :raises PromiseTooLate, PromiseOver: the day chosen; without one the latest day that is possible counts.
    """
    rows = asked(case)
    if not rows:
        return {}
    last = latest_day(case, rows, at=at, promised_on=promised_on)
    if due_on is not None and due_on > last:
        raise PromiseTooLate(last=last.isoformat())
    if due_on is not None and due_on < day_of(at):
        raise PromiseOver
    day = due_on or last
    case.tolerances.filter(state=Tolerance.State.ASKED).update(state=Tolerance.State.OPEN, due_on=day)
    document = _notify(case, rows, day, at)
    codes = [row.material for row in rows]
    return {"tolerated": codes, "tolerated_until": day.isoformat(), "tolerance_notice": document.number}


def _notify(case: Case, rows: Sequence[Tolerance], day: date, at: datetime) -> CaseDocument:
    item = case.item_version.item
    letter = documents.Letter(
        paragraphs=[
            f"您申请办理的“{item.title}”主要材料齐全，现予受理并开始审查；下列材料请在 {day.isoformat()} 前补交。"
        ],
        rows=[(row.title, _form_of(item.material(row.material))) for row in rows],
        points=[
            "可以上传、到窗口交或者邮寄，以送达当天为准。",
            "补交前不作出决定；逾期没有补交的，予以退件，备齐后可以重新申请。",
        ],
    )
    organ = case.receiving_organization
    return documents.issue(case, CaseDocument.Kind.TOLERANCE, letter, organization=organ, at=at)


def _form_of(paper: PaperDefinition | None) -> str:
    return {"paper": "纸质", "electronic": "电子"}.get(paper.format if paper else "", "纸质或者电子")


def fulfil(case: Case, codes: Sequence[str], *, at: datetime) -> None:
    """Note that papers promised for later, or asked to come later, have come."""
    waiting = case.tolerances.filter(material__in=codes, state__in=(Tolerance.State.ASKED, Tolerance.State.OPEN))
    waiting.update(state=Tolerance.State.FULFILLED, settled_at=at)


@transaction.atomic
def return_overdue(*, case_id: int, actor: Actor, at: datetime) -> CaseDocument:
    """
    Return a case whose promised paper has not come by its day: in writing, with remedies; nothing happens by itself
    on a day that is only provisional, so an officer may do it too.

    :raises NotOverdue: nothing is overdue.
    """
    case = life.lock(case_id)
    actor.require("cases.accept", division=case.handled_in, line=case.line)
    life.check_move(case, Kind.RETURN_TOLERATED)
    late = list(case.tolerances.filter(state=Tolerance.State.OPEN, due_on__lt=day_of(at)).order_by("id"))
    if not late:
        raise NotOverdue
    titles = "、".join(row.title for row in late)
    letter = documents.Letter(
        paragraphs=[
            f"您申请办理的“{case.item_version.title}”按容缺受理，约定补交的“{titles}”到期没有补交，现予退件。",
            "退件不影响您再次申请，已填写的内容和已交的材料都为您保留。",
        ],
        remedies=documents.REMEDIES,
    )
    organ = case.receiving_organization
    document = documents.issue(case, CaseDocument.Kind.RETURN, letter, organization=organ, at=at)
    case.tolerances.filter(state=Tolerance.State.OPEN).update(state=Tolerance.State.EXPIRED, settled_at=at)
    steps.end_all(case, outcome="returned", performers=[actor], at=at)
    facts = {"document": document.number, "result_code": "5", "materials": [row.material for row in late]}
    life.append(case, Kind.RETURN_TOLERATED, actor=actor, at=at, facts=facts)
    audit.record("cases.return_tolerated", actor=actor, at=at, target=case.target, division=case.division)
    return document


def reminder_day(due_on: date, *, division: str) -> date:
    """Return the day the applicant is reminded: two working days before."""
    return work_calendar(division).working_day_before(due_on, 2)


@transaction.atomic
def remind(*, case_id: int, actor: Actor, at: datetime) -> None:
    """Tell applicant and agent once that a promised paper is due soon; the machine calls this."""
    case = life.lock(case_id)
    actor.require("cases.machine", division=case.handled_in)
    rows = list(case.tolerances.filter(state=Tolerance.State.OPEN, reminded_at=None).order_by("id"))
    case.tolerances.filter(pk__in=[row.pk for row in rows]).update(reminded_at=at)
    if rows:
        key = f"case:{case.pk}"
        outbox.publish("cases.tolerance_due", key=key, case_id=case.pk, tolerances=[row.pk for row in rows])
        audit.record("cases.remind_tolerated", actor=actor, at=at, target=case.target, division=case.division)


def hand_on(case: Case, child: Case) -> None:
    """Let the case of another organ take the open promises along; they are dated anew where it is accepted."""
    still = case.tolerances.filter(state__in=(Tolerance.State.ASKED, Tolerance.State.OPEN))
    still.update(case=child, state=Tolerance.State.ASKED, due_on=None)

"""Public notices: posted masked, never closed early, objections answered before the case goes on."""

from datetime import datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import clocks, documents, handlers, life, steps
from onedoor.platform.cases.models import Case, CaseDocument, Objection, PublicNotice
from onedoor.platform.cases.operations.steps import StepNeedsOther, finish_step
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.kernel.parameters import figures_needed


class NoticeTooEarly(OneDoorError):
    code, http_status, message = (
        "notice.too_early",
        409,
        "公示期到 {last_day} 止，最早 {next_step_on} 才能进入下一环节，不能提前结束。",
    )


class NoticeHasObjection(OneDoorError):
    code, http_status, message = "notice.objection_open", 409, "公示期内收到异议，调查清楚并答复后才能进入下一环节。"


class NoticePosted(OneDoorError):
    code, http_status, message = "notice.posted", 409, "公示已经发布，不必重复发布。"


class ObjectionClosed(OneDoorError):
    code, http_status, message = (
        "notice.objection_closed",
        409,
        "这条异议已经有调查结论，不能改写。又有新情况的，请在公示期内另提异议。",
    )


class ObjectionNotFound(NotFound):
    code, message = "notice.objection_not_found", "没有找到这条异议，请从办件页面打开。"


class NoticeNotFound(NotFound):
    code, message = "notice.not_found", "没有找到该公示，可能已到期撤下。"


OBJECTORS = Actor.system("公示异议")


@transaction.atomic
def post_notice(*, case_id: int, step: str, actor: Actor, at: datetime) -> PublicNotice:
    """
    Post the masked notice of a case for the days its parameter says; the posting day does not count.

    :raises StepNotOpen, NotAllowed, RoleSeparation, NoticePosted: why it cannot be posted.
    """
    case = life.lock(case_id)
    row = steps.require_open(case, step)
    definition = case.item_version.item.step(step)
    handler = handlers.for_item(case.item_code)
    if definition is None or handler.notice_lines is None or handler.notice_days is None:
        raise steps.StepNotOpen(title=row.title)
    if definition.by != "notice":
        raise StepNeedsOther(title=row.title)
    life.check_move(case, Kind.POST_NOTICE)
    actor.require(definition.permission, division=row.division, line=case.line)
    steps.check_separation(case, definition, actor)
    if case.notices.filter(step=step, closed_at__isnull=True).exists():
        raise NoticePosted
    on = day_of(at)
    with figures_needed():
        days = handler.notice_days(case, on)
    period = clocks.work_calendar(case.division).notice_period(on, days)
    notice = PublicNotice.objects.create(
        case=case,
        step=step,
        division=case.division,
        title=f"{case.item_version.title}公示",
        lines=handler.notice_lines(case, on),
        posted_on=on,
        last_day=period.last_day,
        next_step_on=period.next_step_on,
        provisional=period.provisional,
    )
    letter = documents.Letter(
        paragraphs=[f"现将“{case.item_version.title}”拟办情况予以公示，公示期 {on} 至 {period.last_day}。"],
        rows=[(label, value) for label, value in notice.lines],
        points=["对公示内容有异议的，请在公示期内通过本平台、电话或窗口提出，我们为您保密。"],
    )
    document = documents.issue(case, CaseDocument.Kind.NOTICE, letter, organization=case.receiving_organization, at=at)
    life.append(
        case,
        Kind.POST_NOTICE,
        actor=actor,
        at=at,
        step=step,
        facts={"notice": notice.pk, "last_day": period.last_day.isoformat(), "document": document.number},
    )
    audit.record("cases.post_notice", actor=actor, at=at, target=case.target, division=case.division)
    return notice


@transaction.atomic
def close_notice(*, notice_id: int, actor: Actor, at: datetime) -> Case:
    """
    End a notice whose days have run out and go on with the case.

    :raises NoticeTooEarly: its last day has not passed.
    :raises NoticeHasObjection: an objection is still open.
    """
    case = life.lock(PublicNotice.objects.values_list("case_id", flat=True).get(pk=notice_id))
    notice = PublicNotice.objects.select_for_update().get(pk=notice_id)
    if notice.closed_at is not None and actor.kind == "system":
        return case  # another worker was first
    row = steps.require_open(case, notice.step)
    actor.require("cases.notice", division=row.division, line=case.line)
    if day_of(at) < notice.next_step_on:
        raise NoticeTooEarly(last_day=notice.last_day, next_step_on=notice.next_step_on)
    if notice.objections.filter(closed_at__isnull=True).exists():
        raise NoticeHasObjection
    notice.closed_at = at
    notice.save(update_fields=["closed_at"])
    facts = {"notice": notice.pk, "objections": notice.objections.count()}
    finish_step(case, row, outcome="ended", note="", facts=facts, performers=[actor], at=at)
    audit.record("cases.close_notice", actor=actor, at=at, target=case.target, division=case.division)
    return case


@transaction.atomic
def raise_objection(*, notice_id: int, text: str, contact: str, actor: Actor, at: datetime) -> Objection:
    """
    Let anybody object to a notice while it is up; the objector's name is never shown to the household.

    :raises NoticeNotFound: it is not up any more.
    """
    up = PublicNotice.objects.filter(pk=notice_id, closed_at__isnull=True, last_day__gte=day_of(at))
    case_id = up.values_list("case_id", flat=True).first()
    case = life.lock(case_id) if case_id is not None else None
    notice = up.first()  # once more: it may have been taken down while we waited for the case
    if case is None or notice is None:
        raise NoticeNotFound
    if len(text.strip()) < 10:
        raise InvalidInput({"text": "请写明您的理由，不少于 10 个字，便于我们核实。"})
    objection = Objection.objects.create(notice=notice, text=text.strip(), contact=contact.strip(), raised_at=at)
    # The history of a case is read by its household; it says that somebody objected, never who.
    facts = {"notice": notice.pk, "objection": objection.pk}
    life.append(case, Kind.RAISE_OBJECTION, actor=OBJECTORS, at=at, step=notice.step, facts=facts)
    audit.record("cases.raise_objection", actor=actor, at=at, target=f"notice:{notice.pk}", division=notice.division)
    return objection


@transaction.atomic
def close_objection(*, objection_id: int, finding: str, actor: Actor, at: datetime) -> Objection:
    """
    Close an objection with what the inquiry found; what was found is not written over.

    :raises ObjectionClosed: it has been.
    """
    one = Objection.objects.filter(pk=objection_id).select_related("notice")
    case_id = one.values_list("notice__case_id", flat=True).first()
    if case_id is None:
        raise ObjectionNotFound
    case = life.lock(case_id)
    objection = one.get()
    actor.require("cases.review", division=case.handled_in, line=case.line)
    if objection.closed_at is not None:
        raise ObjectionClosed
    if len(finding.strip()) < 10:
        raise InvalidInput({"finding": "请写明调查经过和结论，不少于 10 个字。"})
    objection.finding, objection.closed_at = finding.strip(), at
    objection.save(update_fields=["finding", "closed_at"])
    facts: dict[str, Any] = {"notice": objection.notice_id, "objection": objection.pk}
    facts["finding_digest"] = sm3(objection.finding.encode()).hex()  # its words may point to who objected
    life.append(
        case,
        Kind.CLOSE_OBJECTION,
        actor=actor,
        at=at,
        step=objection.notice.step,
        facts=facts,
    )
    audit.record("cases.close_objection", actor=actor, at=at, target=case.target, division=case.division)
    return objection

"""Void a case that a technical fault entered twice 作废: asked by a system administrator, confirmed by a supervisor."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, grounds, life, steps
from onedoor.platform.cases.models import Case, VoidRequest
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError


class NotADouble(OneDoorError):
    code, http_status, message = (
        "cases.not_a_double",
        409,
        "只有同一申请人、同一事项因系统原因重复登记的办件才能作废；保留的那一件须仍然有效。",
    )


class VoidNeedsTwo(OneDoorError):
    code, http_status, message = "cases.void_needs_two", 403, "作废须由系统管理员提出、监察人员确认，不能是同一个人。"


class VoidSettled(OneDoorError):
    code, http_status, message = "cases.void_settled", 409, "这件作废申请已经确认过了。"


@transaction.atomic
def request_void(*, number: str, original_number: str, reason: str, actor: Actor, at: datetime) -> VoidRequest:
    """
    Ask, as a system administrator, to void a case that doubles another one; nothing changes yet.

    :raises NotADouble: the two are not the same person's for the same item, or the one to keep does not live.
    :raises InvalidInput: the technical fault is not described.
    """
    case = Case.objects.filter(number=number.strip()).first()
    original = Case.objects.filter(number=original_number.strip()).first()
    if case is None or original is None:
        raise access.CaseNotFound
    actor.require("cases.void", division=case.handled_in)
    life.check_move(case, Kind.VOID)
    same = (case.applicant_id, case.item_code) == (original.applicant_id, original.item_code)
    if not same:
        raise NotADouble
    _require_living(case, original)
    if len(reason.strip()) < grounds.SHORTEST_REASON:
        raise InvalidInput({"reason": f"请写明重复登记的技术原因，不少于 {grounds.SHORTEST_REASON} 个字。"})
    asked, _ = VoidRequest.objects.update_or_create(
        case=case,
        defaults={
            "original": original,
            "reason": reason.strip(),
            "login_id": actor.require_login(),
            "asked_by": actor.name,
            "asked_at": at,
        },
    )
    audit.record("cases.request_void", actor=actor, at=at, target=case.target, division=case.division)
    return asked


def _require_living(case: Case, original: Case) -> None:
    """:raises NotADouble: the case to keep is the same one, has ended without a grant, or is to be voided itself."""
    ended = original.is_ended and original.result != "granted"
    asked = VoidRequest.objects.filter(case=original, confirmed_at__isnull=True)
    if case.pk == original.pk or ended or original.state == State.VOIDED or asked.exists():
        raise NotADouble


@transaction.atomic
def confirm_void(*, request_id: int, actor: Actor, at: datetime) -> Case:
    """
    Confirm, as a supervisor, that the case is a technical double: it ends as void and stays visible in the figures.

    :raises NotFound: nobody has asked for it.
    :raises VoidNeedsTwo: the same person asked for it.
    :raises NotADouble: the one to keep has ended meanwhile.
    """
    asked = VoidRequest.objects.select_for_update().filter(pk=request_id).first()
    if asked is None:
        raise NotFound
    # Both rows, always in the same order: nobody voids the one while another voids the other.
    locked = {pk: life.lock(pk) for pk in sorted((asked.case_id, asked.original_id))}
    case, original = locked[asked.case_id], locked[asked.original_id]
    actor.require("supervision.order", division=case.handled_in, line=case.line)
    if asked.confirmed_at is not None:
        raise VoidSettled
    if asked.login_id == actor.login_id:
        raise VoidNeedsTwo
    _require_living(case, original)
    asked.confirmed_at = at
    asked.save(update_fields=["confirmed_at"])
    life.check_move(case, Kind.VOID)
    steps.end_all(case, outcome="voided", performers=[actor], at=at)
    facts = {"original": asked.original_id, "asked_by": asked.login_id}
    life.append(case, Kind.VOID, actor=actor, at=at, note=asked.reason, facts=facts)
    audit.record("cases.void", actor=actor, at=at, target=case.target, division=case.division)
    return case

"""Open a payment order for a case: by the published list alone, once, the amount fixed; cancel it, open it again."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access
from onedoor.platform.cases.models import Case
from onedoor.platform.catalog.items import Fee
from onedoor.platform.catalog.scenarios import outcome
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.payments import figures, life, rules
from onedoor.platform.payments.models import Order, OrderEvent
from onedoor.platform.payments.states import OPEN, STANDING, State

Kind = OrderEvent.Kind


class NotDeclared(OneDoorError):
    code, http_status, message = (
        "payments.not_declared",
        409,
        "这个事项没有公布收费项目“{project}”，不能收费。请核对办事指南上的收费信息。",
    )


class NotInList(OneDoorError):
    code, http_status, message = (
        "payments.not_in_list",
        409,
        "收费目录清单里没有收费项目“{project}”，不能收费。请先由有权单位公布清单，再开缴款单。",
    )


class AlreadyCharged(OneDoorError):
    code, http_status, message = "payments.already_charged", 409, "这笔费用已经开过缴款单 {number}，不会重复收费。"


class CaseOver(OneDoorError):
    code, http_status, message = "payments.case_over", 409, "办件现在是“{state}”，不用缴费。"


# Of a case that has come to one of these ends nothing is to be paid any more.
WITHOUT_FEE = frozenset(
    {"not_accepted", "withdrawn", "returned", "no_need", "terminated", "transferred", "voided", "denied"}
)


def fee_of(case: Case) -> Fee:
    """Return what the item, as offered and for this situation, says about the fee."""
    return outcome(case.item_version.item, case.declared.content).fee


@transaction.atomic
def open_order(*, case_id: int, project: str, actor: Actor, at: datetime) -> Order:
    """
    Open an order by the line of the list that holds today where the case is; of one that is exempt nothing is to be paid.

    :raises NotDeclared: the item does not name this project.
    :raises NotInList: no list published for the place has it; nothing may be charged then.
    :raises AlreadyCharged: there is one; whoever asks twice makes no second one.
    :raises CaseOver: the case has ended without a result.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("deciding_organization").get(pk=case_id)
    actor.require("payments.collect", division=case.handled_in, line=case.line)
    return _open(case, project, actor=actor, at=at)


def _open(case: Case, project: str, *, actor: Actor, at: datetime) -> Order:
    fee = fee_of(case)
    if not fee.charged or not project or fee.project != project:
        raise NotDeclared(project=project or "（未填）")
    if case.state in WITHOUT_FEE or case.result == "denied":
        raise CaseOver(state=case.get_state_display())
    standing = Order.objects.filter(case=case, project=project, state__in=STANDING).first()
    if standing is not None:
        raise AlreadyCharged(number=standing.number)
    on, chain = day_of(at), identity.chain(case.division)
    found = figures.published(project, chain=chain, on=on)
    if found is None:
        raise NotInList(project=project)
    entry, row = found
    judgement = rules.assess(entry, case.declared.content, row=row)
    amount = judgement.value["amount"]
    order = Order.objects.create(
        number=f"JF{on:%Y%m%d}{next_number(f'payments.order:{on:%Y%m%d}'):06d}",
        case=case,
        project=project,
        title=entry.title,
        document=entry.document,
        amount=amount,
        judgement=judgement.as_data() | {"fee_due": fee.due, "answers": case.declared.digest},
        payer_id=case.applicant_id,
        organization=case.deciding_organization,
        division=case.division,
        line=case.line,
        state=State.DUE if amount else State.EXEMPT,
        due_on=on + timedelta(days=figures.whole(figures.DAYS, chain=chain, on=on)),
        created_at=at,
        ask_at=at if amount else None,
    )
    life.note(order, Kind.CREATE, actor=actor, at=at, amount=str(amount), document=row.document)
    life.tell(order, "due" if amount else "exempt")
    audit.record(
        "payments.open_order", actor=actor, at=at, target=order.target, division=case.division, amount=str(amount)
    )
    return order


@transaction.atomic
def renew_order(*, number: str, actor: Actor, at: datetime) -> Order:
    """
    Open an order again that has run out, by the list of today; the applicant does, or an agent, as often as it takes.

    :raises OrderNotFound: none of this number, or not for this actor.
    :raises AlreadyCharged: it has not run out, or there is another one.
    """
    order = life.lock(number)
    access.require_applicant_side(order.case, actor=actor, scope="submit", on=day_of(at))
    if order.state != State.EXPIRED:
        raise AlreadyCharged(number=order.number)
    case = Case.objects.select_for_update(of=("self",)).select_related("deciding_organization").get(pk=order.case_id)
    return _open(case, order.project, actor=actor, at=at)


@transaction.atomic
def cancel_order(*, number: str, reason: str, actor: Actor, at: datetime) -> Order:
    """Cancel an order nobody has paid, because its case has ended; what is paid or over stays as it is."""
    order = life.lock(number)
    actor.require("payments.collect", division=order.case.handled_in, line=order.line)
    if order.state in OPEN:
        life.end(order, State.CANCELLED, at=at)
        life.note(order, Kind.CANCEL, actor=actor, at=at, reason=reason)
        life.tell(order, "cancelled")
        audit.record("payments.cancel_order", actor=actor, at=at, target=order.target, division=order.division)
    return order

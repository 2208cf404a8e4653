"""Delivery of decisions 送达: by inbox with the recipient's consent, by hand, by post, as a last resort in public."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, clocks, documents, life, notifications, steps
from onedoor.platform.cases.models import Action, Case, CaseDocument, Clock, Delivery
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

DECISIONS = (
    CaseDocument.Kind.GRANT,
    CaseDocument.Kind.SILENT_GRANT,
    CaseDocument.Kind.DENIAL,
    CaseDocument.Kind.REVOCATION,
    CaseDocument.Kind.CANCELLATION,
)
PUBLIC_DAYS = 30  # Civil Procedure Law art. 95, which administrative organs follow
AT_ONCE = frozenset({Delivery.Method.DIRECT, Delivery.Method.LEAVING, Delivery.Method.ENTRUSTED})
CHOICES = ("electronic", "direct", "post")  # what an applicant may ask for


class NoDeliveryConsent(OneDoorError):
    code, http_status, message = (
        "cases.no_delivery_consent",
        409,
        "申请人没有同意电子送达，请改用直接送达、邮寄等方式，或者请申请人先在办件页面选择电子送达。",
    )


class NoInbox(OneDoorError):
    code, http_status, message = (
        "cases.no_inbox",
        409,
        "申请人没有可以登录的账号，收不到平台消息。请改用窗口领取或者邮寄；也可以先到窗口或者网上开通账号，再选电子送达。",
    )


class DeliveredAlready(OneDoorError):
    code, http_status, message = "cases.delivered_already", 409, "决定书已经送达，不用再送。"


class NothingToDeliver(OneDoorError):
    code, http_status, message = "cases.nothing_to_deliver", 409, "本件还没有作出决定，没有可以送达的决定书。"


class PublicDeliveryRunning(OneDoorError):
    code, http_status, message = (
        "cases.public_delivery_running",
        409,
        "公告送达到 {due_on} 期满才算送达，请等期满。",
    )


def decision_of(case: Case) -> CaseDocument | None:
    """Return the decision of a case, the latest where a later one replaced it."""
    decisions = [document for document in case.documents.all() if document.kind in DECISIONS]
    return max(decisions, key=lambda document: document.pk, default=None)


def reads_inbox(case: Case, *, at: datetime) -> bool:
    """
    Tell whether what is put into the inbox arrives with somebody: the applicant, or the guardian who applies for them,
    has an account that is in use. An agent is told of the decision, but it is not for an agent to be served with it.
    """
    if identity.has_account(case.applicant_id):
        return True
    guardian = case.agent_id
    if guardian is None:
        return False
    guards = identity.guardianship_between(guardian_id=guardian, ward_id=case.applicant_id, on=day_of(at))
    return guards is not None and identity.has_account(guardian)


def way_of(case: Case, *, at: datetime) -> str:
    """Return how a decision made now reaches the applicant: as they chose, but by hand where nobody reads the inbox."""
    if case.delivery == Delivery.Method.ELECTRONIC and not reads_inbox(case, at=at):
        return str(Delivery.Method.DIRECT)
    return case.delivery


def hand_over(case: Case, document: CaseDocument, told: Action, *, at: datetime) -> None:
    """
    Deliver a fresh decision by the inbox where the action that tells it says so (`way_of`); otherwise it waits for an
    officer.

    The message is written in the transaction of the decision: it has arrived when the decision is there.
    """
    if told.facts["delivery"] != Delivery.Method.ELECTRONIC:
        return
    notifications.tell(told, at=at)
    delivery = Delivery.objects.create(
        document=document, method=Delivery.Method.ELECTRONIC, sent_at=at, delivered_at=at
    )
    _note_delivered(case, delivery, actor=Actor.system("电子送达"), at=at)


def close_or_wait(case: Case, *, at: datetime) -> None:
    """Close a decided case whose work is done: at once if its decision has arrived, else it waits for delivery."""
    arrived = Delivery.objects.filter(document=OuterRef("pk"), delivered_at__isnull=False)
    decisions = case.documents.filter(kind__in=DECISIONS).order_by("-id")
    if decisions.values_list(Exists(arrived), flat=True).first() is not False:  # None: nothing there to deliver
        if case.item_version.item.result.kind == "certificate":
            clocks.stop(case, Clock.Kind.ISSUE, at=at)
        life.append(case, Kind.FINISH, actor=Actor.system("办结"), at=at)
        return
    if case.state != State.DELIVERING:
        life.append(case, Kind.AWAIT_DELIVERY, actor=Actor.system("等待送达"), at=at)
    steps.open_common(case, steps.DELIVERY, at=at, organ=case.receiving_organization)
    clocks.set_urgency(case)


@transaction.atomic
def deliver_decision(
    *, case_id: int, method: str, receiver: str, reference: str, actor: Actor, at: datetime
) -> Delivery:
    """
    Deliver the decision as an officer: handed over at once, sent by post, or put up in public.

    `receiver` signs (direct, leaving: the witness, entrusted: the body); `reference` is the number of the parcel, or
    for a public delivery where it hangs and why no other way led to the recipient.

    :raises NoDeliveryConsent, NoInbox: electronically, without the recipient's consent, or without an account.
    :raises DeliveredAlready, NothingToDeliver: why not.
    :raises InvalidInput: who received it, or where it was sent, is missing.
    """
    case = life.lock(case_id)
    actor.require("cases.deliver", division=case.receiving_organization.division_id, line=case.line)
    document = decision_of(case)
    if document is None:
        raise NothingToDeliver
    _refuse_delivered(document)
    life.check_move(case, Kind.DELIVER)
    _check_words(method, receiver, reference)
    if method == Delivery.Method.ELECTRONIC:
        raise NoInbox if case.delivery == Delivery.Method.ELECTRONIC else NoDeliveryConsent
    delivery, _ = Delivery.objects.update_or_create(
        document=document,
        defaults={"method": method, "receiver": receiver.strip(), "reference": reference.strip(), "sent_at": at},
    )
    if method in AT_ONCE:
        _complete(case, delivery, actor=actor, at=at)
    else:
        if method == Delivery.Method.PUBLIC:
            due = clocks.due_day(
                unit="day", days=PUBLIC_DAYS, started_on=day_of(at), calendar=clocks.work_calendar(case.division)
            )
            delivery.due_on = due.day
            delivery.save(update_fields=["due_on"])
        facts = {"method": method, "document": document.number, "due_on": _iso(delivery.due_on)}
        life.append(case, Kind.DISPATCH, actor=actor, at=at, facts=facts)
    audit.record("cases.deliver", actor=actor, at=at, target=case.target, division=case.division, method=method)
    return delivery


@transaction.atomic
def confirm_delivery(*, case_id: int, receiver: str, actor: Actor, at: datetime) -> Delivery:
    """
    Note that what was sent by post has arrived.

    :raises NothingToDeliver: nothing was sent.
    :raises PublicDeliveryRunning: a public delivery completes itself when its days are over.
    """
    case = life.lock(case_id)
    actor.require("cases.deliver", division=case.receiving_organization.division_id, line=case.line)
    delivery = Delivery.objects.filter(document=decision_of(case), document__case=case).first()
    if delivery is None:
        raise NothingToDeliver
    _refuse_delivered(delivery.document)
    if delivery.method == Delivery.Method.PUBLIC:
        raise PublicDeliveryRunning(due_on=_iso(delivery.due_on))
    if not receiver.strip():
        raise InvalidInput({"receiver": "请填写签收人。"})
    delivery.receiver = receiver.strip()
    _complete(case, delivery, actor=actor, at=at)
    audit.record("cases.confirm_delivery", actor=actor, at=at, target=case.target, division=case.division)
    return delivery


@transaction.atomic
def choose_delivery(*, case_id: int, method: str, actor: Actor, at: datetime) -> Case:
    """
    Let the applicant choose how decisions reach them; "electronic" is the recorded consent to delivery by the inbox.

    A decision that waits for delivery arrives with this consent.

    :raises DeliveredAlready: the decision has arrived.
    :raises NoInbox: electronically, though nobody reads the applicant's inbox.
    :raises InvalidInput: another way.
    """
    case = life.lock(case_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    if method not in CHOICES:
        raise InvalidInput({"delivery": "请选择一种送达方式。"})
    document = decision_of(case)
    if document is not None:
        _refuse_delivered(document)
    if case.is_ended:
        raise DeliveredAlready
    if method == Delivery.Method.ELECTRONIC and not reads_inbox(case, at=at):
        raise NoInbox
    case.delivery = method
    case.save(update_fields=["delivery"])
    if document is not None and method == Delivery.Method.ELECTRONIC and case.state == State.DELIVERING:
        delivery, _ = Delivery.objects.update_or_create(
            document=document, defaults={"method": method, "sent_at": at, "reference": "", "receiver": ""}
        )
        _complete(case, delivery, actor=actor, at=at)
    audit.record("cases.choose_delivery", actor=actor, at=at, target=case.target, division=case.division, method=method)
    return case


def complete_public_deliveries(*, at: datetime) -> int:
    """Complete every public delivery whose days are over; return how many."""
    due = Delivery.objects.filter(
        method=Delivery.Method.PUBLIC, delivered_at__isnull=True, due_on__lt=day_of(at)
    ).values_list("document__case_id", flat=True)
    for case_id in list(due[:500]):
        _complete_public(case_id, at)
    return len(due)


@transaction.atomic
def _complete_public(case_id: int, at: datetime) -> None:
    case = life.lock(case_id)
    delivery = Delivery.objects.filter(document__case=case, delivered_at__isnull=True).first()
    if delivery is None:
        return  # another worker was first
    actor = Actor.system("公告期满")
    _complete(case, delivery, actor=actor, at=at)
    audit.record("cases.confirm_delivery", actor=actor, at=at, target=case.target, division=case.division)


def _complete(case: Case, delivery: Delivery, *, actor: Actor, at: datetime) -> None:
    delivery.delivered_at = at
    delivery.save()
    _note_delivered(case, delivery, actor=actor, at=at)
    row = case.steps.filter(code=steps.DELIVERY.code, ended_at__isnull=True).first()
    if row is not None:
        steps.end(row, outcome=delivery.method, performers=[actor], at=at)
    if not case.steps.filter(ended_at__isnull=True).exists():
        close_or_wait(case, at=at)


def _note_delivered(case: Case, delivery: Delivery, *, actor: Actor, at: datetime) -> None:
    """Issue the proof of service 送达回证 and append the action."""
    decision = delivery.document
    letter = documents.Letter(
        paragraphs=["下列文书已经送达。"],
        rows=[
            ("送达文书", f"{decision.title}（{decision.number}）"),
            ("受送达人", case.applicant.name),
            ("送达方式", delivery.get_method_display()),
            ("送达时间", f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"),
            ("签收", delivery.receiver or "到达受送达人的平台消息"),
        ],
    )
    organ = case.deciding_organization
    proof = documents.issue(case, CaseDocument.Kind.SERVICE, letter, organization=organ, at=at)
    facts = {"method": delivery.method, "delivered": decision.number, "document": proof.number}
    life.append(case, Kind.DELIVER, actor=actor, at=at, facts=facts)


def _refuse_delivered(document: CaseDocument) -> None:
    if Delivery.objects.filter(document=document, delivered_at__isnull=False).exists():
        raise DeliveredAlready


def _check_words(method: str, receiver: str, reference: str) -> None:
    problems = {}
    if method not in Delivery.Method.values:
        problems["method"] = "请选择送达方式。"
    if method in AT_ONCE and not receiver.strip():
        problems["receiver"] = "请填写签收人（留置送达填见证人，委托送达填受托单位）。"
    if method == Delivery.Method.POST and not reference.strip():
        problems["reference"] = "请填写邮件号。"
    if method == Delivery.Method.PUBLIC and len(reference.strip()) < 10:
        problems["reference"] = "请写明在哪里公告，以及为什么其他方式都无法送达，不少于 10 个字。"
    if problems:
        raise InvalidInput(problems)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""

"""
Delivery 送达 of decisions, and of the notices whose limit runs from receipt: by inbox with the recipient's consent, by
hand, by post, as a last resort in public.
"""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, clocks, documents, life, notifications, steps
from onedoor.platform.cases.models import Action, Case, CaseDocument, CaseStep, Clock, Delivery
from onedoor.platform.cases.operations import arrivals
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.kernel.prepared import prepared

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
    code, http_status, message = "cases.delivered_already", 409, "文书已经送达，不用再送。"


class NothingToDeliver(OneDoorError):
    code, http_status, message = "cases.nothing_to_deliver", 409, "本件现在没有等待送达的文书，请刷新页面查看最新进展。"


class PublicDeliveryRunning(OneDoorError):
    code, http_status, message = (
        "cases.public_delivery_running",
        409,
        "公告送达到 {due_on} 期满才算送达，请等期满。",
    )


def decision_of(case: Case) -> CaseDocument | None:
    """Return the decision of a case, the latest where a later one replaced it."""
    return _latest(case, *documents.DECISIONS)


def latest_to_deliver(case: Case) -> CaseDocument | None:
    """Return the decision or notice of a case that was issued last; whatever came before it no longer has to arrive."""
    return _latest(case, *documents.DECISIONS, *documents.NOTICES)


def _latest(case: Case, *kinds: CaseDocument.Kind) -> CaseDocument | None:
    found = [document for document in case.documents.all() if document.kind in kinds]
    return max(found, key=lambda document: document.pk, default=None)


def awaited_notice(case: Case) -> CaseDocument | None:
    """Return the notice an officer still has to deliver: the document issued last, while the step of its delivery waits."""
    document = latest_to_deliver(case)
    if document is None or document.kind not in documents.NOTICES or _open_step(case) is None:
        return None
    return document


def reads_inbox(case: Case, *, at: datetime) -> bool:
    """
    Tell whether what is put into the inbox arrives with somebody: the applicant, or the guardian who applies for them,
    has an account that is in use. An agent is told of the decision, but it is not for an agent to be served with it.
    """
    return inbox_arrives(applicant_id=case.applicant_id, agent_id=case.agent_id, on=day_of(at))


def inbox_arrives(*, applicant_id: int, agent_id: int | None, on: date) -> bool:
    """Tell the same of an applicant and of whoever applies for them."""
    if identity.has_account(applicant_id):
        return True
    if agent_id is None:
        return False
    guards = identity.guardianship_between(guardian_id=agent_id, ward_id=applicant_id, on=on)
    return guards is not None and identity.has_account(agent_id)


def way_of(case: Case, *, at: datetime) -> str:
    """Return how what is issued now reaches the applicant: as they chose, but by hand where nobody reads the inbox."""
    if case.delivery == Delivery.Method.ELECTRONIC and not reads_inbox(case, at=at):
        return str(Delivery.Method.DIRECT)
    return case.delivery


def hand_over(case: Case, document: CaseDocument, told: Action, *, at: datetime) -> None:
    """
    Deliver a fresh document by the inbox where the action that tells it says so (`way_of`); otherwise it waits for an
    officer.

    The message is written in the transaction of the document: it has arrived when the document is there.
    """
    if told.facts["delivery"] != Delivery.Method.ELECTRONIC:
        return
    notifications.tell(told, at=at)
    delivery = Delivery.objects.create(
        document=document, method=Delivery.Method.ELECTRONIC, sent_at=at, delivered_at=at
    )
    _note_delivered(case, delivery, actor=Actor.system("电子送达"), arrived=at, at=at)


def serve_notice(
    case: Case, document: CaseDocument, told: Action, *, signed_by: str = "", actor: Actor, at: datetime
) -> None:
    """
    Let a fresh notice reach the applicant: handed over the desk to whoever signs for it, by the inbox where the action
    that tells it says so, or by an officer, in whose list it waits until then.
    """
    if signed_by:
        delivery = Delivery.objects.create(
            document=document, method=Delivery.Method.DIRECT, receiver=signed_by, sent_at=at, delivered_at=at
        )
        _note_delivered(case, delivery, actor=actor, arrived=at, at=at)
    elif told.facts["delivery"] == Delivery.Method.ELECTRONIC:
        hand_over(case, document, told, at=at)
    else:
        steps.open_common(case, steps.DELIVERY, at=at, organ=case.receiving_organization)
        clocks.start_serving(case, steps.DELIVERY, at=at)
        clocks.set_urgency(case)


def drop_service(case: Case, *, at: datetime) -> None:
    """Let go of a notice that an officer still has to deliver: the applicant has done what it asks for."""
    row = _open_step(case)
    if row is not None:
        steps.end(row, outcome=CaseStep.PASSED_OVER, performers=[], at=at)


def close_or_wait(case: Case, *, at: datetime) -> None:
    """Close a decided case whose work is done: at once if its decision has arrived, else it waits for delivery."""
    last = _decisions.first(case_id=case.pk)
    if last is None or last[1]:  # None: nothing there to deliver
        if case.item_version.item.result.kind == "certificate":
            clocks.stop(case, Clock.Kind.ISSUE, at=at)
        life.append(case, Kind.FINISH, actor=Actor.system("办结"), at=at)
        return
    if case.state != State.DELIVERING:
        life.append(case, Kind.AWAIT_DELIVERY, actor=Actor.system("等待送达"), at=at)
    steps.open_common(case, steps.DELIVERY, at=at, organ=case.receiving_organization)
    clocks.set_urgency(case)


@prepared
def _decisions(*, case_id: int) -> QuerySet[CaseDocument, tuple[int, bool]]:
    """The last decision of a case, and whether it has arrived."""
    arrived = Exists(Delivery.objects.filter(document=OuterRef("pk"), delivered_at__isnull=False))
    decisions = CaseDocument.objects.filter(case_id=case_id, kind__in=documents.DECISIONS)
    return decisions.annotate(has_arrived=arrived).order_by("-id").values_list("pk", "has_arrived")[:1]


@transaction.atomic
def deliver_document(
    *,
    case_id: int,
    method: str,
    receiver: str,
    reference: str,
    received_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> Delivery:
    """
    Deliver what waits, a decision or a notice, as an officer: handed over, sent by post, or put up in public.

    `receiver` signs (direct, leaving: the witness, entrusted: the body), on the day `received_on` or just now;
    `reference` is the number of the parcel, or for a public delivery where it hangs and why no other way led to the
    recipient.

    :raises NoDeliveryConsent, NoInbox: electronically, without the recipient's consent, or without an account.
    :raises DeliveredAlready, NothingToDeliver: why not.
    :raises InvalidInput: who received it, or where it was sent, is missing; or it cannot have arrived on that day.
    """
    case = life.lock(case_id)
    actor.require("cases.deliver", division=case.receiving_organization.division_id, line=case.line)
    document = _waiting(case)
    life.check_move(case, Kind.DELIVER)
    _check_words(method, receiver, reference)
    if method == Delivery.Method.ELECTRONIC:
        raise NoInbox if case.delivery == Delivery.Method.ELECTRONIC else NoDeliveryConsent
    arrived = _arrival(case, document, received_on, since=document.issued_at, at=at) if method in AT_ONCE else at
    delivery, _ = Delivery.objects.update_or_create(
        document=document,
        defaults={
            "method": method,
            "receiver": receiver.strip(),
            "reference": reference.strip(),
            "sent_at": arrived,
            "due_on": public_until(case, at=at) if method == Delivery.Method.PUBLIC else None,
        },
    )
    if method in AT_ONCE:
        _complete(case, delivery, actor=actor, arrived=arrived, at=at)
    else:
        facts = {"method": method, "document": document.number, "kind": document.kind, "due_on": _iso(delivery.due_on)}
        if document.kind in documents.NOTICES:
            _note_sent(case, method, at=at)
        life.append(case, Kind.DISPATCH, actor=actor, at=at, facts=facts)
    audit.record("cases.deliver", actor=actor, at=at, target=case.target, division=case.division, method=method)
    return delivery


@transaction.atomic
def confirm_delivery(
    *, case_id: int, receiver: str, received_on: date | None = None, actor: Actor, at: datetime
) -> Delivery:
    """
    Note that what was sent by post has arrived, on the day `received_on` or just now.

    :raises NothingToDeliver: nothing was sent.
    :raises PublicDeliveryRunning: a public delivery completes itself when its days are over.
    :raises InvalidInput: who received it is missing, or it cannot have arrived on that day.
    """
    case = life.lock(case_id)
    actor.require("cases.deliver", division=case.receiving_organization.division_id, line=case.line)
    document = _waiting(case)
    delivery = Delivery.objects.filter(document=document).first()
    if delivery is None:
        raise NothingToDeliver
    if delivery.method == Delivery.Method.PUBLIC:
        raise PublicDeliveryRunning(due_on=_iso(delivery.due_on))
    if not receiver.strip():
        raise InvalidInput({"receiver": "请填写签收人。"})
    arrived = _arrival(case, document, received_on, since=delivery.sent_at, at=at)
    delivery.receiver = receiver.strip()
    _complete(case, delivery, actor=actor, arrived=arrived, at=at)
    audit.record("cases.confirm_delivery", actor=actor, at=at, target=case.target, division=case.division)
    return delivery


@transaction.atomic
def choose_delivery(*, case_id: int, method: str, actor: Actor, at: datetime) -> Case:
    """
    Let the applicant choose how documents reach them; "electronic" is the recorded consent to delivery by the inbox.

    A decision or notice that waits for an officer arrives with this consent.

    :raises DeliveredAlready: the decision has arrived.
    :raises NoInbox: electronically, though nobody reads the applicant's inbox.
    :raises InvalidInput: another way.
    """
    case = life.lock(case_id)
    access.require_applicant_act(case, actor=actor, on=day_of(at))
    if method not in CHOICES:
        raise InvalidInput({"delivery": "请选择一种送达方式。"})
    decision = decision_of(case)
    if decision is not None:
        _refuse_delivered(decision)
    if case.is_ended:
        raise DeliveredAlready
    if method == Delivery.Method.ELECTRONIC and not reads_inbox(case, at=at):
        raise NoInbox
    case.delivery = method
    case.save(update_fields=["delivery"])
    if method == Delivery.Method.ELECTRONIC and _open_step(case) is not None:
        delivery, _ = Delivery.objects.update_or_create(
            document=_waiting(case),
            defaults={"method": method, "sent_at": at, "due_on": None, "reference": "", "receiver": ""},
        )
        _complete(case, delivery, actor=actor, arrived=at, at=at)
    audit.record("cases.choose_delivery", actor=actor, at=at, target=case.target, division=case.division, method=method)
    return case


def _note_sent(case: Case, method: str, *, at: datetime) -> None:
    """Let the office's limit to tell the applicant end with the sending of a notice; what was posted is asked after."""
    clocks.stop(case, Clock.Kind.RECEIVE, at=at)
    if method == Delivery.Method.POST:
        clocks.start_serving(case, steps.DELIVERY, at=at)
    else:
        clocks.stop_step(case, steps.DELIVERY, at=at)  # the machine notes the end of a public delivery
    clocks.set_urgency(case)


def complete_public_deliveries(*, at: datetime) -> int:
    """Complete every public delivery whose days are over; return how many."""
    # A notice nobody has to deliver any more (its applicant has acted, its case has ended) is left as it hangs.
    wanted = Q(document__kind__in=documents.DECISIONS) | Exists(
        CaseStep.objects.filter(case=OuterRef("document__case"), code=steps.DELIVERY.code, ended_at__isnull=True)
    )
    # Nor has what a later document of the case has replaced.
    issued = CaseDocument.objects.filter(
        case=OuterRef("document__case"), kind__in=(*documents.DECISIONS, *documents.NOTICES)
    )
    due = Delivery.objects.filter(
        wanted,
        document=Subquery(issued.order_by("-id").values("id")[:1]),
        method=Delivery.Method.PUBLIC,
        delivered_at__isnull=True,
        due_on__lt=day_of(at),
    ).order_by("due_on", "id")
    waiting = list(due.values_list("document__case_id", flat=True)[:500])
    for case_id in waiting:
        _complete_public(case_id, at)
    return len(waiting)


@transaction.atomic
def _complete_public(case_id: int, at: datetime) -> None:
    case = life.lock(case_id)
    delivery = Delivery.objects.filter(document=latest_to_deliver(case), delivered_at__isnull=True).first()
    if delivery is None or delivery.due_on is None or delivery.due_on >= day_of(at):
        return  # another worker was first, or it goes another way now
    actor = Actor.system("公告期满")
    # It has arrived with the end of its last day, whenever the machine comes to note it.
    arrived = datetime.combine(delivery.due_on, time.max, tzinfo=CHINA)
    _complete(case, delivery, actor=actor, arrived=arrived, at=at)
    audit.record("cases.confirm_delivery", actor=actor, at=at, target=case.target, division=case.division)


def _waiting(case: Case) -> CaseDocument:
    """
    Return what has to be delivered now.

    :raises DeliveredAlready, NothingToDeliver: why there is nothing.
    """
    document = latest_to_deliver(case)
    if document is None:
        raise NothingToDeliver
    _refuse_delivered(document)
    if document.kind in documents.NOTICES and _open_step(case) is None:
        raise NothingToDeliver
    return document


def _open_step(case: Case) -> CaseStep | None:
    return case.steps.filter(code=steps.DELIVERY.code, ended_at__isnull=True).first()


def _arrival(
    case: Case, document: CaseDocument, received_on: date | None, *, since: datetime, at: datetime
) -> datetime:
    """
    Return the moment something arrived: now, or on an earlier day that is not before it could.

    On the word of one officer no right of a person is over as soon as its beginning is noted: then it is served again.

    :raises InvalidInput: it cannot have arrived on that day, or what counts from it would be over today.
    """
    today, first = day_of(at), day_of(since)
    if received_on is None or received_on == today:
        return at
    if received_on > today:
        raise InvalidInput({"received_on": "收到日期不能晚于今天，请填写实际收到的日期。"})
    if received_on < first:
        raise InvalidInput({"received_on": f"文书 {first.isoformat()} 才制发或者寄出，收到日期不能比这更早。"})
    arrived = max(datetime.combine(received_on, time.min, tzinfo=CHINA), since)
    last = arrivals.until(case, document, at=arrived)
    if last is not None and last.day <= today:
        words = (
            f"从这一天算，对方的期限到 {last.day.isoformat()} 就满了，不能这样补记。请再送达一次，填这次收到的日期。"
        )
        raise InvalidInput({"received_on": words})
    return arrived


def public_until(case: Case, *, at: datetime) -> date:
    """Return the last day of a public delivery that begins now."""
    calendar = clocks.work_calendar(case.division)
    return clocks.due_day(unit="day", days=PUBLIC_DAYS, started_on=day_of(at), calendar=calendar).day


def _complete(case: Case, delivery: Delivery, *, actor: Actor, arrived: datetime, at: datetime) -> None:
    delivery.delivered_at = arrived
    delivery.save()
    _note_delivered(case, delivery, actor=actor, arrived=arrived, at=at)
    row = _open_step(case)
    if row is not None:
        steps.end(row, outcome=delivery.method, performers=[actor], at=at)
    decided = delivery.document.kind in documents.DECISIONS
    if decided and not case.steps.filter(ended_at__isnull=True).exists():
        close_or_wait(case, at=at)


def _note_delivered(case: Case, delivery: Delivery, *, actor: Actor, arrived: datetime, at: datetime) -> None:
    """Issue the proof of service 送达回证, begin what counts from receipt and append the action."""
    delivered = delivery.document
    on = day_of(arrived).isoformat()
    letter = documents.Letter(
        paragraphs=["下列文书已经送达。"],
        rows=[
            ("送达文书", f"{delivered.title}（{delivered.number}）"),
            ("受送达人", case.applicant.name),
            ("送达方式", delivery.get_method_display()),
            ("送达时间", f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" if arrived == at else on),
            ("签收", delivery.receiver or "到达受送达人的平台消息"),
        ],
    )
    receiving = delivered.kind == CaseDocument.Kind.SUPPLEMENT
    organ = case.receiving_organization if receiving else case.deciding_organization
    proof = documents.issue(case, CaseDocument.Kind.SERVICE, letter, organization=organ, at=at)
    facts = {"method": delivery.method, "delivered": delivered.number, "kind": delivered.kind, "document": proof.number}
    begun = arrivals.begin(case, delivered, at=arrived)
    life.append(case, Kind.DELIVER, actor=actor, at=at, facts=facts | {"received_on": on} | begun)


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

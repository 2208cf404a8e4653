"""Who is on the telephone: nothing is told of anybody before the caller has said name and last four characters."""

from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.audit import operations as audit
from onedoor.platform.audit import suspensions
from onedoor.platform.cases.models import Case
from onedoor.platform.channels.models import WorkOrder
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel import limits
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound
from onedoor.standards.contacts import parse_mobile

MOST = 12  # look-ups a minute of one agent
SHOWN = 5


class CallerUnknown(NotFound):
    code, message = (
        "channels.caller_unknown",
        "电话、姓名、证件号后四位对不上，不能查看。请再问一遍；仍对不上的，照常登记工单。",
    )


@dataclass(frozen=True)
class CallersCase:
    number: str
    title: str
    state_title: str


@dataclass(frozen=True)
class CallersOrder:
    number: str
    topic: str
    state_title: str
    received_at: datetime


@dataclass(frozen=True)
class Caller:
    """Who was verified on the telephone, with the latest cases and orders."""

    person_id: int
    name: str
    cases: list[CallersCase]
    orders: list[CallersOrder]


def look_up_caller(*, phone: str, name: str, last_four: str, actor: Actor, at: datetime) -> Caller:
    """
    Return the caller whose phone, name and last four characters of the number agree; the look is recorded.

    Whoever calls may live anywhere, so this is not limited to the agent's reach; their cases are.

    :raises CallerUnknown: one of the three is wrong; the answer does not tell which.
    :raises TooManyRequests: this agent asks too often.
    :raises QuerySuspended: the agent has guessed too often today.
    """
    actor.require_one_of("channels.take")
    suspensions.require_query_right(actor)
    limits.knock("channels.caller", str(actor.login_id), most=MOST, at=at)
    try:
        plain = parse_mobile("".join(phone.split()))
    except ValueError:
        raise CallerUnknown from None
    four = last_four.strip().upper()
    people = Person.objects.filter(**Person.by_phone.at(plain), name=name.strip(), deceased_on__isnull=True)
    found = next((one for one in people[:20] if len(four) == 4 and str(one.id_number).upper().endswith(four)), None)
    if found is None:
        raise CallerUnknown
    audit.record_look("channels.look_up", actor=actor, at=at, target=f"person:{found.pk}", fields=["name", "cases"])
    cases = [one for one in Case.objects.filter(applicant=found).order_by("-pk")[:20] if actor.reaches(one.division)]
    orders = WorkOrder.objects.filter(**WorkOrder.by_phone.at(plain)).order_by("-pk")[:20]
    return Caller(
        found.pk,
        found.name,
        [CallersCase(one.number, one.item_version.title, one.get_state_display()) for one in cases[:SHOWN]],
        [
            CallersOrder(one.number, one.topic, one.get_state_display(), one.received_at)
            for one in orders
            if actor.reaches(one.division)
        ][:SHOWN],
    )

"""What is sent about the hotline: by the desk, by the unit, by the caller."""

from tests.platform.channels.switchboard import NOTE, TOPIC, WORDS, Switchboard, build
from tests.platform.library import COUNTY, ITEM, TOWN
from tests.platform.replays.machines import like
from tests.platform.replays.stage import AT, Sent, Stage, picture, posts, sends

from onedoor.platform.channels.life import ORDER_CODE
from onedoor.platform.channels.models import WorkOrder
from onedoor.platform.kernel import digit_codes

API = "/api/v1/hotline"
CODE = "123456789012"
CALL = {
    "category": "complaint",
    "content": WORDS,
    "division": TOWN,
    "urgency": "normal",
    "channel": "phone",
    "topic": TOPIC,
}
SAID = {"responded": "yes", "resolved": "no", "satisfied": "no"}
DUTY = {"name": "赵值班", "phone": "13900000009"}


def board(stage: Stage) -> Switchboard:
    return build(stage.books)


def replied(stage: Stage) -> WorkOrder:
    """Return an order that has its answer, whose caller holds a known code."""
    order = board(stage).replied(AT)
    WorkOrder.objects.update(code_digest=digit_codes.digest_of(CODE, purpose=ORDER_CODE))
    return order


@sends("hotline_call")
def call(stage: Stage) -> Sent:
    board(stage)
    return Sent("agent", "/staff/hotline/call/", {"act": "file", **CALL})


@sends("hotline_order")
def order(stage: Stage) -> Sent:
    url = f"/staff/hotline/{board(stage).dispatched(AT).pk}/"
    return Sent("handler", url, {"act": "sign"})


@sends("hotline_catalogue")
def catalogue(stage: Stage) -> Sent:
    organ = board(stage).organ(COUNTY)
    fields = {"act": "rule", "topic": TOPIC, "organization": organ, "department_only": "yes", "document": "权责清单"}
    return Sent("chief", "/staff/hotline/catalogue/", fields)


@sends("hotline_say")
def say(stage: Stage) -> Sent:
    return Sent("", "/hotline/say/", {"number": replied(stage).number, "code": CODE, **SAID})


like("hotline_call", "/hotline/orders", lambda fields: CALL)
like("hotline_order", "/hotline/orders/{order_id}/acts")
like("hotline_say", "/hotline/said")


@posts(f"{API}/rules")
def set_rule(stage: Stage) -> Sent:
    fields = {"topic": TOPIC, "organization_id": board(stage).organ(COUNTY), "document": "权责清单"}
    return Sent("chief", f"{API}/rules", fields)


@posts(f"{API}/lines")
def open_line(stage: Stage) -> Sent:
    board(stage)
    return Sent("chief", f"{API}/lines", {"number": "12349", "title": "民政服务热线", "mode": "dual"})


@posts(f"{API}/duty")
def name_duty_officer(stage: Stage) -> Sent:
    board(stage)
    when = {"begins_at": "2026-09-01T09:00:00+08:00", "ends_at": "2026-09-02T09:00:00+08:00"}
    return Sent("chief", f"{API}/duty", DUTY | when)


@posts(f"{API}/drafts")
def begin_for_caller(stage: Stage) -> Sent:
    board(stage)
    return Sent("agent", f"{API}/drafts", {"item": ITEM, "caller_phone": "13700000001", "division": TOWN})


@posts(f"{API}/orders/{{order_id}}/reply")
def reply(stage: Stage) -> Sent:
    told = {"answer": NOTE, "unit_resolved": "yes", "way": "phone", "contact": NOTE, "evidence": picture()}
    return Sent("handler", f"{API}/orders/{board(stage).signed(AT).pk}/reply", told)

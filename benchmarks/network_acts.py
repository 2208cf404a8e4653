"""What a drill does inside a node: an invented kind of message whose reader leaves one row for each, in its transaction."""

import json
from datetime import datetime

from django.db import transaction

from onedoor.platform.kernel import clock, outbox
from onedoor.platform.kernel.calendars import NATION
from onedoor.platform.kernel.models import OutboxMessage
from onedoor.platform.network import schemas, sending
from onedoor.platform.network.models import Incident, Incoming, Queued, Sent, Stream
from onedoor.platform.network.states import End, Handing

TOPIC = "drill.read"


class Note(schemas.Body):
    """What the drill tells: the how manieth message it is, and some filling as long as a usual one."""

    number: int
    filling: str = ""


def read_note(message: schemas.Message, *, at: datetime) -> None:
    outbox.publish(TOPIC, key=f"drill:{message.sender}", number=message.body.number, sender=message.sender)


SCHEMA = schemas.Schema("drill.note", 1, Note, read_note)


def place() -> str:
    """A node needs the place it serves."""
    from onedoor.platform.identity.models import Division

    told = {"name": "中华人民共和国", "full_name": "中华人民共和国", "level": 1, "source": "测量"}
    Division.objects.get_or_create(code=NATION, defaults=told)
    return "ok"


def write(count: str, to: str, first: str = "0") -> str:
    """Write messages, fifty a transaction; numbers go on from `first`."""
    numbers, filling = range(int(first), int(first) + int(count)), "报文" * 100
    for start in range(0, len(numbers), 50):
        with transaction.atomic():
            for number in numbers[start : start + 50]:
                sending.send("drill.note", Note(number=number, filling=filling), to=to, at=clock.now())
    return "ok"


def read() -> str:
    """Return the numbers read so far, in order, as JSON."""
    rows = OutboxMessage.objects.filter(topic=TOPIC).order_by("pk").values_list("payload", flat=True)
    return json.dumps([row["number"] for row in rows])


def left() -> str:
    """Return how many messages are not settled: unsealed, without receipt, not handed over."""
    unsettled = sum(
        Sent.objects.filter(node=stream.node_id, sequence__gt=stream.acknowledged).count()
        for stream in Stream.objects.filter(end=End.OUT)
    )
    waiting = Incoming.objects.exclude(state=Handing.DONE).count()
    return str(Queued.objects.count() + unsettled + waiting)


def troubles() -> str:
    """Return what went wrong and how often, as JSON."""
    return json.dumps({f"{row.end} {row.kind}": row.times for row in Incident.objects.order_by("pk")})

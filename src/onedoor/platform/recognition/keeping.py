"""What the worker brings back is kept, or the paper is tried again later."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange.recognizing import Line
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.recognition.models import PaperReading

WAIT = timedelta(minutes=1)
MOST_TRIES = 5  # over half an hour; nobody waits for it, and the paper is there to be read by a person
State = PaperReading.State


@transaction.atomic
def keep_lines(*, reading_id: int, lines: Sequence[Line], actor: Actor, at: datetime) -> None:
    """Keep what was read; nothing where the paper was let go meanwhile."""
    actor.require("recognition.machine", division="000000000000")
    reading = PaperReading.objects.select_for_update().filter(pk=reading_id, state=State.ASKED).first()
    if reading is None:
        return
    reading.lines = [asdict(one) for one in lines]
    reading.state, reading.read_at, reading.due_at = (State.READ if lines else State.UNREAD), at, None
    reading.save(update_fields=["lines", "state", "read_at", "due_at"])
    audit.record("recognition.keep_lines", actor=actor, at=at, target=reading.grant.target, lines=len(lines))


def put_off(*, reading_id: int, at: datetime) -> None:
    """Try later, longer each time; after a few times a paper counts as one that cannot be read."""
    asked = PaperReading.objects.filter(pk=reading_id, state=State.ASKED)
    tries = asked.values_list("tries", flat=True).first() or 0
    asked.update(tries=F("tries") + 1, due_at=at + WAIT * 2**tries)
    if tries + 1 >= MOST_TRIES:
        give_up(reading_id=reading_id)


def give_up(*, reading_id: int) -> None:
    PaperReading.objects.filter(pk=reading_id, state=State.ASKED).update(state=State.UNREAD, due_at=None)

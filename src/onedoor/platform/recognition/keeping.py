"""What the worker brings back is kept, or the paper is tried again later."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange.recognizing import Line
from onedoor.platform.files.granting import drop_grants
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.recognition.models import Dictation, PaperReading

WAIT = timedelta(minutes=1)
MOST_TRIES = 5  # over half an hour; nobody waits for it, and the paper is there to be read by a person
KEPT = timedelta(hours=6)  # of the words of a dictation, which were to be used at once
MOST_HEARINGS = 2
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


@transaction.atomic
def keep_words(*, dictation_id: UUID, words: str, actor: Actor, at: datetime) -> None:
    """Keep what was heard for whoever has spoken, and let the recording go; nothing where it was forgotten meanwhile."""
    actor.require("recognition.machine", division="000000000000")
    dictation = Dictation.objects.select_for_update().filter(pk=dictation_id, state=Dictation.State.ASKED).first()
    if dictation is None:
        return
    dictation.words = words
    dictation.state = Dictation.State.HEARD if words else Dictation.State.UNHEARD
    _let_go(dictation, at)
    audit.record("recognition.keep_words", actor=actor, at=at, target=dictation.target, length=len(words))


@transaction.atomic
def put_off_hearing(*, dictation_id: UUID, at: datetime) -> None:
    """Try once more soon: somebody waits before the page. After that it counts as not heard, and the recording goes."""
    dictation = Dictation.objects.select_for_update().filter(pk=dictation_id, state=Dictation.State.ASKED).first()
    if dictation is None:
        return
    dictation.tries += 1
    dictation.due_at = at + WAIT
    if dictation.tries < MOST_HEARINGS:
        dictation.save(update_fields=["tries", "due_at"])
        return
    dictation.state = Dictation.State.UNHEARD
    _let_go(dictation, at)


def _let_go(dictation: Dictation, at: datetime) -> None:
    dictation.file = dictation.due_at = None
    dictation.save()
    drop_grants(target=dictation.target, at=at)


@transaction.atomic
def forget_dictations(*, at: datetime) -> int:
    """Delete what was spoken hours ago, with its recording where that was never heard; return how many."""
    old = list(Dictation.objects.select_for_update(skip_locked=True).filter(asked_at__lte=at - KEPT)[:1000])
    for dictation in old:
        target = dictation.target
        dictation.delete()
        drop_grants(target=target, at=at)
    return len(old)

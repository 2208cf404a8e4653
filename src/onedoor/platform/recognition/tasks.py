"""Read papers and hear recordings in the background, outside of any transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db.models import QuerySet

from onedoor.platform.exchange import listening, recognizing
from onedoor.platform.exchange.adapters import PAPERS, SPEECH, Adapter, NotAnswered
from onedoor.platform.files import storage
from onedoor.platform.files.contents.sounds import ENDINGS
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.tasks import queued, task
from onedoor.platform.recognition import keeping
from onedoor.platform.recognition.models import Dictation, PaperReading

log = structlog.get_logger()
MACHINE = Actor.system("文字识别")
AT_ONCE = 50


@task(attempts=1)
def read_paper(*, reading_id: int) -> None:
    """Ask once for the lines of a paper the scanner lets be opened; what does not work now is tried again later."""
    waiting = PaperReading.objects.filter(pk=reading_id, state=PaperReading.State.ASKED, due_at__lte=clock.now())
    reading = waiting.select_related("grant__file").first()
    if reading is None:
        return
    file = reading.grant.file
    if not file.may_be_opened:
        if file.is_quarantined:
            keeping.give_up(reading_id=reading_id)
        waiting.update(due_at=clock.now() + keeping.WAIT)  # until the scanner has said what it is
        return
    if not _begin(waiting, PAPERS):
        return
    put_off = partial(keeping.put_off, reading_id=reading_id)
    with _one_try(put_off, "recognition.not_read", reading=reading_id):
        with storage.open_content(file.digest, file.file_key) as content:
            lines = recognizing.recognize(
                content.read(),
                media_type=file.media_type,
                purpose=reading.purpose,
                target=f"file:{file.pk}",
                actor=MACHINE,
                at=clock.now(),
                wall=clock.wall(),
            )
        keeping.keep_lines(reading_id=reading_id, lines=lines, actor=MACHINE, at=clock.now())


@task(attempts=1)
def hear(*, dictation_id: str) -> None:
    """Ask once for the words of a recording the scanner lets be opened."""
    waiting = Dictation.objects.filter(
        pk=dictation_id, state=Dictation.State.ASKED, file__isnull=False, due_at__lte=clock.now()
    )
    dictation = waiting.select_related("file").first()
    if dictation is None or dictation.file is None:
        return
    key, file = UUID(dictation_id), dictation.file
    if not file.may_be_opened:
        if file.is_quarantined:
            keeping.keep_words(dictation_id=key, words="", actor=MACHINE, at=clock.now())
        waiting.update(due_at=clock.now() + keeping.WAIT)
        return
    if not _begin(waiting, SPEECH):
        return
    put_off = partial(keeping.put_off_hearing, dictation_id=key)
    with _one_try(put_off, "recognition.not_heard", dictation=dictation_id):
        with storage.open_content(file.digest, file.file_key) as content:
            words = listening.listen(
                content.read(),
                name=f"recording.{ENDINGS[file.media_type]}",
                media_type=file.media_type,
                purpose=dictation.purpose,
                target=dictation.target,
                actor=MACHINE,
                at=clock.now(),
                wall=clock.wall(),
            )
        keeping.keep_words(dictation_id=key, words=words, actor=MACHINE, at=clock.now())


@contextmanager
def _one_try(put_off: Callable[..., None], event: str, **named: Any) -> Iterator[None]:
    """
    Put off what fails inside. A fault of ours is told loudly, and is a try as well: else the same answer is asked for for ever.
    """
    try:
        yield
    except (NotAnswered, storage.FileDamaged) as failure:
        log.warning(event, reason=str(failure), **named)
        put_off(at=clock.now())
    except Exception:
        put_off(at=clock.now())
        raise


def _begin(waiting: QuerySet[Any], adapter: Adapter) -> bool:
    """Take a row for one call that may last as long as its limit, and for what comes after; tell whether nobody else has."""
    return bool(waiting.update(due_at=clock.now() + 2 * timedelta(seconds=adapter.limit)))


def read_again(*, at: datetime) -> int:
    """Try what is due and not in the queue anyway, and return how much; safe to run twice."""
    papers = PaperReading.objects.filter(due_at__lte=at).order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]
    spoken = Dictation.objects.filter(due_at__lte=at).order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]
    read, heard = queued(read_paper, "reading_id"), queued(hear, "dictation_id")
    unread = [one for one in papers if one not in read]
    unheard = [one for one in map(str, spoken) if one not in heard]
    for reading_id in unread:
        read_paper.enqueue(reading_id=reading_id)
    for dictation_id in unheard:
        hear.enqueue(dictation_id=dictation_id)
    return len(unread) + len(unheard)

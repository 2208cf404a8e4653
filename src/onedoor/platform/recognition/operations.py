"""Ask for a reading; the worker does it."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange import recognizing
from onedoor.platform.files.models import FileGrant, StoredFile
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.recognition import tasks
from onedoor.platform.recognition.keeping import WAIT
from onedoor.platform.recognition.models import PaperReading


@transaction.atomic
def ask_for_paper(*, file: StoredFile, target: str, person_id: int, purpose: str, actor: Actor, at: datetime) -> None:
    """
    Have a paper read that was just stored for `target`; the calling room has checked that it may. Nothing happens where no
    recogniser is set up that reads such files, or the same file of the same matter was asked for already.
    """
    if not recognizing.reads(file.media_type):
        return
    grant = FileGrant.objects.get(file=file, target=target)
    reading, fresh = PaperReading.objects.get_or_create(
        grant=grant,
        defaults={
            "person_id": person_id,
            "purpose": purpose,
            "asked_at": at,
            "asked_by": actor.name,
            "due_at": at + WAIT,
        },
    )
    if not fresh:
        return
    audit.record("recognition.ask_for_paper", actor=actor, at=at, target=target, file=file.pk, purpose=purpose)
    if file.may_be_opened:  # else when the scanner has said so
        tasks.read_paper.enqueue(reading_id=reading.pk)

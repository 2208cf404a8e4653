"""Ask for a paper to be read or a recording to be heard; the worker does it."""

from datetime import datetime
from typing import IO

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange import listening, recognizing
from onedoor.platform.files import operations as files
from onedoor.platform.files.models import FileGrant, StoredFile
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.recognition import tasks
from onedoor.platform.recognition.models import Dictation, PaperReading

# What may be spoken instead of typed, and what the audit record calls it.
PURPOSES = {"search": "knowledge.search", "complaint": "feedback.file_complaint", "call": "channels.file_order"}


class NotOffered(OneDoorError):
    code, http_status, message = "recognition.not_offered", 409, "这里没有开通听写，请用文字填写，或拨打 12349。"


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
            "due_at": at,
        },
    )
    if not fresh:
        return
    audit.record("recognition.ask_for_paper", actor=actor, at=at, target=target, file=file.pk, purpose=purpose)
    if file.may_be_opened:  # else when the scanner has said so
        tasks.read_paper.enqueue(reading_id=reading.pk)


@transaction.atomic
def dictate(*, purpose: str, content: IO[bytes] | None, actor: Actor, at: datetime) -> Dictation:
    """
    Have a recording put into words for whoever brings it, with or without an account; nobody else ever hears it.

    :raises NotOffered: no recogniser of speech is set up, or not for this.
    :raises InvalidInput: there is no recording.
    :raises FileRefused: it is none, or too long.
    """
    if purpose not in PURPOSES or not listening.is_set_up():
        raise NotOffered
    if content is None:
        raise InvalidInput({"recording": "请先录音，或者选择一段录音。"})
    dictation = Dictation(
        person_id=actor.person_id,
        login_id=None if actor.person_id is not None else actor.login_id,
        purpose=PURPOSES[purpose],
        asked_at=at,
        due_at=at,
    )
    dictation.file = files.store_file(
        content=files.receive_recording(content),
        name="",
        target=dictation.target,
        actor=actor,
        at=at,
        owner=dictation.target[:40],
    )
    dictation.save(force_insert=True)
    audit.record("recognition.dictate", actor=actor, at=at, target=dictation.target, purpose=dictation.purpose)
    if dictation.file.may_be_opened:
        tasks.hear.enqueue(dictation_id=str(dictation.pk))
    return dictation

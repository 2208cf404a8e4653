"""What was read from papers; the room that owns the matter has checked who asks."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from onedoor.platform.exchange import listening, recognizing
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.recognition.models import Dictation, PaperReading


def reads_papers() -> bool:
    """Tell whether a recogniser of papers is set up; where it is not, nothing of it shows anywhere."""
    return recognizing.is_set_up()


def readings_of(*, files: Collection[int], targets: Collection[str]) -> dict[int, PaperReading]:
    """Return by file what was, or is being, read of the files of some matters. One query, none while it is off."""
    if not files or not reads_papers():
        return {}
    found = PaperReading.objects.filter(grant__file__in=files, grant__target__in=targets).select_related("grant")
    return {one.grant.file_id: one for one in found.order_by("pk")}


def hears() -> bool:
    """Tell whether a recogniser of speech is set up; where it is not, nothing of it shows anywhere."""
    return listening.is_set_up()


class DictationNotFound(NotFound):
    code, message = "recognition.dictation_not_found", "没有找到这段听写，可能已经过期。请重新录音，或用文字填写。"


@dataclass(frozen=True)
class Heard:
    """A dictation as whoever has spoken sees it."""

    id: UUID
    state: str
    words: str

    @property
    def is_waiting(self) -> bool:
        return self.state == Dictation.State.ASKED

    @property
    def is_unheard(self) -> bool:
        return self.state == Dictation.State.UNHEARD


def get_dictation(*, dictation_id: UUID, held: Collection[str] = (), actor: Actor) -> Heard:
    """
    Return what was heard for whoever has spoken: the person, the officer, or the browser that holds its number.

    :raises DictationNotFound: there is none, or it is somebody else's; both look alike.
    """
    found = Dictation.objects.filter(pk=dictation_id).first()
    if found is None or not _is_of(found, held, actor):
        raise DictationNotFound
    return Heard(found.pk, found.state, str(found.words))


def _is_of(found: Dictation, held: Collection[str], actor: Actor) -> bool:
    if found.person_id is not None:
        return found.person_id == actor.person_id
    if found.login_id is not None:
        return actor.person_id is None and found.login_id == actor.login_id
    return str(found.pk) in held

"""A deed on a text by its name, for those who let an officer choose one."""

from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.publishing import operations


@dataclass(frozen=True)
class Said:
    """What is said with a deed; each takes what it needs."""

    note: str = ""  # the opinion, the reason
    release_at: datetime | None = None
    correct: bool = True
    seen: int | None = None  # the version that was looked through


def do(deed: str, *, number: str, said: Said, actor: Actor, at: datetime) -> None:
    """:raises InvalidInput: there is no such deed; and what the deed itself refuses."""
    if deed == "submit":
        operations.submit_publication(number=number, actor=actor, at=at)
    elif deed == "send_back":
        operations.send_back_publication(number=number, opinion=said.note, actor=actor, at=at)
    elif deed in ("release", "release_urgent"):
        urgent = said.note if deed == "release_urgent" else ""
        if deed == "release_urgent" and not urgent.strip():
            raise InvalidInput({"note": "请写明紧急发布的理由。"})
        operations.release_publication(
            number=number, release_at=said.release_at, urgent_reason=urgent, seen=said.seen, actor=actor, at=at
        )
    elif deed == "review":
        operations.review_publication(number=number, opinion=said.note, actor=actor, at=at)
    elif deed == "recall":
        operations.recall_publication(number=number, reason=said.note, correct=said.correct, actor=actor, at=at)
    else:
        raise InvalidInput({"": "请选择要办理的动作。"})

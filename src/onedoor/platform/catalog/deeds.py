"""A deed on a version or an offering by its name, for those who let an officer choose among the possible ones."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from onedoor.platform.catalog import operations
from onedoor.platform.catalog.operations import Subject
from onedoor.platform.catalog.states import Kind
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput


def do(kind: str, *, subject: Subject, opinion: str, day: date | None, actor: Actor, at: datetime) -> None:
    """
    Do the deed; `day` is the first day of a publication, or the day from which something cancelled no longer holds.

    :raises InvalidInput: there is no such deed, or it needs a day.
    """
    who: dict[str, Any] = {"subject": subject, "actor": actor, "at": at}
    plain: dict[str, Callable[..., object]] = {
        Kind.SUBMIT: operations.submit_for_review,
        Kind.RESUME: operations.resume,
    }
    with_opinion: dict[str, Callable[..., object]] = {
        Kind.APPROVE: operations.approve,
        Kind.SEND_BACK: operations.send_back,
        Kind.SUSPEND: operations.suspend,
    }
    if kind in plain:
        plain[kind](**who)
    elif kind in with_opinion:
        with_opinion[kind](opinion=opinion, **who)
    elif kind not in (Kind.PUBLISH, Kind.CANCEL):
        raise InvalidInput({"": "请选择要办理的动作。"})
    elif day is None:
        raise InvalidInput({"day": "请填写日期。"})
    elif kind == Kind.CANCEL:
        operations.cancel(subject=subject, last_before=day, opinion=opinion, actor=actor, at=at)
    elif subject.kind == "version":
        operations.publish_version(version_id=subject.id, valid_from=day, actor=actor, at=at)
    else:
        operations.publish_offering(offering_id=subject.id, open_from=day, actor=actor, at=at)

"""A deed on a version, an offering or a proposed figure by its name, for those who let an officer choose one."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from onedoor.platform.catalog import operations, proposals
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


def settle(deed: str, *, proposal_id: int, opinion: str, actor: Actor, at: datetime) -> None:
    """
    Approve a proposed figure, send it back, or withdraw it.

    :raises InvalidInput: there is no such deed, or it needs an opinion.
    """
    if deed == proposals.APPROVE:
        operations.approve_proposal(proposal_id=proposal_id, opinion=opinion, actor=actor, at=at)
    elif deed == proposals.SEND_BACK:
        operations.send_back_proposal(proposal_id=proposal_id, opinion=opinion, actor=actor, at=at)
    elif deed == proposals.WITHDRAW:
        operations.withdraw_proposal(proposal_id=proposal_id, actor=actor, at=at)
    else:
        raise InvalidInput({"": "请选择要办理的动作。"})

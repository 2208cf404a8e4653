"""What no machine can deliver: an officer writes, calls or goes there, and notes whether the person was reached."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.messages.models import Message, Outreach, OutreachNote

PERMISSION = "messages.reach"
State = Message.State


class OutreachNotFound(NotFound):
    code, message = "messages.outreach_not_found", "没有找到这条待通知，可能不在您的管辖范围，请返回列表查看。"


class OutreachClosed(OneDoorError):
    code, http_status, message = "messages.outreach_closed", 409, "这条待通知已经办结，不用再通知。请刷新页面查看。"


class OutreachGrew(OneDoorError):
    code, http_status, message = (
        "messages.outreach_grew",
        409,
        "您打开以后又有新的内容要告知本人，已经加在下面。请把新的也告知本人，再登记。",
    )


@transaction.atomic
def note_outreach(
    *, outreach_id: int, way: str, reached: bool, note: str, shown: int | None = None, actor: Actor, at: datetime
) -> Outreach:
    """
    Note that somebody was written to, called or visited; once reached, everything that waited for them is delivered.

    `shown` is how much there was to tell on the page the officer had before them.

    :raises OutreachNotFound: there is none within reach.
    :raises OutreachClosed: somebody has reached the person already.
    :raises OutreachGrew: there is more to tell than the officer has seen.
    :raises InvalidInput: no way, or nothing said where the person was not reached.
    """
    row = Outreach.objects.select_for_update(of=("self",)).filter(pk=outreach_id).first()
    if row is None or not actor.reaches(row.division):
        raise OutreachNotFound
    actor.require(PERMISSION, division=row.division)
    if row.closed_at is not None:
        raise OutreachClosed
    problems = {}
    if way not in OutreachNote.Way.values:
        problems["way"] = "请选择怎样通知的。"
    if not reached and not note.strip():
        problems["note"] = "没有通知到的，请写明情况，例如“电话无人接听”。"
    if len(note.strip()) > 200:
        problems["note"] = "请缩短到 200 个字以内。"
    if problems:
        raise InvalidInput(problems)
    waiting = row.messages.exclude(state=State.DELIVERED)
    if reached and shown is not None and waiting.count() > shown:
        raise OutreachGrew
    row.notes.create(way=way, reached=reached, note=note.strip(), recorded_at=at, recorded_by=actor.name)
    if reached:
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        waiting.update(state=State.DELIVERED, sent_at=at, delivered_at=at)
    else:
        row.messages.update(reason=OutreachNote.Way(way).label + "没有通知到")
    audit.record(
        "messages.note_outreach",
        actor=actor,
        at=at,
        target=f"outreach:{row.pk}",
        division=row.division,
        way=way,
        reached=reached,
    )
    return row

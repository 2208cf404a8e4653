"""When no machine can tell a person what the law wants them told, it goes to an officer: one row a person gathers it all."""

from datetime import datetime

from onedoor.platform.identity import queries as identity
from onedoor.platform.messages.models import Message, Outreach
from onedoor.platform.messages.models.messages import message_id

Channel, State = Message.Channel, Message.State
ELECTRONIC = (Channel.SMS, Channel.EMAIL, Channel.WECHAT, Channel.PUSH)


def open_for(person_id: int, *, reason: str, at: datetime) -> Outreach:
    """
    Return the open row of a person, made now where there is none: what gathers goes into one letter or one call.

    It is locked, so that what is added is there before an officer closes it, or goes into a row of its own afterwards.
    """
    place = identity.registered_place(person_id) or identity.NATION
    row, _ = Outreach.objects.get_or_create(
        person_id=person_id, closed_at=None, defaults={"reason": reason, "division": place, "opened_at": at}
    )
    if Outreach.objects.select_for_update().filter(pk=row.pk, closed_at=None).exists():
        return row
    return open_for(person_id, reason=reason, at=at)


def take_over(failed: Message, *, at: datetime) -> None:
    """Hand on a notice the law requires once every electronic way of it has failed; the dead are left in peace."""
    if not failed.required or identity.is_deceased(failed.recipient_id):
        return
    same = list(Message.objects.filter(source=failed.source, recipient_id=failed.recipient_id))
    if any(one.read_at or one.channel == Channel.PERSON for one in same):
        return
    if any(one.channel in ELECTRONIC and one.state != State.FAILED for one in same):
        return
    inbox = next((one for one in same if one.channel == Channel.INBOX), failed)
    Message.objects.create(
        id=message_id(failed.source, failed.recipient_id, Channel.PERSON),
        source=failed.source,
        recipient_id=failed.recipient_id,
        channel=Channel.PERSON,
        event=failed.event,
        text=str(inbox.text),
        template=inbox.template,
        link=failed.link,
        case_number=failed.case_number,
        created_at=at,
        required=True,
        outreach=open_for(failed.recipient_id, reason=Outreach.Reason.FAILED, at=at),
    )

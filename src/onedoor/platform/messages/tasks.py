"""Deliver messages in the background."""

from django.db import transaction

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.tasks import task
from onedoor.platform.messages.gateway import send_sms
from onedoor.platform.messages.models import Message


@task(attempts=12)
def deliver(*, message_id: str) -> None:
    """Send one SMS; safe to run twice, because the gateway knows the id."""
    message = Message.objects.select_related("recipient").get(pk=message_id)
    if message.state == Message.State.SENT:
        return
    send_sms(identifier=str(message.pk), to=str(message.recipient.phone), text=str(message.text), at=clock.wall())
    with transaction.atomic():
        Message.objects.filter(pk=message_id).update(state=Message.State.SENT, sent_at=clock.now())

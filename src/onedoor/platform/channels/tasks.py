"""Background work of the hotline: whoever is on duty hears of an emergency at once, and again until it arrives."""

from onedoor.platform.channels.models import DutyOfficer, WorkOrder
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.tasks import task
from onedoor.platform.messages import operations as messages


@task()
def call_out(*, order_id: int, officer_id: int) -> None:
    """Send the officer on duty the number of the order; what it is about stands in the order alone."""
    order, officer = WorkOrder.objects.get(pk=order_id), DutyOfficer.objects.get(pk=officer_id)
    if order.responded_at is not None or order.respond_due is None:
        return
    until = order.respond_due.astimezone(clock.CHINA)
    messages.send_to_phone(
        identifier=f"channels|{order.pk}|{officer.pk}",
        phone=str(officer.phone),
        template="channels.called_out",
        values={"number": order.number, "until": f"{until:%H:%M}"},
        at=clock.wall(),
    )

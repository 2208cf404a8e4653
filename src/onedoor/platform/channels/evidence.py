"""The proof of a reply: whoever may see the work order may open it, and each look is recorded on the order."""

from datetime import datetime

from onedoor.platform.channels import life
from onedoor.platform.channels.models import WorkOrder
from onedoor.platform.files.access import Matter
from onedoor.platform.files.models import FileGrant
from onedoor.platform.kernel.actors import Actor

NOBODY = 0  # the file is the unit's, no citizen's


def order_of_file(identifier: str, *, actor: Actor, at: datetime) -> Matter | None:
    """Return the order a file proves the handling of, None where the actor has nothing to do with it."""
    order = WorkOrder.objects.filter(pk=int(identifier)).first()
    if order is None or not any(at(order, actor) for at in (life.at_desk, life.at_unit, life.at_joint)):
        return None
    return Matter(NOBODY, f"热线工单 {order.number}", order.division, order.target)


def files_of(order: WorkOrder) -> list[tuple[int, str]]:
    """Return id and name of every proof of an order, the oldest first."""
    return [(one.file_id, str(one.name)) for one in FileGrant.objects.filter(target=order.target).order_by("pk")]

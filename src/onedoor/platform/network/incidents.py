"""What goes wrong on a stream, noted once for as long as it lasts."""

from datetime import datetime

import structlog
from django.db.models import F

from onedoor.platform.network.models import Incident, Node
from onedoor.platform.network.states import End, Trouble

log = structlog.get_logger()


def note(node: Node, end: End, kind: Trouble, detail: str, *, at: datetime) -> None:
    """Note that something is wrong; while it is open the same again is counted."""
    log.warning("network.trouble", node=node.code, end=str(end), kind=str(kind))
    standing = Incident.objects.filter(node=node, end=end, kind=kind, settled_at=None)
    if not standing.update(times=F("times") + 1, last_at=at, detail=detail[:200]):
        Incident.objects.create(node=node, end=end, kind=kind, detail=detail[:200], first_at=at, last_at=at)


def over(node: Node, end: End, *kinds: Trouble, at: datetime) -> None:
    """Note that the stream goes on by itself."""
    Incident.objects.filter(node=node, end=end, kind__in=kinds, settled_at=None).update(
        settled_at=at, settled_by="系统", note="已自动恢复。"
    )

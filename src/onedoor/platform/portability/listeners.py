"""Tell whoever asked that their copy lies ready, and the person where a guardian asked."""

from datetime import datetime
from typing import Any

from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import operations as messages
from onedoor.platform.portability.models import DataExport

MACHINE = Actor.system("通知")


def listen() -> None:
    outbox.listen("portability.ready", "portability.tell_ready", _teller("portability.ready"))
    outbox.listen("portability.failed", "portability.tell_failed", _teller("portability.failed"))


def _teller(event: str) -> outbox.Listener:
    def tell(payload: dict[str, Any], *, at: datetime) -> None:
        """Tell both once."""
        found = DataExport.objects.get(pk=payload["export_id"])
        for person_id in {found.person_id, found.asked_by_id}:
            messages.send_message(
                recipient_id=person_id,
                event=event,
                values={"until": found.expires_at.date() if found.expires_at else ""},
                link="/me/export/",
                case_number="",
                source=f"{event}:{found.pk}",
                actor=MACHINE,
                at=at,
            )

    return tell

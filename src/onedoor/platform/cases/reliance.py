"""What a case relies on may end before it does: a certificate taken for one of its papers. The applicant is told."""

from datetime import datetime
from typing import Any

from onedoor.platform.cases import notifications
from onedoor.platform.cases.models import Case
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("通知")


def tell_of_ended_certificate(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for ended certificates and tell the applicant and agent of each open case that took one for a paper."""
    targets = certificates.uses_of(certificate_id=payload["certificate_id"])
    ids = [int(target.removeprefix("case:")) for target in targets if target.startswith("case:")]
    for case in Case.objects.filter(pk__in=ids):
        if case.is_ended:
            continue
        for person_id in notifications.readers_of(case, on=day_of(at)):
            messages.send_message(
                recipient_id=person_id,
                event="cases.certificate_ended",
                values={"item": case.item_version.title},
                link=f"/cases/{case.number}/papers/",
                case_number=case.number,
                source=f"certificate-ended:{payload['certificate_id']}:{case.pk}",
                actor=MACHINE,
                at=at,
            )

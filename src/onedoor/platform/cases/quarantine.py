"""A paper that has not passed the scanner: whoever gave it is told what to do."""

from datetime import datetime
from typing import Any

from onedoor.platform.cases import notifications
from onedoor.platform.cases.models import Material
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages

MACHINE = Actor.system("通知")


def tell_of_infected(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for infected files and tell the people of each draft and each running case it stands in as a paper."""
    rows = Material.objects.filter(file_id=payload["file_id"], replaced_at=None).select_related("draft", "case")
    for paper in rows.order_by("id"):
        owner = paper.case or paper.draft
        if owner is None or (paper.case is not None and (paper.case.is_ended or paper.case.decided_at)):
            continue
        if paper.case is not None:
            people = notifications.readers_of(paper.case, on=day_of(at))
            link, number = f"/cases/{paper.case.number}/papers/", paper.case.number
        else:
            people = {owner.applicant_id, owner.filled_by_id}  # type: ignore[union-attr]
            link, number = f"/drafts/{owner.pk}/materials/", ""
        for person_id in people:
            messages.send_message(
                recipient_id=person_id,
                event="cases.paper_quarantined",
                values={"item": owner.item_version.title, "paper": paper.title},
                link=link,
                case_number=number,
                source=f"quarantined:{payload['file_id']}:{owner.target}",
                actor=MACHINE,
                at=at,
            )

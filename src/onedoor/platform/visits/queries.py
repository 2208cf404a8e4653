"""Read visits. The caller has fetched the case through a checked door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.cases.access import rows_of
from onedoor.platform.cases.forms.binding import spoken
from onedoor.platform.cases.models import Case
from onedoor.platform.visits import checklists


@dataclass(frozen=True)
class VisitView:
    """A visit as the case page shows it."""

    visited_at: datetime
    team: Sequence[str]
    findings: Sequence[str]
    answers: Sequence[tuple[str, str]]
    signed_by_member: bool


def visits_of(case: Case) -> list[VisitView]:
    """Return the visits of a case, newest first. Two queries; none where it is known that there are none."""
    if not checklists.has(case.item_code):
        return []
    views = []
    for visit in rows_of(case, "visits").prefetch_related("team").order_by("-visited_at"):
        checklist = checklists.for_item(case.item_code)
        answers = [
            (question.label, spoken(question, visit.answers.get(question.code)))
            for question in checklist.questions
            if visit.answers.get(question.code) not in (None, "", [])
        ]
        views.append(
            VisitView(
                visited_at=visit.visited_at,
                team=[member.name for member in visit.team.all()],
                findings=[checklist.label(code) for code in visit.findings],
                answers=answers,
                signed_by_member=visit.signed_by_member,
            )
        )
    return views

"""What whoever holds the pass of an early draft may read of it; nobody else reads anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from onedoor.platform.cases.forms.validation import missing_in_section
from onedoor.platform.cases.models import EarlyDraft, EarlyPaper
from onedoor.platform.cases.operations.early import EarlyDraftClosed, opened_by
from onedoor.platform.catalog.items import Material


def get_early_draft(*, key: str, at: datetime) -> EarlyDraft:
    """:raises EarlyDraftClosed: the pass opens nothing, or no longer."""
    found = opened_by(key, at=at).first()
    if found is None:
        raise EarlyDraftClosed
    return found


def early_screens(draft: EarlyDraft) -> list[tuple[str, str, bool]]:
    """Return code, title and whether nothing is missing, of every section of an early draft as it stands."""
    sections = draft.item_version.item.form.shown_sections(draft.answers)
    return [(one.code, one.title, not missing_in_section(one, draft)) for one in sections]


def sender_before_login(*, key: str, at: datetime) -> str:
    """Return who brings the files of a form filled in before logging in, as the room of files names it; "" without one."""
    found = opened_by(key, at=at).first() if key else None
    return found.target if found else ""


@dataclass(frozen=True)
class EarlyPaperAsked:
    """A paper of an early draft: what is asked, whether what was answered asks for it, what was given."""

    definition: Material
    is_asked: bool
    given: Sequence[EarlyPaper]


def early_papers(draft: EarlyDraft) -> list[EarlyPaperAsked]:
    """Return every paper of the item, those asked for first."""
    given: dict[str, list[EarlyPaper]] = {}
    for paper in draft.papers.select_related("file").order_by("id"):
        given.setdefault(paper.code, []).append(paper)
    rows = [
        EarlyPaperAsked(one, one.asked(draft.answers), given.get(one.code, ()))
        for one in draft.item_version.item.materials
    ]
    return sorted(rows, key=lambda row: not row.is_asked)


def early_days() -> int:
    """Return for how many days an early draft is kept after it was last saved."""
    days: int = settings.ONEDOOR_EARLY_DRAFT_DAYS
    return days

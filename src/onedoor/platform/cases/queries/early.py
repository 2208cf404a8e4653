"""What whoever holds the pass of an early draft may read of it; nobody else reads anything."""

from datetime import datetime

from django.conf import settings

from onedoor.platform.cases.forms.validation import missing_in_section
from onedoor.platform.cases.models import EarlyDraft
from onedoor.platform.cases.operations.early import EarlyDraftClosed, opened_by


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


def early_days() -> int:
    """Return for how many days an early draft is kept after it was last saved."""
    days: int = settings.ONEDOOR_EARLY_DRAFT_DAYS
    return days

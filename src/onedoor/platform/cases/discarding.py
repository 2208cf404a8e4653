"""A draft that goes takes its papers with it, and a paper that goes its file."""

from datetime import datetime

from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.files import operations as files
from onedoor.platform.files.granting import drop_grants


def throw_away(draft: Draft, *, at: datetime) -> None:
    """Take away a draft with everything in it and on its way to it; the caller holds its row and has recorded it."""
    target = draft.target
    draft.materials.all().delete()
    files.drop_uploads(target=target)
    drop_grants(target=target, at=at)
    draft.delete()


def let_go_of_files(owner: Draft | Case, *, at: datetime) -> None:
    """Let files belong no longer to a draft, or to a case that was undone, whose papers have gone."""
    used = owner.materials.exclude(file=None).values_list("file_id", flat=True)
    drop_grants(target=owner.target, at=at, still=list(used))

"""Photos and papers to a complaint: given by its code, sealed as the rest of it, nobody's in every record."""

from datetime import datetime
from typing import IO

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.feedback.models import Complaint
from onedoor.platform.feedback.operations.complaints import COMPLAINANT, ComplaintNotNow, lock_own, note
from onedoor.platform.files import operations as files
from onedoor.platform.files.models import FileGrant
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError

MOST = 6


class TooManyPapers(OneDoorError):
    code, http_status, message = (
        "feedback.too_many_papers",
        409,
        "一件投诉举报最多附 {most} 份凭据。还有要给的，请在补充里写明，办理单位会联系您。",
    )


@transaction.atomic
def add_complaint_paper(
    *, code: str = "", number: str = "", content: bytes | IO[bytes], actor: Actor, at: datetime
) -> Complaint:
    """
    Add a photo or a paper by the code, or by the number of a ticket of one's own. What it was called where it comes from is
    not kept: that may tell whose it is.

    :raises ComplaintNotFound: no complaint has this code.
    :raises ComplaintNotNow: it is over.
    :raises TooManyPapers, FileRefused, StorageFull: as their names say.
    """
    own = lock_own(code, number, actor, day_of(at))
    row = own.complaint
    if row.closed_on is not None:
        raise ComplaintNotNow(state=row.get_state_display())
    given = FileGrant.objects.filter(target=row.target).count()
    if given >= MOST:
        raise TooManyPapers(most=MOST)
    name = f"凭据 {given + 1}"
    files.store_file(content=content, name=name, target=row.target, actor=actor.unnamed(), at=at, owner=row.target)
    note(row, "paper", name, True, COMPLAINANT, at)
    where = {"target": row.target, "division": row.division}
    audit.record("feedback.complainant", actor=own.witness, at=at, **where, act="paper", **own.audited)
    return row

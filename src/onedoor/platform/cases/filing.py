"""Who may open the files of a case or draft: whoever may see the case or draft itself."""

from datetime import datetime
from uuid import UUID

from onedoor.platform.cases import access, signing
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.queries.desk import officer_sees
from onedoor.platform.files.access import Matter
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError


def case_of_file(identifier: str, *, actor: Actor, at: datetime) -> Matter | None:
    case = Case.objects.filter(pk=int(identifier)).first()
    if case is None:
        return None
    if actor.kind == "officer":
        return _matter(case) if officer_sees(case, actor) else None
    try:
        access.require_applicant_side(case, actor=actor, scope="view", on=day_of(at))
    except OneDoorError:
        return None
    return _matter(case)


def _matter(case: Case) -> Matter:
    return Matter(case.applicant_id, f"办件 {case.number}", case.division, case.target)


def draft_of_file(identifier: str, *, actor: Actor, at: datetime) -> Matter | None:
    """A draft's files stay readable through its case once it has been submitted."""
    draft = Draft.objects.filter(pk=UUID(identifier)).first()
    if draft is None:
        return None
    case = draft.submitted_as
    if actor.kind == "officer":
        return _matter(case) if case is not None and officer_sees(case, actor) else None
    try:
        access.require_draft(draft, actor=actor, scope="view", on=day_of(at))
    except OneDoorError:
        if not signing.reads_to_sign(draft, actor=actor, at=at):
            return None
    return Matter(draft.applicant_id, "申请草稿", draft.division)

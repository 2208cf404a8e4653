"""Who may open the files of a case or draft: whoever may see the case or draft itself."""

from datetime import datetime
from uuid import UUID

from onedoor.platform.cases import access
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.queries.desk import officer_sees
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError


def may_read_case_file(identifier: str, *, actor: Actor, at: datetime) -> bool:
    case = Case.objects.filter(pk=int(identifier)).first()
    if case is None:
        return False
    if actor.kind == "officer":
        return officer_sees(case, actor)
    try:
        access.require_applicant_side(case, actor=actor, scope="view", on=day_of(at))
    except OneDoorError:
        return False
    return True


def may_read_draft_file(identifier: str, *, actor: Actor, at: datetime) -> bool:
    """A draft's files stay readable through its case once it has been submitted."""
    draft = Draft.objects.filter(pk=UUID(identifier)).first()
    if draft is None:
        return False
    if actor.kind == "officer":
        return draft.submitted_as is not None and officer_sees(draft.submitted_as, actor)
    try:
        access.require_draft(draft, actor=actor, scope="view", on=day_of(at))
    except OneDoorError:
        return False
    return True

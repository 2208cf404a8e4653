"""Recusal 回避: nobody acts as an officer in a case of their own or of a near relative (R-ORG-3)."""

from django.db.models import prefetch_related_objects

from onedoor.platform.cases.models import Case
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError

# Not a judgement on the case: a calendar that moves every limit, and the note that another case follows.
IMPARTIAL = frozenset({Kind.RECALCULATE, Kind.LINK})


class RelativeHandles(OneDoorError):
    code, http_status, message = (
        "role.relative",
        403,
        "您已申报与本件当事人有近亲属关系，依规定应当回避，请转交其他工作人员。",
    )


class OwnCase(OneDoorError):
    code, http_status, message = (
        "role.own_case",
        403,
        "您是本件的申请人、代办人或者申报的家庭成员，依规定应当回避，请转交其他工作人员。",
    )


def is_own(case: Case, person_id: int | None) -> bool:
    """Tell whether this person applies in a case, acts for the applicant or is named in it."""
    if person_id is None:
        return False
    return person_id in (case.applicant_id, case.agent_id) or case.people.filter(person_id=person_id).exists()


def require_unbiased(case: Case, *actors: Actor) -> None:
    """
    :raises OwnCase: the case is one of these officers' own.
    :raises RelativeHandles: one of them has declared to be a relative.
    """
    officers = [actor for actor in actors if actor.kind == "officer"]
    if not officers:
        return
    if any(is_own(case, officer.own_person_id) for officer in officers):
        raise OwnCase
    prefetch_related_objects([case], "relatives")  # whoever decides asks for them again
    declared = {one.login_id for one in case.relatives.all()}
    if declared & {officer.login_id for officer in officers if officer.login_id is not None}:
        raise RelativeHandles

"""Recusal 回避: nobody acts as an officer in a case of their own or of a near relative (R-ORG-3)."""

from django.db.models import QuerySet

from onedoor.platform.cases import access
from onedoor.platform.cases.models import Case, CasePerson, RelatedStaffDeclaration
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.prepared import prepared

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
    return person_id in (case.applicant_id, case.agent_id) or bool(_named.all(case_id=case.pk, person_id=person_id))


@prepared
def _named(*, case_id: int, person_id: int) -> QuerySet[CasePerson, tuple[int]]:
    return CasePerson.objects.filter(case_id=case_id, person_id=person_id).values_list("pk")


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
    logins = [officer.login_id for officer in officers if officer.login_id is not None]
    if not hasattr(case, "has_relatives"):
        access.look_for_rare(case, "relatives")  # an act asks twice: at its step and at its action
    if access.may_have(case, "relatives") and _declared.all(case_id=case.pk, logins=logins):
        raise RelativeHandles


@prepared
def _declared(*, case_id: int, logins: list[int]) -> QuerySet[RelatedStaffDeclaration, tuple[int]]:
    return RelatedStaffDeclaration.objects.filter(case_id=case_id, login_id__in=logins).values_list("pk")

"""Near relatives of the staff 近亲属备案 (R-ORG-3): declared by the applicant's answer, or by the officer."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import life
from onedoor.platform.cases.models import Case, RelatedStaffDeclaration
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

ANSWER = "near_relative"  # the question of a form that starts a filing


class DeclaredTooLate(OneDoorError):
    code, http_status, message = "cases.declared_too_late", 409, "本件已经决定，不能再备案。请直接向监察人员说明。"


def file_answer(case: Case, *, at: datetime) -> None:
    """File the declaration an applicant has made in the form; called when the application is handed in."""
    if not any(field.code == ANSWER for field in case.item_version.item.form.all_fields()):
        return
    if case.declared.content.get(ANSWER) in (True, "yes"):
        RelatedStaffDeclaration.objects.get_or_create(case=case, source="answer", defaults={"declared_at": at})


@transaction.atomic
def declare_relative(*, case_id: int, relation: str, actor: Actor, at: datetime) -> RelatedStaffDeclaration:
    """
    Declare as an officer to be a near relative of somebody in the case: one does no step of it from then on, and its
    decision needs a second approver. Declaring twice changes nothing.

    :raises InvalidInput: the relation is not said.
    """
    case = life.lock(case_id)
    actor.require("cases.view", division=case.division, line=case.line)
    if case.decided_at is not None or case.is_ended:
        raise DeclaredTooLate
    if not relation.strip():
        raise InvalidInput({"relation": "请写明您与当事人的关系。"})
    declaration, _ = RelatedStaffDeclaration.objects.get_or_create(
        case=case,
        login_id=actor.require_login(),
        defaults={"source": "officer", "relation": relation.strip(), "declared_at": at},
    )
    audit.record("cases.declare_relative", actor=actor, at=at, target=case.target, division=case.division)
    return declaration

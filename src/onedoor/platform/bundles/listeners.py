"""What the bundles hear of the cases: each that belongs to a bundle is followed, all others are nobody's business here."""

from datetime import datetime
from typing import Any

from onedoor.platform.bundles.models import BundleMember
from onedoor.platform.bundles.operations.members import MACHINE, follow_member
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.states import Kind
from onedoor.platform.kernel import outbox

# What moves a case on: into the organ's hands, to its result, to any other end.
HEARD = (
    *(Kind.SUBMIT, Kind.HAND_IN, Kind.UNDO, Kind.RETURN, Kind.REFUSE, Kind.DENY, Kind.FINISH, Kind.WITHDRAW),
    *(Kind.DISPENSE, Kind.TERMINATE, Kind.TRANSFER, Kind.VOID, Kind.DELIVER, Kind.GRANT, Kind.RETURN_TOLERATED),
)


def follow_case(payload: dict[str, Any], *, at: datetime) -> None:
    """Follow the case of a member; one that was handed in from a draft the person had to complete is recognised by it."""
    case = Case.objects.get(pk=payload["case_id"])
    members = BundleMember.objects.filter(case=case) | BundleMember.objects.filter(draft_id__in=_draft_of(case))
    for member_id in members.values_list("pk", flat=True):
        follow_member(member_id=member_id, case=case, actor=MACHINE, at=at)


def _draft_of(case: Case) -> list[Any]:
    draft = getattr(case, "draft", None)
    return [draft.pk] if draft is not None else []


def listen() -> None:
    for kind in HEARD:
        outbox.listen(f"cases.{kind}", "bundles.follow_case", follow_case)

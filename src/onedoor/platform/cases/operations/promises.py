"""What the common road of a case does with its commitments: takes them along, starts their checks, asks for nothing they replace."""

from collections.abc import Collection
from datetime import datetime

from onedoor.platform.cases import clocks
from onedoor.platform.cases.commitments import replaced_by_promise
from onedoor.platform.cases.models import Case, Commitment, Draft
from onedoor.platform.kernel.errors import OneDoorError


class CommitmentReplaces(OneDoorError):
    code, http_status, message = (
        "cases.commitment_replaces",
        409,
        "申请人已用告知承诺代替“{titles}”，不能再要求提交；请按承诺的核查办法核查。",
    )


def take_along(draft: Draft, case: Case) -> list[dict[str, str]]:
    """Let the case of a submitted draft have its commitments; return them for the history."""
    found = list(Commitment.objects.filter(paper__draft=draft).select_related("paper").order_by("id"))
    Commitment.objects.filter(pk__in=[one.pk for one in found]).update(case=case)
    return [{"material": one.paper.code, "digest": one.digest} for one in found]


def start_checks(case: Case, *, at: datetime) -> None:
    """Start the clock of each check when the application is handed in; it runs whatever becomes of the case."""
    if not case.item_version.item.lets("commitment"):
        return
    calendar = clocks.work_calendar(case.division)
    for one in case.commitments.filter(state=Commitment.State.SIGNED).select_related("paper"):
        definition = case.item_version.item.material(one.paper.code)
        if definition is None or definition.commitment is None:
            continue
        due = clocks.due(definition.commitment.within, at=at, calendar=calendar)
        one.state, one.due_on = Commitment.State.VERIFYING, due.day
        one.save(update_fields=["state", "due_on"])


def refuse_replaced(case: Case, codes: Collection[str]) -> None:
    """:raises CommitmentReplaces: one of these papers is replaced by a commitment that stands (R-CASE-4)."""
    promised = replaced_by_promise(case)
    titles = [title for code, title in promised.items() if code in codes]
    if titles:
        raise CommitmentReplaces(titles="、".join(titles))

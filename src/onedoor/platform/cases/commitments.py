"""Who may promise in place of a proof, and what the promises of a case stand for (国办发〔2020〕42号)."""

from collections.abc import Sequence
from datetime import date

from onedoor.platform.cases.access import rows_of
from onedoor.platform.cases.models import Case, Commitment, CreditRecord
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.parameters import figure
from onedoor.standards.periods import add_months

PARAMETER = "commitment.breach_months"
# A commitment in one of these states stands for its paper, so that nobody may ask for it (R-CASE-4).
STANDS = (Commitment.State.SIGNED, Commitment.State.VERIFYING, Commitment.State.KEPT)


def has_breach(person_id: int, *, division: str, on: date) -> bool:
    """Tell whether an untrue commitment on record, not yet repaired or out of time, keeps this person from another."""
    records = CreditRecord.objects.filter(person_id=person_id, state=CreditRecord.State.IN_FORCE)
    since = [day_of(record.settled_at) for record in records if record.settled_at is not None]
    if not since:
        return False
    chain = identity.chain(division) if division else [identity.NATION]
    months = figure(PARAMETER, chain=chain, on=on)
    return any(on < add_months(day, months) for day in since)


def commitments_of(case: Case) -> Sequence[Commitment]:
    """Return the commitments of a case in the order they were signed."""
    return list(rows_of(case, "commitments").select_related("paper", "signer").order_by("id"))


def replaced_by_promise(case: Case) -> dict[str, str]:
    """Return the titles of the papers a commitment stands for, by code."""
    return {
        one.paper.code: one.paper.title
        for one in commitments_of(case)
        if one.state in STANDS and one.paper.replaced_at is None
    }

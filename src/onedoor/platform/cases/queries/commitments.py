"""Commitments as people read them: those of a case, those waiting for their check, and a person's own records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from onedoor.platform.cases import access
from onedoor.platform.cases.commitments import commitments_of, has_breach
from onedoor.platform.cases.models import Case, Commitment, CreditRecord, Draft
from onedoor.platform.cases.operations.commitments import CommitmentNotFound
from onedoor.platform.cases.queries.life import working_days_left
from onedoor.platform.cases.queries.worklist import read_place
from onedoor.platform.catalog.papers import CommitmentPolicy
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.scopes import within_reach
from onedoor.standards.masks import mask_name

PAGE = 50


@dataclass(frozen=True)
class CommitmentView:
    """A commitment on the page of its case."""

    commitment: Commitment
    breach: CreditRecord | None
    is_late: bool  # its check was due and has not been done (A34)


def commitments_on(case: Case, *, on: date) -> list[CommitmentView]:
    """Return the commitments of a case the caller has fetched through a checked door."""
    found = commitments_of(case)
    broken = {one.pk for one in found if one.state in (Commitment.State.BROKEN, Commitment.State.KEPT)}
    records = {row.commitment_id: row for row in CreditRecord.objects.filter(commitment__in=broken)} if broken else {}
    return [CommitmentView(one, records.get(one.pk), is_late(one, on=on)) for one in found]


def is_late(commitment: Commitment, *, on: date) -> bool:
    waiting = commitment.state == Commitment.State.VERIFYING
    return waiting and commitment.due_on is not None and commitment.due_on < on


def commitment_of(case: Case, *, commitment_id: int) -> CommitmentView:
    """:raises CommitmentNotFound: this case, fetched through a checked door, has no such commitment."""
    one = Commitment.objects.filter(case=case, pk=commitment_id).select_related("paper", "signer").first()
    if one is None:
        raise CommitmentNotFound
    return CommitmentView(one, CreditRecord.objects.filter(commitment=one).first(), is_late=False)


def may_promise(*, draft: Draft, actor: Actor, at: datetime) -> bool:
    """Tell whether the applicant of a draft is offered commitments at all: not with a breach on record."""
    access.require_draft(draft, actor=actor, scope="view", on=day_of(at))
    if not any(paper.commitment for paper in draft.item_version.item.materials):
        return False
    return not has_breach(draft.applicant_id, division=draft.division, on=day_of(at))


@dataclass(frozen=True)
class CheckToDo:
    """A line of the list of commitments to check."""

    commitment: Commitment
    case: Case
    applicant: str  # masked: a list is no place for full names
    days_left: int

    @property
    def place(self) -> str:
        """Where the line stands in the list, for the next page."""
        return f"{self.commitment.due_on}.{self.commitment.pk}"


def checks_to_do(*, actor: Actor, on: date, after: str = "") -> list[CheckToDo]:
    """
    Return the commitments within reach that wait for their check, the most urgent first; `after` is the `place` of
    the last line of the page before.

    :raises NotAllowed: the post checks nothing and watches nothing.
    """
    actor.require_one_of("cases.review", "supervision.view")
    waiting = Commitment.objects.filter(
        within_reach(actor, prefix="case__"), state=Commitment.State.VERIFYING, due_on__isnull=False
    )
    rows = waiting.select_related("case__applicant", "case__item_version", "paper").order_by("due_on", "id")
    if after:
        day, number = read_place(after)
        rows = rows.filter(due_on__gte=day).exclude(due_on=day, pk__lte=number)
    return [
        CheckToDo(one, one.case, mask_name(one.case.applicant.name), working_days_left(on, one.due_on))
        for one in rows[:PAGE]
        if one.case is not None and one.due_on is not None
    ]


def count_checks(*, actor: Actor) -> int:
    """Return how many commitments within reach wait for their check."""
    if "cases.review" not in actor.permissions:
        return 0
    return Commitment.objects.filter(within_reach(actor, prefix="case__"), state=Commitment.State.VERIFYING).count()


def my_records(*, actor: Actor) -> list[CreditRecord]:
    """Return what is on record about the acting person's commitments, newest first."""
    if actor.person_id is None:
        return []
    rows = CreditRecord.objects.filter(person_id=actor.person_id).exclude(state=CreditRecord.State.LIFTED)
    return list(rows.select_related("commitment__paper", "case__item_version").order_by("-id"))


def policy_words(policy: CommitmentPolicy) -> Sequence[tuple[str, str]]:
    """Return what a person is told before they promise: label and words."""
    check = Commitment.Check(policy.check).label
    return (
        ("证明义务", policy.told),
        ("您承诺", policy.text),
        ("承诺不实", policy.liability),
        ("怎样核查", f"{check}，提交后 {policy.within.words}内"),
    )

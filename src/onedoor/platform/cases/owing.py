"""Papers the applicant still owes to a case that goes on without them, and may hand in without being asked again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.db.models import Q, QuerySet

from onedoor.platform.cases import offers, papers
from onedoor.platform.cases.access import UNSAFE, rows_of
from onedoor.platform.cases.commitments import commitments_of
from onedoor.platform.cases.models import Case, Commitment, Material, Tolerance
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.prepared import prepared


class ToleranceOpen(OneDoorError):
    code, http_status, message = (
        "cases.tolerance_open",
        409,
        "容缺受理的“{titles}”还没有补交，补交后才能决定。期限是 {due}。",
    )


class PapersOwed(OneDoorError):
    code, http_status, message = (
        "cases.papers_owed",
        409,
        "还缺“{titles}”：{why}。补交以后，或者采用申请人的其他有效证照以后，才能准予。",
    )


class CommitmentBroken(OneDoorError):
    code, http_status, message = (
        "cases.commitment_broken",
        409,
        "“{titles}”的承诺经核查不实，不能准予。请依法不予批准，或者在处理承诺不实以后再决定。",
    )


class Why(models.TextChoices):
    TOLERATED = "tolerated", "容缺受理，约定补交"
    ENDED = "ended", "代替它的电子证照已不再有效"
    RETRACTED = "retracted", "代替它的承诺已撤回"
    UNVERIFIABLE = "unverifiable", "代替它的承诺无法核实"
    QUARANTINED = "quarantined", "没有通过安全检查，请重新拍照或者换一份文件"


@dataclass(frozen=True)
class Owed:
    """A paper that is still to come, why, and by when where a day was promised."""

    definition: PaperDefinition
    why: Why
    due_on: date | None = None


def owed(case: Case, found: Iterable[Material], *, at: datetime) -> list[Owed]:
    """
    Return what the applicant still owes; `found` are the papers of the case.

    A certificate that ended owes nothing while the holder has another one in force: the officer takes that one.
    """
    if case.decided_at is not None or case.is_ended:
        return []
    item = case.item_version.item
    later = [(row.material, Why.TOLERATED, row.due_on) for row in open_tolerances(case)]
    standing = papers.current(found)
    gone = [(paper.code, Why.ENDED, None) for paper in standing if _has_ended(case, paper, at=at)]
    if getattr(case, "has_unsafe", True):
        gone += [(code, Why.QUARANTINED, None) for code in sorted(papers.quarantined(standing))]
    gone += _fallen_promises(case, {paper.code for paper in standing if paper.source == Material.Source.COMMITMENT})
    return [Owed(definition, why, due_on) for code, why, due_on in (*later, *gone) if (definition := item.given(code))]


def open_tolerances(case: Case) -> Sequence[Tolerance]:
    """Return the papers that were promised for later and have not come, in the order they were promised."""
    if not case.item_version.item.lets("tolerance"):
        return []
    return [row for row in rows_of(case, "tolerances").order_by("id") if row.state == Tolerance.State.OPEN]


FALLEN = {Commitment.State.WITHDRAWN: Why.RETRACTED, Commitment.State.UNVERIFIABLE: Why.UNVERIFIABLE}


def _fallen_promises(case: Case, promised: set[str]) -> list[tuple[str, Why, None]]:
    """Return the papers whose commitment was taken back or could not be checked, so that the proof itself is needed."""
    if not promised:
        return []
    return [
        (one.paper.code, FALLEN[Commitment.State(one.state)], None)
        for one in commitments_of(case)
        if one.state in FALLEN and one.paper.code in promised
    ]


def _has_ended(case: Case, paper: Material, *, at: datetime) -> bool:
    if paper.certificate is None or certificates.standing_of(paper.certificate, at=at).in_force:
        return False
    definition = case.item_version.item.material(paper.code)
    return definition is None or offers.held_for(definition, person_id=case.applicant_id, at=at) is None


@prepared
def _unsafe(*, case_id: int) -> QuerySet[Material, tuple[int]]:
    return Material.objects.filter(case_id=case_id, file__scan__in=UNSAFE).values_list("pk")[:1]


def check_decidable(case: Case, *, granted: bool, at: datetime) -> None:
    """
    :raises PapersQuarantined, PapersInCheck: see `require_safe`.
    :raises ToleranceOpen: a paper promised for later has not come; nothing is decided before (R-TOL-2).
    :raises PapersOwed: a grant, though what stood for a paper has fallen away.
    :raises CommitmentBroken: a grant, though a commitment was found untrue.
    """
    if _unsafe.first(case_id=case.pk):
        papers.require_safe(case.materials.select_related("file"))
    later = open_tolerances(case)
    if later:
        due = min(row.due_on for row in later if row.due_on is not None)
        raise ToleranceOpen(titles="、".join(row.title for row in later), due=due.isoformat())
    if not granted or not case.item_version.item.lets("waiver", "commitment"):
        return
    standing = case.materials.filter(replaced_at=None)
    if not standing.filter(Q(certificate__isnull=False) | Q(source=Material.Source.COMMITMENT)).exists():
        return
    untrue = [one.paper.title for one in commitments_of(case) if one.state == Commitment.State.BROKEN]
    if untrue:
        raise CommitmentBroken(titles="、".join(untrue))
    left = owed(case, case.materials.select_related("file").order_by("id"), at=at)
    if left:
        raise PapersOwed(titles="、".join(one.definition.title for one in left), why=left[0].why.label)

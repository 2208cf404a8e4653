"""What supervision hears of ratings: bad reviews that are overdue, organs whose ratings nobody has made by reading."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Q

from onedoor.platform.feedback import routing, rules
from onedoor.platform.feedback.models import BadReview, Complaint, Evaluation, ReviewAppeal
from onedoor.platform.feedback.operations.appeals import parties
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.supervision.operations import raise_about_organ
from onedoor.platform.supervision.rules import Lit

MACHINE = Actor.system("电子监察")
WAITING = (BadReview.State.ASSIGNED, BadReview.State.CONTACTED, BadReview.State.VERIFIED)
LOOKED_AT = timedelta(days=30)


def watch_ratings(*, at: datetime) -> int:
    """Raise E01 (made-up patterns), E02 (bad reviews overdue), E03 (sent round), E04 and E05 (complaints and tickets overdue), E06 (no one for an appeal); return how many are new."""
    return _watch_patterns(at) + _watch_overdue(at) + _watch_transfers(at) + _watch_complaints(at) + _watch_appeals(at)


def _watch_patterns(at: datetime) -> int:
    """R-EVA-3: nearly all of an organ's ratings are the best, and given in less time than it takes to read."""
    rows = Evaluation.objects.filter(submitted_on__gt=day_of(at - LOOKED_AT), first=None, held_for=None)
    by_organ: dict[tuple[int, str], list[tuple[int, int | None]]] = {}
    for organ, line, level, seconds in rows.values_list("organization_id", "line", "level", "seconds"):
        by_organ.setdefault((organ, line), []).append((level, seconds))
    raised = 0
    for (organ, line), answers in sorted(by_organ.items()):
        pattern = rules.suspicious(
            [level for level, _ in answers], [seconds for _, seconds in answers if seconds is not None]
        )
        if pattern is not None:
            facts = {"ratings": pattern.ratings, "share": pattern.best_share, "seconds": pattern.median_seconds}
            raised += _raise("E01", "yellow", organ, line, f"pattern:{organ}:{line}:{day_of(at):%Y-%m}"[:80], facts, at)
    return raised


def _watch_overdue(at: datetime) -> int:
    today, raised = day_of(at), 0
    for row in BadReview.objects.filter(state__in=WAITING, contact_due__lt=today).order_by("pk"):
        late = row.contact_due if row.state == BadReview.State.ASSIGNED else None
        due = late or (row.complex_due if row.is_complex else row.simple_due)
        if due >= today:
            continue
        lamp = "yellow" if late else "red"
        facts = {"review": row.pk, "due_on": due.isoformat()}
        raised += _raise("E02", lamp, row.handled_by_id, row.line, f"review:{row.pk}:{lamp}", facts, at)
    return raised


def _watch_transfers(at: datetime) -> int:
    """R-HOT-2: a complaint that was handed on more than twice; nothing of what it says."""
    rows = Complaint.objects.filter(transfers__gt=rules.MOST_TRANSFERS, closed_on=None, handled_by__isnull=False)
    raised = 0
    for number, organ, transfers in rows.values_list("pk", "handled_by_id", "transfers").order_by("pk"):
        assert organ is not None
        facts = {"transfers": transfers}
        raised += _raise("E03", "yellow", organ, "", f"transfers:{number}:{transfers}", facts, at)
    return raised


def _watch_complaints(at: datetime) -> int:
    """
    A complaint, report (E04) or ticket (E05) nobody has taken, or replied to, by its day.

    Which unit a complaint is about stands nowhere here; a ticket nobody here can take lights its unit's lamp.
    """
    today, raised = day_of(at), 0
    untaken = Q(state=Complaint.State.FILED, accept_due__lt=today)
    unanswered = Q(state=Complaint.State.ACCEPTED, reply_due__lt=today)
    told = Q(handled_by__isnull=False) | Q(kind=Complaint.Kind.TICKET)
    late = Complaint.objects.filter(untaken | unanswered, told).order_by("pk")
    for row in late.only("pk", "kind", "state", "accept_due", "reply_due", "handled_by_id", "organization_id"):
        due = row.accept_due if row.state == Complaint.State.FILED else row.reply_due
        assert due is not None
        subject, facts = f"complaint:{row.pk}:{due}", {"due_on": due.isoformat()}
        rule = "E05" if row.kind == Complaint.Kind.TICKET else "E04"
        raised += _raise(rule, "yellow", row.handled_by_id or row.organization_id, "", subject, facts, at)
    return raised


def _watch_appeals(at: datetime) -> int:
    """An appeal that nobody anywhere above can decide lights the lamp of the organ that asked (E06)."""
    raised = 0
    waiting = ReviewAppeal.objects.filter(state=ReviewAppeal.State.OPEN, to=None).order_by("pk")
    for appeal in waiting.select_related("review__organization"):
        review = appeal.review
        if not routing.somebody_rechecks(review, on=day_of(at), but=parties(appeal)):
            facts = {"due_on": appeal.due_on.isoformat()}
            raised += _raise("E06", "yellow", review.organization_id, review.line, f"appeal:{appeal.pk}", facts, at)
    return raised


def _raise(
    rule: str, lamp: str, organ_id: int, line: str, subject: str, facts: Mapping[str, object], at: datetime
) -> bool:
    organ = Organization.objects.get(pk=organ_id)
    lit = Lit(rule, lamp, day_of(at))
    return raise_about_organ(organ=organ, line=line, lit=lit, subject=subject, facts=dict(facts), actor=MACHINE, at=at)

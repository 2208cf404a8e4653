"""One clock view for the person and the officers: how each member stands, who has it, by when, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import access
from onedoor.platform.bundles.clocks import END_OF_DAY
from onedoor.platform.bundles.models import BundleCase, BundleEvent, BundleMember
from onedoor.platform.bundles.states import MemberState, State
from onedoor.platform.cases.models import Case, CaseDocument
from onedoor.platform.cases.queries.life import clocks_of
from onedoor.platform.cases.queries.matter import holder_of
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA
from onedoor.platform.kernel.scopes import within_reach

RESULTS = (
    *(CaseDocument.Kind.GRANT, CaseDocument.Kind.SILENT_GRANT, CaseDocument.Kind.DENIAL),
    *(CaseDocument.Kind.REFUSAL, CaseDocument.Kind.NO_NEED),
)


@dataclass(frozen=True)
class MemberView:
    """One member: its standing, its case, its span on the clock, what came of it."""

    row: BundleMember
    holder: str
    begins: datetime | None
    ends: datetime | None  # when it ended, else when it is due
    clock: str  # 还剩 3 个工作日
    lamp: str
    documents: Sequence[CaseDocument]
    certificates: Sequence[Certificate]
    waits_for: Sequence[str]
    window: str = ""

    @property
    def case(self) -> Case | None:
        return self.row.case


@dataclass(frozen=True)
class BundleView:
    """A submitted bundle as a whole."""

    case: BundleCase
    members: Sequence[MemberView]
    events: Sequence[BundleEvent]
    applicant: str

    @property
    def online(self) -> list[MemberView]:
        return [member for member in self.members if member.row.item_code]

    @property
    def at_window(self) -> list[MemberView]:
        return [member for member in self.members if not member.row.item_code]

    @property
    def to_complete(self) -> list[MemberView]:
        return [member for member in self.members if member.row.state == MemberState.TO_COMPLETE]

    @property
    def ended(self) -> int:
        return sum(member.row.is_ended for member in self.online)

    @property
    def may_cancel(self) -> bool:
        return any(not member.row.is_ended for member in self.online)

    @property
    def results(self) -> list[MemberView]:
        return [member for member in self.members if member.documents or member.certificates]

    @property
    def is_late(self) -> bool:
        return any(member.lamp == "red" for member in self.members)


def my_bundles(*, actor: Actor, at: datetime, most: int = 20) -> list[BundleCase]:
    """Return one's own bundles, newest first: those being filled in while they are kept, and those submitted."""
    if actor.person_id is None:
        return []
    rows = BundleCase.objects.filter(applicant_id=actor.person_id).exclude(state=State.FILLING, expires_at__lte=at)
    return list(rows.select_related("version").prefetch_related("members").order_by("-created_at")[:most])


def my_bundle(*, bundle_id: UUID, actor: Actor, at: datetime) -> BundleView:
    """:raises BundleCaseNotFound: there is none of the actor's own that was submitted."""
    case = access.require_own(bundle_id, actor=actor)
    if case.submitted_at is None:
        raise access.BundleCaseNotFound
    return _view(case, at=at, with_results=True)


def bundle_of_case(*, case: Case) -> BundleMember | None:
    """Return the member that a case carries, None for one of its own. The caller has fetched the case through a checked door."""
    if not getattr(case, "has_bundle_member", True):  # a case fetched for its page knows that it is in none
        return None
    return BundleMember.objects.select_related("bundle__version").filter(case=case).first()


def bundles_for_officer(*, actor: Actor, most: int = 100) -> list[BundleCase]:
    """Return the bundles of which a case lies within the officer's reach, newest first; without their answers."""
    actor.require_one_of("cases.view")
    rows = BundleCase.objects.exclude(state=State.FILLING).defer("answers", "typed", "asks", "receipt")
    here = within_reach(actor, prefix="case__")
    sent_up = within_reach(actor, prefix="case__", field="receiving_organization__division_id")
    members = BundleMember.objects.filter(here | sent_up, bundle=OuterRef("pk"))
    found = rows.filter(Exists(members)).select_related("version").prefetch_related("members__case")
    return [row for row in found.order_by("-submitted_at")[:most] if _sees(row, actor)]


def _sees(bundle: BundleCase, actor: Actor) -> bool:
    return any(
        member.case is not None and actor.may("cases.view", division=member.case.handled_in, line=member.case.line)
        for member in bundle.members.all()
    )


def bundle_for_officer(*, number: str, actor: Actor, at: datetime) -> BundleView:
    """
    Return the clock view of a bundle for an officer of one of its members: who has what by when, nobody's answers.

    :raises BundleCaseNotFound: there is none, or no case of it is within the officer's reach.
    """
    rows = BundleCase.objects.defer("answers", "typed", "asks", "receipt").select_related("version")
    case = rows.prefetch_related("members__case").filter(number=number).first()
    if case is None or not _sees(case, actor):
        raise access.BundleCaseNotFound
    audit.record_look("bundles.look", actor=actor, at=at, target=case.target, division=case.division)
    return _view(case, at=at, with_results=False)


def _view(case: BundleCase, *, at: datetime, with_results: bool) -> BundleView:
    rows = list(
        case.members.select_related("case__item_version", "case__receiving_organization", "case__deciding_organization")
        .prefetch_related("case__clocks", "case__documents")
        .order_by("place")
    )
    titles = {row.code: row.title for row in rows}
    held: dict[str, list[Certificate]] = {}
    if with_results:
        numbers = [row.case.number for row in rows if row.case is not None]
        for one in Certificate.objects.filter(case_number__in=numbers):
            held.setdefault(one.case_number, []).append(one)
    members = [
        _member(
            row,
            at,
            with_results,
            held.get(row.case.number, []) if row.case else [],
            [titles[code] for code in row.depends_on],
        )
        for row in rows
    ]
    events = list(case.events.order_by("seq"))
    return BundleView(case, members, events, identity.name_of(case.applicant_id))


def _member(
    row: BundleMember, at: datetime, with_results: bool, certificates: Sequence[Certificate], waits: Sequence[str]
) -> MemberView:
    begins, ends, clock, lamp = _span(row, at)
    documents = list(row.case.documents.all()) if row.case is not None and with_results else []
    return MemberView(
        row=row,
        holder=_holder(row),
        begins=begins,
        ends=ends,
        clock=clock,
        lamp=lamp,
        documents=[one for one in documents if one.kind in RESULTS],
        certificates=certificates,
        waits_for=waits if row.state == MemberState.WAITING else (),
    )


def _holder(row: BundleMember) -> str:
    if row.case is not None and not row.is_ended:
        return holder_of(row.case)
    return row.case.deciding_organization.name if row.case is not None else row.organ


def _span(row: BundleMember, at: datetime) -> tuple[datetime | None, datetime | None, str, str]:
    """Return from when to when a member reaches on the clock, the words for what is left, and its lamp."""
    begins = row.begins_at or (row.case.submitted_at if row.case else row.released_at)
    if row.is_ended or row.state == MemberState.AT_WINDOW:
        ended = (row.case.completed_at or row.case.decided_at if row.case else None) or row.ended_at
        return begins, ended, "", "red" if row.breached_at else ""
    if row.due_at is not None:
        late = at > row.due_at
        words = f"应在 {row.due_at.astimezone(CHINA):%m-%d %H:%M} 前办好" + ("，已超时" if late else "")
        return begins, row.due_at, words, "red" if late else "green"
    running = clocks_of(row.case, at=at) if row.case is not None else []
    if not running:
        return begins, None, "", ""
    first = running[0]
    due = first.due_at or datetime(first.due_on.year, first.due_on.month, first.due_on.day, tzinfo=CHINA) + END_OF_DAY
    return (
        begins,
        due,
        f"{first.label}{'暂停计时' if first.paused else first.left.words}",
        "" if first.paused else first.left.lamp,
    )

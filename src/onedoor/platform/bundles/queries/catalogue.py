"""What bundles there are, for everybody; their versions, for whoever keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from onedoor.platform.bundles import merging
from onedoor.platform.bundles.catalogue import BundleNotFound, items_of, version_in_force
from onedoor.platform.bundles.definitions import Bundle, Member
from onedoor.platform.bundles.models import BundleVersion
from onedoor.platform.bundles.states import VersionState
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.loading import write_definition
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


@dataclass(frozen=True)
class MemberGuide:
    """A member as people read it before they begin."""

    definition: Member
    item: ServiceItem | None
    waits_for: Sequence[str]  # titles

    @property
    def limit_words(self) -> str:
        if self.definition.limit is not None:
            return self.definition.limit.words
        return self.item.limits.promised.words if self.item else ""


@dataclass(frozen=True)
class BundleGuide:
    """A bundle with its members at a place: which can be handed in here, which are dealt with at the window."""

    bundle: Bundle
    version: int
    members: Sequence[MemberGuide]

    @property
    def is_online(self) -> bool:
        return any(member.item for member in self.members)

    @property
    def papers(self) -> list[str]:
        return list(dict.fromkeys(paper.title or paper.code for paper in self.bundle.papers))


def list_bundles(*, on: date) -> list[Bundle]:
    """Return the bundles in force, each once. Open to everybody."""
    rows = BundleVersion.objects.filter(state=VersionState.PUBLISHED, valid_from__lte=on).order_by("code", "-version")
    newest: dict[str, BundleVersion] = {}
    for row in rows:
        newest.setdefault(row.code, row)
    return [row.bundle for row in newest.values()]


def read_bundle_guide(*, code: str, division: str, on: date) -> BundleGuide:
    """
    Return a bundle as it can be used at a place. Open to everybody.

    :raises BundleNotFound: nothing of this code is in force.
    """
    version = version_in_force(code, on=on)
    return _guide(version, division=division, on=on)


def _guide(version: BundleVersion, *, division: str, on: date) -> BundleGuide:
    bundle = version.bundle
    items = items_of(bundle, division=division, on=on)
    titles = {member.code: member.title for member in bundle.members}
    members = [
        MemberGuide(member, items.get(member.code), [titles[code] for code in member.depends_on])
        for member in bundle.in_order()
    ]
    return BundleGuide(bundle, version.version, members)


@dataclass(frozen=True)
class VersionView:
    """A version for whoever keeps bundles: its text, what stands in its way, whether this officer may publish it."""

    row: BundleVersion
    guide: BundleGuide
    text: str
    faults: Sequence[str]
    may_settle: bool
    is_own: bool


def list_versions(*, actor: Actor) -> list[BundleVersion]:
    """Return every version, those that wait for publication first. For officers who keep the catalogue."""
    actor.require_one_of("catalog.edit", "catalog.review")
    rows = list(BundleVersion.objects.order_by("code", "-version"))
    return sorted(rows, key=lambda row: row.state != VersionState.DRAFT)


def get_version(*, version_id: int, actor: Actor, at: datetime) -> VersionView:
    """:raises BundleNotFound: there is none."""
    actor.require_one_of("catalog.edit", "catalog.review")
    row = BundleVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise BundleNotFound
    nation = "000000000000"
    items = items_of(row.bundle, division=nation, on=day_of(at))
    own = row.drafted_by is not None and row.drafted_by == actor.login_id
    return VersionView(
        row=row,
        guide=_guide(row, division=nation, on=day_of(at)),
        text=write_definition(row.definition),
        faults=merging.faults(row.bundle, items),
        may_settle=row.state == VersionState.DRAFT
        and not own
        and actor.may("catalog.review", division=nation, line=row.line),
        is_own=own,
    )

"""What officers of the catalogue read: drafts and reviews besides what is public, each within the reach of the post."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from onedoor.platform.catalog import queries
from onedoor.platform.catalog.burden import Burden, compared, weigh
from onedoor.platform.catalog.differences import Difference, diff_versions, told
from onedoor.platform.catalog.elements import Fault, title_of_place
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.models import Deed, ItemVersion, Offering
from onedoor.platform.catalog.offerings import FieldNotOpened, no_longer_opened
from onedoor.platform.catalog.operations.review import Subject, SubjectNotFound
from onedoor.platform.catalog.proposals import FIGURES
from onedoor.platform.catalog.publication import NotPublishable, division_of, line_of
from onedoor.platform.catalog.states import MOVES, Kind, State
from onedoor.platform.catalog.steps import Step
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.platform.kernel.models import ParameterRow
from onedoor.platform.kernel.scopes import within_reach

PERMISSIONS = frozenset({"catalog.edit", "catalog.review", "catalog.approve"})


@dataclass(frozen=True)
class ItemLine:
    """One item of the list: its newest version, the one in force, how many authorities offer it."""

    code: str
    title: str
    newest: ItemVersion
    in_force: ItemVersion | None
    standing: str
    offerings: int


@dataclass(frozen=True)
class RowView:
    """A version or an offering with everything its page shows."""

    row: ItemVersion | Offering
    standing: str
    faults: Sequence[Fault]
    compared_with: ItemVersion | Offering | None
    differences: Sequence[Difference]
    deeds: Sequence[Deed]
    possible: Sequence[Kind]
    burden: Burden | None = None  # of a version that can be read as an item
    burden_change: Sequence[str] = ()  # what it asks more or less than the version before it

    @property
    def definition(self) -> dict[str, Any]:
        """What a version says; an offering says only what differs."""
        return dict(self.row.definition if isinstance(self.row, ItemVersion) else self.row.overrides)

    @property
    def subject(self) -> Subject:
        return Subject("offering" if isinstance(self.row, Offering) else "version", self.row.pk)


def _require_any(actor: Actor) -> None:
    """:raises NotAllowed: the post has nothing to do with the catalogue."""
    if not actor.permissions & PERMISSIONS:
        raise NotAllowed


def _versions(actor: Actor, code: str = "") -> list[ItemVersion]:
    _require_any(actor)
    rows = ItemVersion.objects.filter(offering__isnull=True)
    rows = rows.filter(code=code) if code else rows.defer("definition")
    if actor.lines:
        rows = rows.filter(line__in=sorted(actor.lines))
    return list(rows.order_by("code", "-version"))


def list_items(*, actor: Actor, on: date) -> list[ItemLine]:
    """Return every item with its state; two queries, however many items and versions there are."""
    by_code: dict[str, list[ItemVersion]] = defaultdict(list)
    for version in _versions(actor):
        by_code[version.code].append(version)
    offered: dict[str, set[str]] = defaultdict(set)
    reach = within_reach(actor, by_line=False)
    for code, division in Offering.objects.filter(reach, state=State.PUBLISHED).values_list("item_code", "division"):
        offered[code].add(division)
    lines = []
    for code, versions in by_code.items():
        holding = next((one for one in versions if one.standing(on) == "生效中"), None)
        shown = holding or versions[0]
        lines.append(ItemLine(code, shown.title, versions[0], holding, shown.standing(on), len(offered[code])))
    return lines


def item_versions(*, code: str, actor: Actor) -> list[ItemVersion]:
    """
    Return the versions of an item, the newest first.

    :raises SubjectNotFound: there is no such item in the post's lines.
    """
    versions = _versions(actor, code)
    if not versions:
        raise SubjectNotFound
    return versions


def read_version(*, code: str, number: int, actor: Actor, on: date) -> RowView:
    """
    Return a version with its faults, its history and what differs from the version published before it.

    :raises SubjectNotFound: no such version.
    """
    versions = item_versions(code=code, actor=actor)
    version = next((one for one in versions if one.version == number), None)
    if version is None:
        raise SubjectNotFound
    earlier = next((one for one in versions if one.version < number and one.valid_from is not None), None)
    differences = diff_versions(earlier.definition, version.definition) if earlier else []
    faults = queries.faults_of(version)
    if not faults and version.valid_from is None:
        faults = queries.offering_faults(version, on=on)
    burden, burden_before = weigh(version.definition), weigh(earlier.definition) if earlier else None
    return RowView(
        row=version,
        standing=version.standing(on),
        faults=faults,
        compared_with=earlier,
        differences=differences,
        deeds=list(version.deeds.order_by("pk")),
        possible=_possible(version, actor),
        burden=burden,
        burden_change=compared(burden_before, burden) if burden and burden_before else (),
    )


def adjusted(view: RowView) -> list[tuple[str, str]]:
    """Return what an offering sets otherwise, in words."""
    return [(title_of_place(path), told(value)) for path, value in view.definition.items()]


def steps_of(view: RowView) -> list[Step]:
    """
    Return the step table of a version, to be tried out.

    :raises NotPublishable: its rows cannot be read yet; the faults say why.
    """
    try:
        return [Step.model_validate(row) for row in view.definition.get("steps") or ()]
    except ValidationError as error:
        raise NotPublishable([fault for fault in view.faults if fault.path.startswith("steps")]) from error


def _possible(row: ItemVersion | Offering, actor: Actor) -> list[Kind]:
    division, line = division_of(row), line_of(row)
    return [
        kind
        for kind, move in MOVES.items()
        if row.state in move.from_states and actor.may(move.permission, division=division, line=line)
    ]


@dataclass(frozen=True)
class OfferingLine:
    """An authority's offering in a list, with the overrides that no longer apply because the item closed them."""

    offering: Offering
    standing: str
    drift: Sequence[str]


def list_offerings(*, code: str, actor: Actor, on: date, most: int = 200) -> list[OfferingLine]:
    """Return the offerings of an item within the post's reach, by place, the newest version first: how far places differ."""
    _require_any(actor)
    rows = Offering.objects.filter(within_reach(actor, by_line=False), item_code=code).select_related("organization")
    item = _item_now(code, on)
    return [
        OfferingLine(one, one.standing(on), no_longer_opened(item, one.overrides) if item else ())
        for one in rows.order_by("division", "-version")[:most]
    ]


def _item_now(code: str, on: date) -> ServiceItem | None:
    try:
        return queries.version_in_force(code=code, on=on).item
    except (queries.ItemNotFound, queries.ItemSuspended):
        return None


def read_offering(*, offering_id: int, actor: Actor, on: date) -> RowView:
    """
    Return an offering with its faults, its history and what differs from the version before it.

    :raises SubjectNotFound: none within the post's reach.
    """
    _require_any(actor)
    reachable = Offering.objects.filter(within_reach(actor, by_line=False)).select_related("organization")
    offering = reachable.filter(pk=offering_id).first()
    if offering is None:
        raise SubjectNotFound
    same = reachable.filter(item_code=offering.item_code, division=offering.division, version__lt=offering.version)
    earlier = same.order_by("-version").first()
    content: list[dict[str, Any]] = [{**one.own, **one.overrides} for one in (earlier, offering) if one]
    return RowView(
        row=offering,
        standing=offering.standing(on),
        faults=_offering_faults(offering),
        compared_with=earlier,
        differences=diff_versions(*content) if earlier else [],
        deeds=list(offering.deeds.order_by("pk")),
        possible=_possible(offering, actor),
    )


def _offering_faults(offering: Offering) -> list[Fault]:
    try:
        return queries.faults_of(offering)
    except FieldNotOpened as refusal:  # the item has closed what was open when this was drafted
        return [Fault(str(refusal.details["field"]), str(refusal.details["title"]), str(refusal))]


@dataclass(frozen=True)
class OwnOffering:
    """What an officer edits: the item as it is, their authority, and the newest version of its offering."""

    item: ServiceItem
    organization: Organization
    newest: Offering | None


def own_offering(*, code: str, actor: Actor, on: date) -> OwnOffering:
    """
    Return the offering of the post's own authority, to be drafted or changed.

    :raises NotAllowed: the post may not edit the catalogue, or has no authority.
    :raises ItemNotFound: there is no basic item to offer.
    """
    organization = Organization.objects.filter(pk=actor.organization_id or 0).first()
    if organization is None:
        raise NotAllowed
    actor.require("catalog.edit", division=organization.division_id, line=code.partition(".")[0])
    item = queries.version_in_force(code=code, on=on).item
    rows = Offering.objects.filter(item_code=code, division=organization.division_id)
    return OwnOffering(item, organization, rows.order_by("-version").first())


def list_parameters(*, actor: Actor, on: date) -> list[ParameterRow]:
    """Return every figure in force on a day within the post's reach, those of the whole country included; one query."""
    actor.require_one_of(*FIGURES)
    return [row for row in parameters.rows_on(on) if row.division == "000000000000" or actor.reaches(row.division)]


def parameter_history(*, key: str, actor: Actor) -> list[ParameterRow]:
    """Return every row of a figure, the corrected ones included; what a figure is, is public law."""
    actor.require_one_of(*FIGURES)
    return parameters.history(key)

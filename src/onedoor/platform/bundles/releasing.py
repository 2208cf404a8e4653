"""A member's turn: its ordinary case is filed with its own fields and papers, now or when what it waits for is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from onedoor.platform.bundles import catalogue, filing, life, merging, rules
from onedoor.platform.bundles.models import BundleCase, BundleMember
from onedoor.platform.bundles.states import Kind, MemberState
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.files.models import FileGrant
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import AssuranceTooLow, InvalidInput, NotLoggedIn, OneDoorError


def file_member(
    member: BundleMember, *, item: ServiceItem, refuse_faults: bool = False, actor: Actor, at: datetime
) -> None:
    """
    Hand one member of a locked bundle in as an ordinary case, with its own fields and papers only (R-BUN-1).

    What the person has to add keeps a draft; what cannot be had is told with its reason and leaves nothing behind.

    :raises InvalidInput: with `refuse_faults`, answers of the merged form that do not fit; by its questions.
    :raises NotLoggedIn, AssuranceTooLow: who asks is not known surely enough.
    """
    bundle = member.bundle
    codes = merging.codes_of(bundle.bundle, member.code)
    answers = merging.answers_for(bundle.bundle, item, member.code, bundle.answers)
    member.provenance = {field: codes[field] for field in answers}
    member.released_at = at
    if member.begins_at is None:
        _begin_clock(member, at)
    try:
        with transaction.atomic():
            filed = filing.file_application(
                item_code=item.code,
                answers=answers,
                papers=_papers(bundle, member, item, answers),
                delivery=bundle.delivery or "electronic",
                actor=actor,
                at=at,
            )
            if refuse_faults and isinstance(filed.refusal, InvalidInput):
                _refuse_mendable(filed.refusal, codes)
    except (NotLoggedIn, AssuranceTooLow, InvalidInput):
        raise
    except OneDoorError as refusal:
        life.move(member, MemberState.NOT_POSSIBLE, reason=str(refusal), actor=actor, at=at)
        return
    member.draft_id, member.case = filed.draft.pk, filed.case
    member.reason = _missing(filed.refusal)
    member.state = MemberState.DISPATCHED if filed.case else MemberState.TO_COMPLETE
    member.save()
    facts = {"case": filed.case.number} if filed.case else {"draft": str(filed.draft.pk)}
    life.append(bundle, Kind.RELEASE, actor=actor, at=at, to=member.state, member=member.code, facts=facts)


def _missing(refusal: OneDoorError | None) -> str:
    """Return what the person has to add, in words: each problem of the form, or the sentence of the refusal."""
    if isinstance(refusal, InvalidInput):
        return "".join(dict.fromkeys(refusal.by_field.values()))
    return "" if refusal is None else str(refusal)


def _begin_clock(member: BundleMember, at: datetime) -> None:
    """Let a limit in hours run from now on, where the form asked for no moment."""
    definition = member.bundle.bundle.member(member.code)
    if definition is not None and definition.limit is not None and definition.limit.unit == "hour":
        member.begins_at, member.due_at = at, rules.hours_due(definition.limit, at)


def _refuse_mendable(refusal: InvalidInput, codes: Mapping[str, str]) -> None:
    """:raises InvalidInput: with the problems that the merged form can mend, by its questions."""
    mendable = {}
    for path, sentence in refusal.by_field.items():
        field, dot, rest = path.partition(".")
        if field in codes:
            mendable[f"{codes[field]}{dot}{rest}"] = sentence
    if mendable:
        raise InvalidInput(mendable)


def _papers(
    bundle: BundleCase, member: BundleMember, item: ServiceItem, answers: Mapping[str, Any]
) -> list[filing.Given]:
    """Return the papers of the bundle that this member asks for."""
    wanted = {
        paper.code: feed.split(".")[1]
        for paper in bundle.bundle.papers
        for feed in paper.feeds
        if feed.split(".")[0] == member.code
    }
    names = dict(FileGrant.objects.filter(target=bundle.target).values_list("file_id", "name"))
    given = []
    for paper in bundle.papers.filter(code__in=wanted).select_related("file").order_by("id"):
        definition = item.material(wanted[paper.code])
        if definition is not None and definition.asked(answers):
            given.append(filing.Given(definition.code, paper.file, str(names.get(paper.file_id, ""))))
    return given


def lock_bundle(bundle_id: UUID) -> BundleCase:
    return BundleCase.objects.select_for_update(of=("self",)).select_related("version").get(pk=bundle_id)


def members_of(bundle: BundleCase) -> list[BundleMember]:
    """Return the members of a locked bundle, each knowing that very bundle."""
    rows = list(bundle.members.select_related("case").order_by("place"))
    for row in rows:
        row.bundle = bundle
    return rows


def release_ready(bundle: BundleCase, *, actor: Actor, at: datetime) -> None:
    """
    Hand in the members of a locked bundle whose turn has come (A36), and tell of those that cannot be had any more.

    They are handed in for the person, who ordered it when they submitted; what has questions of its own waits for them.
    """
    rows = members_of(bundle)
    waiting = {row.code: row.depends_on for row in rows if row.state == MemberState.WAITING}
    if not waiting:
        return
    titles = {row.code: row.title for row in rows}
    lost = rules.hopeless(waiting, {row.code: row.standing for row in rows})
    due = rules.ready(waiting, {row.code: row.standing for row in rows})
    items = catalogue.items_of(bundle.bundle, division=bundle.division, on=day_of(at))
    person = filing.acting_for(person_id=bundle.applicant_id, assurance=bundle.assurance)
    for row in rows:
        if row.code in lost:
            why = f"要先办成“{titles[lost[row.code]]}”，那一项没有办成。"
            life.move(row, MemberState.NOT_POSSIBLE, reason=why, actor=actor, at=at)
        elif row.code in due and row.code in items:
            file_member(row, item=items[row.code], actor=person, at=at)
        elif row.code in due:
            window = bundle.bundle.member(row.code)
            told = f"{window.window.where}：{window.window.how}" if window else ""
            life.move(row, MemberState.AT_WINDOW, kind=Kind.RELEASE, reason=told, actor=actor, at=at)

"""Sharing between organs as its two sides see it: the owner's steward and the officer of the organ that asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from onedoor.platform.exchange.datasets import DataField, Dataset, all_datasets
from onedoor.platform.exchange.models import DataUse, ShareGrant, ShareRequest
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.kernel.scopes import within_reach

SHARING = ("exchange.manage", "exchange.request", "exchange.use")
PAGE = 50


class SharingNotFound(NotFound):
    code, message = "exchange.sharing_not_found", "没有找到这项共享申请，或它与您的单位无关。请从数据共享列表打开。"


@dataclass(frozen=True)
class SharingLine:
    """One request in a list: what was asked by whom, and how it stands."""

    request: ShareRequest
    title: str
    is_owner: bool
    standing: str
    due_on: date | None  # what the owner owes next: the answer, then the data


@dataclass(frozen=True)
class Bill:
    """What was used under a grant in one month."""

    month: date
    uses: int
    people: int
    found: int


@dataclass(frozen=True)
class Sharing:
    """One request with everything around it, and what this officer may do with it now."""

    line: SharingLine
    dataset: Dataset | None
    fields: Sequence[tuple[str, DataField, bool]]  # code, field, granted
    grant: ShareGrant | None
    bills: Sequence[Bill]
    uses: Sequence[DataUse]
    may_answer: bool
    may_provide: bool
    may_revoke: bool
    may_use: bool


def datasets_to_ask(*, actor: Actor) -> list[Dataset]:
    """Return the catalogue of datasets; it says what there is, not what is in it."""
    actor.require_one_of(*SHARING)
    return sorted(all_datasets().values(), key=lambda one: one.code)


def list_sharing(*, actor: Actor, on: date, before: int = 0, most: int = PAGE) -> list[SharingLine]:
    """
    Return the requests of the actor's organ and those to it, newest first; `before` is the id of the last one above.

    :raises NotAllowed: the post has nothing to do with sharing.
    """
    actor.require_one_of(*SHARING)
    found = _mine(actor)
    if before:
        found = found.filter(pk__lt=before)
    return [_line(request, actor, on) for request in found.order_by("-pk")[:most]]


def get_sharing(*, number: str, actor: Actor, on: date) -> Sharing:
    """
    Return one request, its grant, and what was used under it.

    :raises SharingNotFound: there is none, or it is between others; both look alike.
    """
    actor.require_one_of(*SHARING)
    request = _mine(actor).filter(number=number).first()
    if request is None:
        raise SharingNotFound
    grant = getattr(request, "grant", None)
    standing = grant.standing(on) if grant else ""
    known = all_datasets().get(request.dataset)
    is_owner = request.owner_id == actor.organization_id
    manages = is_owner and actor.may(
        "exchange.manage", division=request.owner.division_id, line=known.line if known else ""
    )
    may_use = not is_owner and actor.may("exchange.use", division=request.requester.division_id)
    return Sharing(
        line=_line(request, actor, on),
        dataset=known,
        fields=[
            (code, known.fields[code], grant is not None and code in grant.fields)
            for code in request.fields
            if known is not None and code in known.fields
        ],
        grant=grant,
        bills=_bills(grant) if grant else [],
        uses=list(grant.uses.order_by("-at")[:PAGE]) if grant else [],
        may_answer=manages and request.state == ShareRequest.State.SUBMITTED,
        may_provide=manages and standing == "待提供",
        may_revoke=manages and standing in ("待提供", "使用中"),
        may_use=may_use and standing == "使用中",
    )


def _mine(actor: Actor) -> QuerySet[ShareRequest]:
    owned = Q(owner_id=actor.organization_id) & within_reach(
        actor, prefix="owner__", field="division_id", by_line=False
    )
    asked = Q(requester_id=actor.organization_id) & within_reach(
        actor, prefix="requester__", field="division_id", by_line=False
    )
    return ShareRequest.objects.filter(owned | asked).select_related("owner", "requester", "grant")


def _line(request: ShareRequest, actor: Actor, on: date) -> SharingLine:
    known, grant = all_datasets().get(request.dataset), getattr(request, "grant", None)
    due = None
    if request.state == ShareRequest.State.SUBMITTED:
        due = request.reply_due_on
    elif grant is not None and grant.standing(on) == "待提供":
        due = grant.provide_due_on
    return SharingLine(
        request=request,
        title=known.title if known else request.dataset,
        is_owner=request.owner_id == actor.organization_id,
        standing=grant.standing(on) if grant else str(request.get_state_display()),
        due_on=due,
    )


def _bills(grant: ShareGrant) -> list[Bill]:
    """Return what was used month by month, newest first; one query."""
    months = grant.uses.annotate(month=TruncMonth("at", tzinfo=CHINA)).values("month")
    rows = months.annotate(times=Count("pk"), persons=Sum("asked"), hits=Sum("found")).order_by("-month")
    return [Bill(_day(row["month"]), row["times"], row["persons"], row["hits"]) for row in rows]


def _day(month: datetime) -> date:
    return month.date()

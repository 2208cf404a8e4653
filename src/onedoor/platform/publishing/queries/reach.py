"""How many a text has reached on each channel: counted anew from the rows every time, no figure is kept beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import queries as messages
from onedoor.platform.publishing.models import FetchedFigure, Placement, Publication
from onedoor.platform.publishing.queries.desk import get_publication

NAMES = {"read": "阅读", "share": "转发", "comment": "评论", "like": "点赞"}


@dataclass(frozen=True)
class ReachRow:
    """One channel; None: the channel does not tell."""

    channel: str
    sent: int | None
    delivered: int | None
    opened: int | None
    more: str = ""  # what else a platform counts, in words


@dataclass(frozen=True)
class Reached:
    publication: Publication
    title: str
    rows: Sequence[ReachRow]
    views: Sequence[tuple[date, int]]  # of the page on the site, a day


def reach_of(*, number: str, actor: Actor) -> Reached:
    """
    Return how far a text has come on each channel.

    :raises PublicationNotFound: there is none within reach.
    """
    publication = get_publication(number=number, actor=actor)
    version = publication.versions.get(version=publication.version)
    days = list(publication.views.order_by("on").values_list("on", "number"))
    return Reached(
        publication=publication,
        title=version.title,
        rows=[*_site(publication), *_media(publication), *_messages(publication)],
        views=days,
    )


def _site(publication: Publication) -> list[ReachRow]:
    if not publication.placements.filter(channel=Placement.Channel.SITE, sent_at__isnull=False).exists():
        return []
    return [ReachRow("门户网站", None, None, publication.views.aggregate(sum=Sum("number"))["sum"] or 0)]


def _media(publication: Publication) -> list[ReachRow]:
    found = []
    for row in publication.placements.filter(account__isnull=False).select_related("account").order_by("pk"):
        told: dict[str, int] = {}
        for figure in FetchedFigure.objects.filter(placement=row).order_by("pk"):  # the newest of a name counts
            told[figure.name] = figure.value
        more = "，".join(f"{NAMES[name]} {value}" for name, value in told.items() if name in NAMES and name != "read")
        named = f"{row.get_channel_display()}“{row.account.name}”" if row.account else ""
        found.append(ReachRow(named, int(row.sent_at is not None), None, told.get("read"), more))
    return found


def _messages(publication: Publication) -> list[ReachRow]:
    """Inbox: what was read; outside: what providers have taken and said to have arrived."""
    rows = messages.reach_of(source=publication.source)
    return [
        ReachRow(one.name, one.sent, one.sent if one.channel == "inbox" else one.delivered, _read(one)) for one in rows
    ]


def _read(one: messages.Reach) -> int | None:
    return one.read if one.channel == "inbox" else None

"""What everybody reads: what stands on the site for a place, and the one text, also where it was withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q

from onedoor.platform.publishing import composing, rules
from onedoor.platform.publishing.access import PublicationNotFound
from onedoor.platform.publishing.models import Placement, Publication, PublicationVersion

NATION = "000000000000"
MOST = 50
ON_SITE = Q(
    publication__placements__channel=Placement.Channel.SITE, publication__placements__state=Placement.State.SENT
)


@dataclass(frozen=True)
class Article:
    """A text as everybody reads it."""

    number: str
    title: str
    summary: str
    organ: str
    source: str  # whose text it is, where it was carried on
    topic: str
    topic_title: str
    published_at: datetime
    division: str
    valid_to: date | None
    blocks: Sequence[rules.Block]
    pictures: Sequence[dict[str, object]]
    is_over: bool
    recalled_at: datetime | None
    recall_reason: str
    is_source_recalled: bool  # whoever wrote it first has taken it back; this organ has not

    @property
    def address(self) -> str:
        return f"/news/{self.number}/"


def list_news(*, chain: Sequence[str], on: date, topic: str = "", most: int = MOST) -> list[Article]:
    """Return what holds today for a place, the newest first; what was recalled is not there. One query."""
    found = PublicationVersion.objects.filter(ON_SITE, version=F("publication__version"))
    found = found.filter(
        publication__state=Publication.State.RELEASED, audience__in=[NATION, *chain], valid_from__lte=on
    ).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    if topic:
        found = found.filter(topic=topic)
    rows = found.select_related("publication__organization", "publication__carries__organization")
    return [_article(row, on) for row in rows.order_by("-publication__release_at", "-pk")[:most]]


def read_news(*, number: str, on: date) -> Article:
    """
    Return a text that stands on the site, or stood there; one that was recalled gives its reason and no word more.

    :raises PublicationNotFound: it was never there.
    """
    standing = Q(publication__state=Publication.State.RELEASED) & ON_SITE
    recalled = Q(publication__state=Publication.State.RECALLED)
    gone = Q(
        publication__placements__channel=Placement.Channel.SITE,
        publication__placements__state=Placement.State.REMOVED,
    )
    rows = PublicationVersion.objects.filter(
        standing | (recalled & gone), publication__number=number, version=F("publication__version")
    )
    version = rows.select_related("publication__organization", "publication__carries__organization").first()
    if version is None:
        raise PublicationNotFound
    return _article(version, on)


def _article(version: PublicationVersion, on: date) -> Article:
    publication = version.publication
    gone = publication.state == Publication.State.RECALLED
    return Article(
        number=publication.number,
        title=rules.plain(version.title),
        summary="" if gone else rules.plain(version.summary),
        organ=composing.organ_of(publication),
        source=composing.source_of(publication),
        topic=version.topic,
        topic_title=rules.TOPICS.get(version.topic, ""),
        published_at=publication.release_at or version.recorded_at,
        division=version.audience,
        valid_to=version.valid_to,
        blocks=[] if gone else rules.blocks_of(version.body),
        pictures=[] if gone else version.pictures,
        is_over=version.valid_to is not None and version.valid_to <= on,
        recalled_at=publication.recalled_at,
        recall_reason=publication.recall_reason,
        is_source_recalled=composing.is_source_recalled(publication),
    )

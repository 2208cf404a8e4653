"""What everybody reads: what stands on the site for a place, and the one text, also where it was withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q

from onedoor.platform.publishing import composing, rules
from onedoor.platform.publishing.access import PublicationNotFound
from onedoor.platform.publishing.models import Picture, Placement, Publication, PublicationVersion

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
    pictures: Sequence[rules.Shown]
    is_over: bool
    recalled_at: datetime | None
    recall_reason: str
    is_source_recalled: bool  # whoever wrote it first has taken it back; this organ has not

    @property
    def address(self) -> str:
        return f"/news/{self.number}/"


def list_news(
    *, chain: Sequence[str], on: date, topic: str = "", audience: str = "", before: str = "", most: int = MOST
) -> list[Article]:
    """
    Return a page of what holds today for a place, the newest first; what was recalled is not there. `audience` keeps
    what is meant for that place alone, `before` names the last text of the page before.
    """
    found = PublicationVersion.objects.filter(ON_SITE, version=F("publication__version"))
    found = found.filter(
        publication__state=Publication.State.RELEASED, audience__in=[NATION, *chain], valid_from__lte=on
    ).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    if topic:
        found = found.filter(topic=topic)
    if audience:
        found = found.filter(audience=audience)
    last = Publication.objects.filter(number=before, release_at__isnull=False).first() if before else None
    if last is not None:
        earlier = Q(publication__release_at__lt=last.release_at)
        found = found.filter(earlier | Q(publication__release_at=last.release_at, publication__lt=last.pk))
    rows = found.select_related("publication__organization", "publication__carries__organization")
    return [_article(row, on) for row in rows.order_by("-publication__release_at", "-publication")[:most]]


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


def read_picture(*, number: str, picture_id: int, small: bool = False) -> bytes:
    """
    Return a picture of a text that stands on the site: JPEG, or the small one of the page's first view, WebP.

    :raises PublicationNotFound: the text is not there, was recalled, or has no such picture that is clean.
    """
    rows = PublicationVersion.objects.filter(
        ON_SITE, publication__number=number, publication__state=Publication.State.RELEASED
    )
    version = rows.filter(version=F("publication__version")).first()
    if version is None:
        raise PublicationNotFound
    return picture_of(version, picture_id, small=small)


def picture_of(version: PublicationVersion, picture_id: int, *, small: bool) -> bytes:
    """:raises PublicationNotFound: the version has no such picture, or the scanner has not found it clean."""
    if picture_id not in [one["id"] for one in version.pictures]:
        raise PublicationNotFound
    picture = Picture.objects.select_related("file").get(pk=picture_id)
    if picture.file is not None and not picture.file.may_be_opened:
        raise PublicationNotFound
    return bytes(picture.small if small else picture.content)


def _article(version: PublicationVersion, on: date) -> Article:
    publication = version.publication
    gone = publication.state == Publication.State.RECALLED
    blocks = [] if gone else rules.with_pictures(rules.blocks_of(version.body), version.pictures)
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
        blocks=blocks,
        pictures=sorted((one.picture for one in blocks if one.picture), key=lambda one: one.number),
        is_over=version.valid_to is not None and version.valid_to <= on,
        recalled_at=publication.recalled_at,
        recall_reason=publication.recall_reason,
        is_source_recalled=composing.is_source_recalled(publication),
    )

"""What an officer sees: the texts of their place, one with its previews and findings, and what may be done to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.scopes import within_reach
from onedoor.platform.publishing import access, composing, placing, rules
from onedoor.platform.publishing.access import (
    EVERYBODY,
    RELEASE,
    WRITE,
    PublicationNotFound,
)
from onedoor.platform.publishing.models import MediaAccount, Placement, Publication, PublicationStep, PublicationVersion
from onedoor.platform.publishing.operations.accounts import ACCOUNTS
from onedoor.platform.publishing.queries.news import picture_of

MOST = 100
State = Publication.State
TOPICS, CHANNELS = list(rules.TOPICS.items()), list(rules.CHANNELS.items())
__all__ = ["EVERYBODY"]


@dataclass(frozen=True)
class Desk:
    """One text as its people work on it."""

    publication: Publication
    version: PublicationVersion
    blocks: Sequence[rules.Block]
    versions: Sequence[PublicationVersion]
    steps: Sequence[PublicationStep]
    placements: Sequence[Placement]
    previews: Sequence[composing.Preview]
    findings: Sequence[rules.Finding]
    readers: int  # how many would be told today


def list_publications(*, actor: Actor, state: str = "", most: int = MOST) -> list[Publication]:
    """Return the texts within reach, the newest first, with the title of the version that counts."""
    actor.require_one_of(WRITE, RELEASE)
    rows = Publication.objects.filter(within_reach(actor, by_line=False)).select_related("organization")
    if state:
        rows = rows.filter(state=state)
    current = PublicationVersion.objects.filter(publication=OuterRef("pk"), version=OuterRef("version"))
    titled = rows.annotate(title=Subquery(current.values("title")[:1]), topic=Subquery(current.values("topic")[:1]))
    return list(titled.order_by("-pk")[:most])


def get_publication(*, number: str, actor: Actor) -> Publication:
    """:raises PublicationNotFound: there is none within reach."""
    actor.require_one_of(WRITE, RELEASE)
    rows = Publication.objects.filter(within_reach(actor, by_line=False), number=number)
    found = rows.select_related("organization", "carries__organization").first()
    if found is None:
        raise PublicationNotFound
    return found


def standing_version(*, number: str, actor: Actor) -> PublicationVersion:
    """:raises PublicationNotFound: there is none within reach."""
    publication = get_publication(number=number, actor=actor)
    return publication.versions.get(version=publication.version)


def picture_at_desk(*, number: str, picture_id: int, actor: Actor) -> bytes:
    """
    Return a picture of a text within reach as its page would show it.

    :raises PublicationNotFound: there is none within reach, or none the scanner has found clean.
    """
    return picture_of(standing_version(number=number, actor=actor), picture_id, small=True)


def desk_of(*, number: str, actor: Actor, at: datetime) -> Desk:
    """
    Return one text with exactly what goes out, what the checks have found, and where it stands.

    :raises PublicationNotFound: there is none within reach.
    """
    publication = get_publication(number=number, actor=actor)
    versions = list(publication.versions.order_by("-version"))
    version = versions[0]
    asked = "inbox" in version.channels
    return Desk(
        publication=publication,
        version=version,
        blocks=rules.with_pictures(rules.blocks_of(version.body), version.pictures),
        versions=versions,
        steps=list(publication.steps.order_by("pk")),
        placements=list(publication.placements.select_related("account").order_by("pk")),
        previews=composing.previews(publication, version, at=at),
        findings=composing.findings(publication, version, at=at) if publication.state in OPEN else [],
        readers=placing.count_readers(version, at=at) if asked and publication.state in OPEN else 0,
    )


OPEN = (State.DRAFT, State.IN_REVIEW)


def deeds_possible(publication: Publication, *, actor: Actor) -> list[str]:
    """Return what the actor may do with a text, by the names of the deeds."""
    own = access.has_written(publication, actor)
    writes = actor.may(WRITE, division=publication.division)
    releases = actor.may(RELEASE, division=publication.division)
    found = []
    if publication.state == State.DRAFT:
        found += ["submit"] if writes else []
        found += ["release_urgent"] if releases and own and _is_within(publication, actor) else []
    elif publication.state == State.IN_REVIEW and releases:
        lets_go = ["release_urgent" if own else "release"] if _is_within(publication, actor) else []
        found += lets_go if own else [*lets_go, "send_back"]
    elif publication.state == State.RELEASED and releases:
        found += ["recall"]
    released = publication.state in (State.RELEASED, State.RECALLED)
    if releases and released and publication.urgent_reason and publication.reviewed_at is None:
        found += [] if own or actor.login_id == publication.released_login_id else ["review"]
    return found


def _is_within(publication: Publication, actor: Actor) -> bool:
    """Tell whether a text speaks only for places whose texts the actor lets go."""
    places = access.places_of(access.standing(publication))
    return all(actor.may(RELEASE, division=place) for place in places)


def to_carry_on(*, actor: Actor, most: int = 20) -> list[PublicationVersion]:
    """Return what upper organs have released lately, to be carried on here (转载)."""
    actor.require_one_of(WRITE)
    above = identity.chain(actor.division)[1:]
    rows = PublicationVersion.objects.filter(
        Q(publication__division__in=above), publication__state=State.RELEASED, version=_current()
    )
    return list(rows.select_related("publication__organization").order_by("-publication__release_at")[:most])


def list_accounts(*, actor: Actor, standing: bool = False) -> list[MediaAccount]:
    """Return the accounts of the own organ and of lower ones; `standing`: those that can be published by."""
    actor.require_one_of(WRITE, RELEASE, ACCOUNTS)
    rows = MediaAccount.objects.filter(within_reach(actor, by_line=False)).select_related("organization")
    if standing:
        rows = rows.filter(ended_at__isnull=True)
    return list(rows.order_by("kind", "division", "pk"))


KINDS = [(str(value), str(label)) for value, label in MediaAccount.Kind.choices]


def _current() -> Subquery:
    return Subquery(Publication.objects.filter(pk=OuterRef("publication_id")).values("version")[:1])

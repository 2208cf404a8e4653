"""What every act on a text shares: the text is there, within reach, in a state that allows it; and the act is noted."""

from datetime import datetime
from typing import Any

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError, StaleVersion
from onedoor.platform.publishing.models import MediaAccount, Publication, PublicationStep, PublicationVersion

WRITE, RELEASE, EVERYBODY = "publishing.write", "publishing.release", "publishing.emergency"
State, Act = Publication.State, PublicationStep.Act
LONGEST_NOTE = 200


class PublicationNotFound(NotFound):
    code, message = "publishing.not_found", "没有找到这条信息，请返回列表重新查找。"


class PublicationMoveNotPossible(OneDoorError):
    code, http_status, message = (
        "publishing.move_not_possible",
        409,
        "这条信息目前为“{state}”，不能这样办。请刷新页面查看最新状态。",
    )


def require_publication(number: str, permission: str, actor: Actor, *states: str) -> Publication:
    """
    Return a text, held until the transaction ends.

    :raises PublicationNotFound, NotAllowed, PublicationMoveNotPossible: not there, not the actor's, or in another state.
    """
    rows = Publication.objects.select_for_update(of=("self",)).select_related("organization", "carries__organization")
    publication = rows.filter(number=number).first()
    if publication is None:
        raise PublicationNotFound
    actor.require(permission, division=publication.division)
    if publication.state not in states:
        raise PublicationMoveNotPossible(state=publication.get_state_display())
    return publication


def require_seen(publication: Publication, seen: int | None) -> None:
    """:raises StaleVersion: another version counts by now than `seen`, the one that lay before whoever acts, if they say so."""
    if seen is not None and seen != publication.version:
        raise StaleVersion


def standing(publication: Publication) -> PublicationVersion:
    """Return the version of a text that counts."""
    return publication.versions.get(version=publication.version)


def has_written(publication: Publication, actor: Actor) -> bool:
    """Tell whether the actor has written any version of a text; another's last touch does not make it another's."""
    return publication.steps.filter(act=Act.WRITE, login_id=actor.require_login()).exists()


def places_of(version: PublicationVersion) -> set[str]:
    """Return every place in whose name a version speaks: of its readers, and of the accounts it goes out by."""
    accounts = MediaAccount.objects.filter(pk__in=version.accounts)
    return {version.audience, *accounts.values_list("division", flat=True)}


def step(publication: Publication, act: str, note: str, actor: Actor, at: datetime) -> None:
    PublicationStep.objects.create(
        publication=publication,
        act=act,
        version=publication.version,
        note=note,
        at=at,
        by=actor.name,
        login_id=actor.login_id,
    )


def said(note: str, field: str, word: str) -> str:
    """:raises InvalidInput: no reason is given, or a story is told."""
    if len(note.strip()) < 2:
        raise InvalidInput({field: f"请写明{word}。"})
    if len(note.strip()) > LONGEST_NOTE:
        raise InvalidInput({field: f"{word}请写在 {LONGEST_NOTE} 个字以内。"})
    return note.strip()


def about(publication: Publication) -> dict[str, Any]:
    """Return what the record says of an act besides who did it."""
    return {"target": publication.target, "division": publication.division, "version": publication.version}

"""Hand a text over, review it as another person, let it go; what was urgent is reviewed afterwards."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.publishing import access, composing
from onedoor.platform.publishing.access import EVERYBODY, RELEASE, WRITE, Act, PublicationMoveNotPossible, State, said
from onedoor.platform.publishing.models import MediaAccount, Placement, Publication, PublicationVersion
from onedoor.platform.publishing.operations.writing import NotReady

LONGEST_AHEAD = timedelta(days=180)


class OwnPublication(OneDoorError):
    code, http_status, message = (
        "publishing.own_text",
        403,
        "起草人不能审核自己起草的信息，请由另一位审核人员审核；确实来不及的，可以写明理由紧急发布，事后补审。",
    )


@transaction.atomic
def submit_publication(*, number: str, actor: Actor, at: datetime) -> Publication:
    """
    Hand a draft over to whoever reviews it.

    :raises NotReady: personal numbers, dead links, pictures without words, something too long: every finding at once.
    """
    publication = access.require_publication(number, WRITE, actor, State.DRAFT)
    _require_ready(publication, access.standing(publication), at)
    publication.state = State.IN_REVIEW
    publication.save(update_fields=["state"])
    access.step(publication, Act.SUBMIT, "", actor, at)
    audit.record("publishing.submit", actor=actor, at=at, **access.about(publication))
    return publication


def _require_ready(publication: Publication, version: PublicationVersion, at: datetime) -> None:
    problems: dict[str, str] = {}
    for found in composing.findings(publication, version, at=at):
        if found.keeps:
            problems[found.field] = problems.get(found.field, "") + found.text
    if problems:
        raise NotReady(problems)


@transaction.atomic
def send_back_publication(*, number: str, opinion: str, actor: Actor, at: datetime) -> Publication:
    """Give a text back to whoever wrote it, with what is wrong."""
    publication = access.require_publication(number, RELEASE, actor, State.IN_REVIEW)
    note = said(opinion, "note", "退回原因")
    publication.state = State.DRAFT
    publication.save(update_fields=["state"])
    access.step(publication, Act.SEND_BACK, note, actor, at)
    audit.record("publishing.send_back", actor=actor, at=at, **access.about(publication))
    return publication


@transaction.atomic
def release_publication(
    *,
    number: str,
    release_at: datetime | None,
    urgent_reason: str,
    actor: Actor,
    at: datetime,
    seen: int | None = None,
) -> Publication:
    """
    Let a text go, now or at a time, as another person than whoever wrote any of it; the worker sends it. `seen` is the version that
    was looked through.

    With `urgent_reason` the writer may do it alone, straight from the draft; somebody reviews it afterwards. A notice to
    everybody takes the right for it, whoever releases.

    :raises NotAllowed: it is for a wider place, or goes out by an account of one, than the actor's.
    :raises OwnPublication: the writer, without a reason.
    :raises StaleVersion: it was sent back and changed since it was looked through.
    :raises InvalidInput: a time that has passed, or lies too far ahead.
    :raises NotReady: what was true when it was handed over no longer is.
    """
    urgent = urgent_reason.strip()
    states = (State.DRAFT, State.IN_REVIEW) if urgent else (State.IN_REVIEW,)
    publication = access.require_publication(number, RELEASE, actor, *states)
    access.require_seen(publication, seen)
    version = access.standing(publication)
    for place in access.places_of(version):  # an upper organ may have written on, for a wider place or its own accounts
        actor.require(RELEASE, division=place)
    if version.everybody:
        actor.require(EVERYBODY, division=version.audience)
    if urgent:
        urgent = said(urgent, "note", "紧急发布的理由")
    elif access.has_written(publication, actor):
        raise OwnPublication
    moment = release_at or at
    if moment < at or moment - at > LONGEST_AHEAD:
        raise InvalidInput({"release_at": "发布时间要在现在以后、半年以内；马上发的不用填。"})
    _require_ready(publication, version, at)
    publication.state, publication.release_at, publication.urgent_reason = State.RELEASED, moment, urgent
    publication.released_at, publication.released_by = at, actor.name
    publication.released_login_id = actor.require_login()
    publication.save()
    _place(publication, version, moment)
    access.step(publication, Act.RELEASE_URGENT if urgent else Act.RELEASE, urgent, actor, at)
    audit.record("publishing.release", actor=actor, at=at, urgent=bool(urgent), **access.about(publication))
    return publication


def _place(publication: Publication, version: PublicationVersion, due_at: datetime) -> None:
    """Give each channel its row; the worker finds them when the time has come."""
    channels: list[tuple[str, int | None]] = [
        (channel, None) for channel in ("site", "inbox") if channel in version.channels
    ]
    kinds = dict(MediaAccount.objects.filter(pk__in=version.accounts, ended_at=None).values_list("pk", "kind"))
    channels += [(kinds[pk], pk) for pk in version.accounts if kinds.get(pk) in version.channels]
    Placement.objects.bulk_create(
        Placement(publication=publication, channel=channel, account_id=account, due_at=due_at)
        for channel, account in channels
    )


@transaction.atomic
def review_publication(*, number: str, opinion: str, actor: Actor, at: datetime) -> Publication:
    """
    Review afterwards what was released urgently; whoever finds it wrong recalls it.

    :raises OwnPublication: the reviewer has written or released it.
    """
    publication = access.require_publication(number, RELEASE, actor, State.RELEASED, State.RECALLED)
    note = said(opinion, "note", "审核意见")
    if not publication.urgent_reason or publication.reviewed_at is not None:
        raise PublicationMoveNotPossible(state=publication.get_state_display())
    if actor.require_login() == publication.released_login_id or access.has_written(publication, actor):
        raise OwnPublication
    publication.reviewed_at = at
    publication.save(update_fields=["reviewed_at"])
    access.step(publication, Act.REVIEW, note, actor, at)
    audit.record("publishing.review", actor=actor, at=at, **access.about(publication))
    return publication

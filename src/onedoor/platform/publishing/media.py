"""
A text on the accounts of WeChat and Weibo: one step at a time, each noted before the next, so that no answer lost and no
worker killed makes a second post, and nothing begins after a recall.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from onedoor.platform.kernel.pauses import pause
from onedoor.platform.messages import breaker
from onedoor.platform.messages.media import Credentials, Done, NotNow, Post, Refused, Wire, wires
from onedoor.platform.publishing import composing
from onedoor.platform.publishing.models import FetchedFigure, MediaAccount, Placement, Publication
from onedoor.platform.publishing.rows import finish, held

log = structlog.get_logger()
GIVE_UP = timedelta(days=3)
FIGURES_FOR = timedelta(days=30)
State = Placement.State


def step(placement: Placement, at: datetime) -> None:
    """Do the next thing outside for a placement a worker has claimed; the rows are held only before and after."""
    found = _intend(placement)
    if found is None:
        return None
    row, post, wire, account = found
    removing = row.state == State.REMOVING
    if account.provider in breaker.on_probation() and not breaker.take_probe(account.provider, at=at):
        return _wait(row, breaker.next_probe([account.provider]) or at + pause(0), "账号暂停", at, counts=False)
    act = wire.remove if removing else wire.publish
    try:
        done = act(Credentials(account.app_id, str(account.secret)), post, dict(row.remote), at)
    except Refused as refusal:
        breaker.succeeded(account.provider, at=at)
        return _refused(row, str(refusal), at)
    except NotNow as away:
        breaker.failed(account.provider, at=at)
        return _wait(row, at + pause(row.attempts), str(away), at)
    breaker.succeeded(account.provider, at=at)
    return _note(row, done, removing, at)


@transaction.atomic
def _intend(placement: Placement) -> tuple[Placement, Post, Wire, MediaAccount] | None:
    """Return what is to be done now; None where a recall, or an end, has come first."""
    row, publication = held(placement)
    account, wire = row.account, wires().get(row.channel)
    if account is None or row.state not in (State.WAITING, State.REMOVING):
        return None
    if row.state == State.WAITING and publication.state != Publication.State.RELEASED:
        return None
    if wire is None:
        finish(row, State.FAILED, row.due_at or publication.recorded_at, "本站没有接通这个平台")
        return None
    if row.state == State.WAITING and account.ended_at is not None and "asked" not in row.remote:
        finish(row, State.FAILED, account.ended_at, "账号已经停用")
        return None
    version = publication.versions.get(version=publication.version)
    post = Post(
        article=composing.wechat_article(publication, version),
        text=composing.weibo_text(publication, version),
        address=composing.address_of(publication),
        pictures=composing.pictures_of(publication, version) if row.channel == Placement.Channel.WECHAT else (),
    )
    return row, post, wire, account


@transaction.atomic
def _note(placement: Placement, done: Done, removing: bool, at: datetime) -> None:
    """Keep what was learnt; a recall that came meanwhile stays one, and what has just been made is taken down next."""
    row, _ = held(placement)
    row.remote, row.reason, row.attempts = done.remote, "", 0
    if row.state == State.DROPPED:  # recalled in between, when nothing was known to be outside
        row.state, row.removed_at = State.REMOVING, None
    if row.state == State.REMOVING and not removing:
        row.due_at, row.claimed_until = at, None
        row.save()
    elif done.is_last:
        finish(row, State.REMOVED if removing else State.SENT, at)
    else:
        row.due_at, row.claimed_until = at, None
        row.save()


@transaction.atomic
def _wait(placement: Placement, until: datetime, reason: str, at: datetime, *, counts: bool = True) -> None:
    row, publication = held(placement)
    if row.state not in (State.WAITING, State.REMOVING):  # recalled meanwhile, and nothing of it is outside
        return None
    begun = publication.recalled_at if row.state == State.REMOVING else publication.release_at
    if begun is not None and at - begun > GIVE_UP:
        return _end(row, f"三天内没有做成（{reason}）", at)
    row.due_at, row.claimed_until, row.reason = max(until, at), None, reason[:200]
    row.attempts += int(counts)
    return row.save()


@transaction.atomic
def _refused(placement: Placement, reason: str, at: datetime) -> None:
    row, _ = held(placement)
    _end(row, reason, at)


def _end(row: Placement, reason: str, at: datetime) -> None:
    """Say that it was not done; where it stands outside, a person has to take it down."""
    log.warning("publishing.not_placed", placement=row.pk, channel=row.channel, state=row.state)
    finish(row, State.STUCK if row.state == State.REMOVING else State.FAILED, at, reason)


def fetch_figures(*, at: datetime) -> int:
    """Periodic duty: ask each platform how many a text has reached; what has changed is a new row. Return how many are new."""
    fresh = 0
    known = wires()
    standing = Placement.objects.filter(state=State.SENT, account__isnull=False, sent_at__gt=at - FIGURES_FOR)
    for row in standing.select_related("account"):
        account, wire = row.account, known.get(row.channel)
        if account is None or wire is None or account.provider in breaker.paused(at=at):
            continue
        try:
            told = wire.figures(Credentials(account.app_id, str(account.secret)), row.remote, at)
        except (NotNow, Refused) as away:
            log.warning("publishing.no_figures", placement=row.pk, reason=str(away))
            continue
        for name, value in told.items():
            last = row.figures.filter(name=name).order_by("-pk").values_list("value", flat=True).first()
            if last != value:
                FetchedFigure.objects.create(placement=row, name=name, value=value, at=at)
                fresh += 1
    return fresh

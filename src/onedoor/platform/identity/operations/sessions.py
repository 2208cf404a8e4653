"""Log-ins on devices: begun, seen, ended from here or from elsewhere."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import F

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Login, LoginSession
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import NotFound

SEEN_EVERY = timedelta(seconds=60)  # how often a use is written down


class SessionNotFound(NotFound):
    code, message = "identity.session_not_found", "这个登录已经结束，请刷新页面。"


@transaction.atomic
def begin_session(
    *, login_id: int, session_key: str, device_code: str, device: str, actor: Actor, at: datetime
) -> LoginSession:
    """
    Note that somebody has come in on a device; `device_code` is the random mark this browser keeps.

    Somebody who has been here before and comes on a device not seen before is told so.
    """
    index = keyed_hash(device_code, purpose="login.device")
    before = LoginSession.objects.filter(login_id=login_id)
    is_new = before.exists() and not before.filter(device_index=index).exists()
    # A session key is given out anew at each log-in; the old row of the same key, if any, has ended with it.
    session, _ = LoginSession.objects.update_or_create(
        session_key=session_key,
        defaults={
            "login_id": login_id,
            "device_index": index,
            "device": device[:60],
            "address": actor.address,
            "started_at": at,
            "seen_at": at,
            "ended_at": None,
            "ended_how": "",
            "proof_tries": 0,
        },
    )
    audit.record("identity.log_in", actor=actor, at=at, target=f"login:{login_id}", new_device=is_new)
    person = Login.objects.values_list("person_id", flat=True).get(pk=login_id)
    if is_new and person is not None:
        outbox.publish("identity.new_device", key=f"login:{login_id}", session_id=session.pk, person_id=person)
    return session


def note_seen(*, session_key: str, at: datetime) -> None:
    """Write down that a session is in use, at most once a minute."""
    LoginSession.objects.filter(session_key=session_key, seen_at__lt=at - SEEN_EVERY).update(seen_at=at)


def close_session(*, session_key: str, how: str, at: datetime) -> None:
    """Note that a session has ended by itself: logged out, idle for too long."""
    open_one = LoginSession.objects.filter(session_key=session_key, ended_at__isnull=True)
    open_one.update(ended_at=at, ended_how=how)


def claim_proof(*, session_key: str, most: int) -> bool:
    """
    Count one more try to prove who somebody is in an open session; tell whether it may be made at all.

    It is counted before it is made, in one statement, so that tries sent at once are no more than tries in a row.
    """
    open_one = LoginSession.objects.filter(session_key=session_key, ended_at__isnull=True, proof_tries__lt=most)
    return bool(open_one.update(proof_tries=F("proof_tries") + 1))


def may_prove(*, session_key: str, most: int) -> bool:
    """Tell whether an open session has a try left."""
    return LoginSession.objects.filter(session_key=session_key, ended_at__isnull=True, proof_tries__lt=most).exists()


def note_proved(*, session_key: str) -> None:
    """A right proof: the wrong ones before it count no more."""
    LoginSession.objects.filter(session_key=session_key).update(proof_tries=0)


def end_sessions(*, login_id: int, how: str, at: datetime, keep: str = "") -> int:
    """End every open session of a log-in but `keep`; part of operations that have checked the actor."""
    rows = LoginSession.objects.select_for_update().filter(login_id=login_id, ended_at__isnull=True)
    ended = list(rows.exclude(session_key=keep))
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in ended:
        store(row.session_key).delete()
    LoginSession.objects.filter(pk__in=[row.pk for row in ended]).update(ended_at=at, ended_how=how)
    return len(ended)


@transaction.atomic
def end_session(*, session_id: int, actor: Actor, at: datetime) -> None:
    """
    End one of one's own log-ins from elsewhere: its next request finds nobody logged in.

    :raises SessionNotFound: it is not one's own, or it has ended.
    """
    mine = LoginSession.objects.select_for_update().filter(login_id=actor.require_login(), ended_at__isnull=True)
    row = mine.filter(pk=session_id).first()
    if row is None:
        raise SessionNotFound
    import_module(settings.SESSION_ENGINE).SessionStore(row.session_key).delete()
    row.ended_at, row.ended_how = at, "本人结束"
    row.save(update_fields=["ended_at", "ended_how"])
    audit.record("identity.end_session", actor=actor, at=at, target=f"session:{row.pk}")


@transaction.atomic
def end_other_sessions(*, keep: str, actor: Actor, at: datetime) -> int:
    """End every own log-in but the one with the session key `keep`; return how many."""
    ended = end_sessions(login_id=actor.require_login(), how="本人结束", at=at, keep=keep)
    audit.record("identity.end_other_sessions", actor=actor, at=at, target=f"login:{actor.login_id}", ended=ended)
    return ended

"""Where somebody is logged in."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from onedoor.platform.identity.models import Login, LoginSession
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.prepared import prepared


def stored_session(*, session_key: str, at: datetime) -> Session | None:
    """Return what a browser's session holds, None once it has run out or ended."""
    return _stored.first(session_key=session_key, at=at)


@prepared
def _stored(*, session_key: str, at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=session_key, expire_date__gt=at)


def open_sessions(*, actor: Actor) -> list[LoginSession]:
    """Return the actor's own log-ins that have not ended, the latest used first."""
    mine = LoginSession.objects.filter(login_id=actor.require_login(), ended_at__isnull=True)
    return list(mine.order_by("-seen_at", "-pk"))


def recent_sessions(*, actor: Actor, most: int = 10) -> list[LoginSession]:
    """Return the actor's own log-ins that have ended, newest first."""
    mine = LoginSession.objects.filter(login_id=actor.require_login(), ended_at__isnull=False)
    return list(mine.order_by("-ended_at", "-pk")[:most])


def seen_at(session_key: str) -> datetime | None:
    """Return when a session was last used, None if it is unknown or has been ended."""
    open_one = LoginSession.objects.filter(session_key=session_key, ended_at__isnull=True)
    return open_one.values_list("seen_at", flat=True).first()


def officer_was_at(*, device_code: str, since: datetime) -> bool:
    """Tell whether an officer has used this device since a moment."""
    index = keyed_hash(device_code, purpose="login.device")
    officers = LoginSession.objects.filter(login__kind=Login.Kind.OFFICER)
    return officers.filter(device_index=index, seen_at__gte=since).exists()

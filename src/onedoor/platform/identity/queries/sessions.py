"""Where somebody is logged in."""

from datetime import datetime

from onedoor.platform.identity.models import LoginSession
from onedoor.platform.kernel.actors import Actor


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

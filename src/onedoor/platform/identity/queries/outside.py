"""Accounts elsewhere that open one's own."""

from onedoor.platform.identity.models import Login, OutsideAccount
from onedoor.platform.kernel.actors import Actor


def outside_accounts(*, actor: Actor) -> list[OutsideAccount]:
    """Return the actor's own links that hold, newest first."""
    return list(OutsideAccount.objects.filter(login_id=actor.require_login(), ended_at__isnull=True).order_by("-pk"))


def officer_with_login(login_id: int) -> Login | None:
    """Return the officer's account that has come from elsewhere and waits for its second factor, while it is open."""
    return Login.objects.filter(pk=login_id, kind=Login.Kind.OFFICER, is_active=True).first()

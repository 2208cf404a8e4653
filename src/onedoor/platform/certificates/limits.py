"""How often one network address may check certificates: identifiers run in order, nobody shall walk through them."""

from datetime import datetime

from django.conf import settings

from onedoor.platform.kernel import limits
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError


class TooManyChecks(OneDoorError):
    code, http_status = "certificates.too_many_checks", 429
    message = "核验过于频繁，请一分钟后再试；需要成批核验的单位，请用工作台的批量核验。"


def count_check(*, actor: Actor, at: datetime) -> None:
    """
    Count one check of somebody who is not logged in.

    :raises TooManyChecks: the address has used up this minute's checks (settings.ONEDOOR_CHECKS_PER_MINUTE).
    """
    if actor.kind != "anonymous" or not actor.address:
        return
    if limits.count("certificates.check", actor.address, seconds=60, at=at) > settings.ONEDOOR_CHECKS_PER_MINUTE:
        raise TooManyChecks

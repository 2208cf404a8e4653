"""How often one network address may check certificates: identifiers run in order, nobody shall walk through them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from onedoor.platform.certificates.models import CheckCount
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import blind_index
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
    address = blind_index(actor.address, purpose="certificates.check_address")
    minute = at.replace(second=0, microsecond=0)
    row, _ = CheckCount.objects.get_or_create(address=address, minute=minute)
    if row.count >= settings.ONEDOOR_CHECKS_PER_MINUTE:
        raise TooManyChecks
    CheckCount.objects.filter(pk=row.pk).update(count=F("count") + 1)


def forget_counts(*, at: datetime) -> int:
    """Delete the counts of more than an hour ago and return how many."""
    return CheckCount.objects.filter(minute__lt=at - timedelta(hours=1)).delete()[0]

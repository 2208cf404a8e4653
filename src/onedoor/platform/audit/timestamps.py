"""Have the seals time-stamped by an authority outside (RFC 3161 over HTTP); until it answers, a seal waits."""

import secrets
from datetime import datetime
from pathlib import Path

import httpx
import structlog
from cryptography import x509
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from onedoor.platform.audit import tokens
from onedoor.platform.audit.models import AuditSeal, TimeStamp
from onedoor.platform.audit.tokens import BadTimeStamp

log = structlog.get_logger()
AT_ONCE = 24  # seals asked for in one round
TIMEOUT = httpx.Timeout(10.0)
LARGEST_ANSWER = 100_000


def stamp_seals(*, at: datetime) -> int:
    """
    Ask for a time-stamp for every seal that waits for one, oldest first, and return how many came.

    An authority that is down or answers badly leaves the seals waiting; the next round asks again.
    """
    if not settings.ONEDOOR_TSA_URL:
        return 0
    came = 0
    for seal in AuditSeal.objects.filter(time_stamp__isnull=True).order_by("number")[:AT_ONCE]:
        try:
            stamp_seal(seal)
        except (httpx.HTTPError, BadTimeStamp) as error:
            log.warning("audit.time_stamp_waits", seal=seal.number, error=type(error).__name__, why=str(error))
            break
        came += 1
    return came


def stamp_seal(seal: AuditSeal) -> None:
    """
    Get, check and store the time-stamp of one seal.

    :raises httpx.HTTPError: the authority does not answer.
    :raises BadTimeStamp: its answer proves nothing.
    """
    data, nonce = bytes.fromhex(seal.hash), secrets.randbits(64)
    answer = _ask(tokens.request_for(data, nonce=nonce))
    token = tokens.token_in(answer, nonce=nonce)
    stamped = tokens.check_token(token, data, roots=trusted_roots())
    try:
        with transaction.atomic():
            TimeStamp.objects.create(seal=seal, token=token, stamped_at=stamped.at, authority=stamped.authority[:200])
    except IntegrityError:  # another worker was faster
        log.info("audit.time_stamped_already", seal=seal.number)


def _ask(request: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    answer = httpx.post(settings.ONEDOOR_TSA_URL, content=request, headers=headers, timeout=TIMEOUT, trust_env=False)
    answer.raise_for_status()
    if len(answer.content) > LARGEST_ANSWER:
        raise BadTimeStamp("时间戳机构的答复太长")
    return answer.content


def trusted_roots() -> list[x509.Certificate]:
    """
    Return the certificates of the authorities we trust.

    :raises BadTimeStamp: none is set up, or the file is not there.
    """
    try:
        return tokens.load_roots(Path(settings.ONEDOOR_TSA_ROOTS).read_bytes())
    except (OSError, ValueError):
        raise BadTimeStamp("没有可信的时间戳机构证书") from None


def stamp_fault(seal: AuditSeal) -> str:
    """Return what is wrong with a seal's time-stamp; empty when it is good, or the seal still waits for one."""
    try:
        stamp = seal.time_stamp
    except ObjectDoesNotExist:
        return ""
    try:
        stamped = tokens.check_token(bytes(stamp.token), bytes.fromhex(seal.hash), roots=trusted_roots())
    except BadTimeStamp as bad:
        return str(bad)
    return "" if stamped.at == stamp.stamped_at else "时间戳的时间被改动"

"""An alarm before one-time codes run out: somebody may be using the site to send SMS."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import logins
from onedoor.platform.identity.logins import SentFor
from onedoor.platform.kernel.actors import Actor

log = logging.getLogger(__name__)
MACHINE = Actor.system("验证码用量")
NEAR = 0.8  # of what may go out in an hour


@transaction.atomic
def watch_codes(*, at: datetime) -> int:
    """Record and log that the codes of an hour run out, for as long as they do; return how many bounds are near."""
    bounds = {
        "all": (logins.codes_sent(at=at), settings.ONEDOOR_CODES_PER_HOUR),
        "early": (logins.codes_sent(at=at, only=(SentFor.PHONE,)), settings.ONEDOOR_EARLY_CODES_PER_HOUR),
    }
    near = {name: pair for name, pair in bounds.items() if pair[0] >= pair[1] * NEAR}
    for name, (sent, most) in near.items():
        log.error("one-time codes run out (%s): %s of %s in the last hour", name, sent, most)
        audit.record("identity.codes_run_out", actor=MACHINE, at=at, which=name, sent=sent, most=most)
    return len(near)

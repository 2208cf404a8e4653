"""Ask a bank whether name, number, card and phone belong together: in the background, again and again, then given up."""

from datetime import datetime
from typing import Any

import structlog

from onedoor.platform.exchange.bank_checks import calling
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.tasks import task

log = structlog.get_logger()
MACHINE = Actor.system("身份核验")
MOST_TRIES = 10  # one every half minute


def ask_soon(payload: dict[str, Any], *, at: datetime) -> None:
    """Listen for a check somebody has asked for."""
    ask_bank.enqueue(check_id=payload["check_id"])


def ask_again(*, at: datetime) -> int:
    """Ask anew what no bank has answered; return how many."""
    waiting = queries.waiting_bank_checks()
    for check_id in waiting:
        ask_bank.enqueue(check_id=check_id)
    return len(waiting)


@task(attempts=1)
def ask_bank(*, check_id: int) -> None:
    """Ask once, never inside a transaction; what goes wrong is asked again later."""
    elements = queries.elements_of_check(check_id)
    if elements is None:
        return
    try:
        matches = calling.ask(elements, wall=clock.wall())
    except calling.NoAnswer as error:
        log.warning("bank check unanswered", check=check_id, why=str(error))
        tries = identity.note_bank_try(check_id=check_id, actor=MACHINE, at=clock.now())
        if tries >= MOST_TRIES:
            identity.settle_bank_check(check_id=check_id, matches=None, actor=MACHINE, at=clock.now())
        return
    identity.settle_bank_check(check_id=check_id, matches=matches, actor=MACHINE, at=clock.now())

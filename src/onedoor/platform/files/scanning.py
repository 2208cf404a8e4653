"""Let the operator's scanner read a content: a program of theirs, on its standard input, piece by piece."""

import subprocess
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings

from onedoor.platform.files.receiving import PIECE

SECONDS = 60
WAIT, LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=1)


class ScannerDown(RuntimeError):
    """The scanner is not there, failed or took too long: nothing counts as clean then."""


def is_set() -> bool:
    return bool(settings.ONEDOOR_SCAN_COMMAND)


def begun(*, at: datetime) -> dict[str, Any]:
    """Return how a file begins: waiting for the scanner where one is set; a task lost with its worker is made up for later."""
    return {"scan": "waiting", "scan_due_at": at + WAIT} if is_set() else {"scan": "unscanned"}


def next_try(failures: int, *, at: datetime) -> datetime:
    wait: timedelta = WAIT * 2 ** min(failures, 5)
    return at + min(wait, LONGEST_WAIT)


def is_clean(content: IO[bytes]) -> bool:
    """
    Tell what the scanner says: exit status 0 is clean, 1 infected.

    :raises ScannerDown: it says anything else, or nothing.
    """
    # The command is the operator's own setting; the content reaches it only through its standard input.
    try:
        scanner = subprocess.Popen(  # noqa: S603
            [settings.ONEDOOR_SCAN_COMMAND], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError as fault:
        raise ScannerDown from fault
    watch = threading.Timer(SECONDS, scanner.kill)
    watch.start()
    try:
        with suppress(BrokenPipeError), scanner.stdin as pipe:  # type: ignore[union-attr]  # it may have read enough
            while piece := content.read(PIECE):
                pipe.write(piece)
        status = scanner.wait()
    finally:
        watch.cancel()
    if status not in (0, 1):
        raise ScannerDown(f"status {status}")
    return status == 0

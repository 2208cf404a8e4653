"""What lies scanned at a machine or a window, for whoever has scanned it."""

import base64
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.channels import scanning as scans
from onedoor.platform.channels.models import Kiosk, Scan
from onedoor.platform.channels.operations.scans import NothingScanned
from onedoor.platform.kernel.actors import Actor


@dataclass(frozen=True)
class Scanned:
    """A paper being scanned: its pages by number, which one is waited for (0: none), why the last did not come."""

    pages: list[int]
    waiting: int
    problem: str
    scanner: str


def scanned(*, target: str, actor: Actor, at: datetime) -> Scanned:
    """Return how far somebody is with scanning one paper; nothing of it is empty."""
    rows = Scan.objects.filter(login_id=actor.login_id or 0, target=target, expires_at__gt=at).select_related("kiosk")
    scan = (rows.filter(kiosk__number=actor.machine) if actor.machine else rows).first()
    if scan is None:
        return Scanned([], waiting=0, problem="", scanner="")
    waits = scan.waiting_until is not None and scan.waiting_until > at
    silent = scan.waiting_until is not None and not waits
    problem = scans.PROBLEMS.get("fault" if silent else scan.problem, "")
    pages = list(scans.pages_of(target, actor, at).values_list("pk", flat=True))
    waiting = len(pages) + (not scan.again) if waits else 0
    return Scanned(pages, waiting=waiting, problem=problem, scanner=scan.kiosk.number)


def scanned_page(*, page_id: int, actor: Actor, at: datetime) -> bytes:
    """
    Return the picture of one page, for whoever has scanned it, for as long as it lies there.

    :raises NothingScanned: there is none.
    """
    found = scans.pages_of("", actor, at).filter(pk=page_id).first()
    if found is None:
        raise NothingScanned
    return base64.b64decode(found.content)


def first_scanned(*, target: str, actor: Actor, at: datetime) -> bytes | None:
    """Return the picture of the first page of a paper being scanned, to look for a code on it."""
    found = scans.pages_of(target, actor, at).first()
    return base64.b64decode(found.content) if found else None


def scanners(*, actor: Actor, at: datetime) -> list[Kiosk]:
    """Return the scanners somebody can use now: the machine's own, or those of the officer's windows."""
    return scans.scanners_for(actor, at)

"""A paper on the scanner of a machine or a window: asked for page by page, looked at, handed in like any upload."""

import base64
import binascii
import hashlib
import io
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Draft
from onedoor.platform.cases.paper_forms.codes import PaperCode
from onedoor.platform.channels import kiosk_life
from onedoor.platform.channels.figures import kiosk_figures
from onedoor.platform.channels.models import Kiosk, Scan, ScannedPage
from onedoor.platform.channels.operations.cards import ReadingRefused
from onedoor.platform.channels.readings import Proof, presents
from onedoor.platform.channels.scanning import JPEG, PROBLEMS, form_target, pages_of, scanners_for
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotAtMachine, OneDoorError


class NoScanner(OneDoorError):
    code, http_status, message = (
        "channels.no_scanner",
        409,
        "这里的扫描仪现在连不上。可以用手机拍照上传，或者到窗口交材料。",
    )


class ScannerTaken(OneDoorError):
    code, http_status, message = (
        "channels.scanner_taken",
        409,
        "这台扫描仪上有同事扫了还没有交的材料。请同事先交上去或者清除，或者换一台扫描仪；没有人管的，过了保留时间自动清除。",
    )


class ScanFull(OneDoorError):
    code, http_status, message = (
        "channels.scan_full",
        409,
        "一次最多扫 {most} 页。请先把扫好的交上去，再接着扫其余的。",
    )


class NothingScanned(OneDoorError):
    code, http_status, message = (
        "channels.nothing_scanned",
        409,
        "还没有扫到任何一页，或者已经过了保留时间、已经清除。请重新扫描。",
    )


@transaction.atomic
def ask_page(*, target: str, scanner: str, again: bool, actor: Actor, at: datetime) -> Scan:
    """
    Let a scanner scan the next page of a paper, or with `again` its last page once more, which stays until the new one is
    there. Pressed twice it is asked once. What lies there of another paper, or at a machine of somebody who stood there
    before, is forgotten; what a colleague has scanned at a window is not.

    :raises NotAtMachine: somebody stands at no machine and at no window.
    :raises NoScanner: the scanner does not answer.
    :raises ScannerTaken: a colleague has not handed in yet what they scanned.
    :raises ScanFull: the paper has as many pages as may be scanned at once.
    """
    if not actor.machine and actor.post_id is None:
        raise NotAtMachine
    login = actor.require_login()
    kiosk = next((one for one in scanners_for(actor, at) if not scanner or one.number == scanner), None)
    if kiosk is None:
        raise NoScanner
    figures = kiosk_figures(division=kiosk.division, on=day_of(at))
    scan = _scan_on(kiosk, login, target, at)
    if scan.waiting_until is not None and scan.waiting_until > at:
        return scan
    pages = scan.pages.count() if scan.pk else 0
    scan.again = again and pages > 0
    if pages >= figures.scan_pages and not scan.again:
        raise ScanFull(most=figures.scan_pages)
    scan.challenge, scan.problem = f"{kiosk.number}.{secrets.token_urlsafe(24)}", ""
    scan.waiting_until = at + timedelta(seconds=figures.scan_seconds)
    scan.expires_at = at + timedelta(minutes=figures.scan_minutes)
    scan.save()
    return scan


def _scan_on(kiosk: Kiosk, login: int, target: str, at: datetime) -> Scan:
    """Return the scan of a paper on a scanner, or a fresh one in the place of what lay there; one asks after the other."""
    Kiosk.objects.select_for_update(no_key=True).get(pk=kiosk.pk)
    found = Scan.objects.select_for_update().filter(kiosk=kiosk).first()
    if found is not None and found.expires_at > at:
        if (found.login_id, found.target) == (login, target):
            return found
        in_use = found.pages.exists() or (found.waiting_until is not None and found.waiting_until > at)
        if kiosk.kind == Kiosk.Kind.DESK and found.login_id != login and in_use:
            raise ScannerTaken
    if found is not None:
        found.delete()
    return Scan(kiosk=kiosk, login_id=login, target=target)


@transaction.atomic
def deliver_page(
    *, number: str, challenge: str, page: str, problem: str, proof: Proof, actor: Actor, at: datetime
) -> Kiosk:
    """
    Take a page, base64 of a JPEG picture, from the program beside a scanner, or why there is none; each question is
    answered once. The reader beside it signs challenge and digest, so that nobody else's picture is taken.

    :raises ReadingRefused: it was not asked, too late, answered before, not signed by this machine's reader, or no JPEG.
    """
    rows = Scan.objects.select_for_update(of=("self",)).select_related("kiosk__service_point__organization")
    waiting = rows.filter(kiosk__state=kiosk_life.State.ACTIVE, kiosk__number=number, challenge=challenge)
    scan = waiting.filter(waiting_until__gt=at).first()
    content = _picture(page)
    said = problem if problem in PROBLEMS else hashlib.sha256(content).hexdigest()
    if scan is None or not presents(f"{challenge}|{said}", proof, public_key=scan.kiosk.reader_key):
        raise ReadingRefused
    if said != problem and not content.startswith(JPEG):
        raise ReadingRefused
    if said != problem:
        if scan.again:
            ScannedPage.objects.filter(pk__in=scan.pages.order_by("-pk").values_list("pk", flat=True)[:1]).delete()
        ScannedPage.objects.create(scan=scan, content=base64.b64encode(content).decode(), received_at=at)
    scan.waiting_until, scan.problem = None, problem if said == problem else ""
    scan.save(update_fields=["waiting_until", "problem"])
    told = {"target": scan.kiosk.target, "division": scan.kiosk.division, "problem": scan.problem}
    audit.record("channels.scan_page", actor=actor, at=at, **told)
    return scan.kiosk


def _picture(page: str) -> bytes:
    try:
        return base64.b64decode(page, validate=True)
    except binascii.Error:
        return b""


@transaction.atomic
def keep_pages(*, target: str, actor: Actor, at: datetime) -> None:
    """
    Hand in what was scanned as the paper it was scanned for, each page a file, by the way every upload takes; nothing of
    it stays with the machine.

    :raises NothingScanned: there is no page.
    """
    pages = _take(target, actor, at)
    kind, owner, material = target.split(":")
    named = [(f"扫描件第 {place} 页.jpg", content) for place, content in enumerate(pages, start=1)]
    if kind == "case":
        contents = [(name, io.BytesIO(content)) for name, content in named]
        cases.give_papers(case_id=int(owner), material=material, contents=contents, actor=actor, at=at)
        return
    for name, content in named:
        told: dict[str, Any] = {"draft_id": UUID(owner), "case_id": None, "material": material, "name": name}
        cases.attach_material(content=content, actor=actor, at=at, **told)


@transaction.atomic
def keep_form(*, typed: str, read: PaperCode | None, actor: Actor, at: datetime) -> Draft:
    """
    Hand in a printed form that was scanned: its code, `read` on a page beforehand or `typed`, finds its draft again.

    :raises NothingScanned: there is no page.
    """
    pages = _take(form_target(actor), actor, at)
    for place, content in enumerate(pages, start=1):
        told: dict[str, Any] = {
            "name": f"扫描件第 {place} 页.jpg",
            "typed": typed,
            "read": read,
            "actor": actor,
            "at": at,
        }
        draft = cases.take_paper_form(content=content, **told)
    return draft


def _take(target: str, actor: Actor, at: datetime) -> list[bytes]:
    actor.require_login()
    lying = pages_of(target, actor, at).values_list("scan", flat=True)
    list(Scan.objects.select_for_update().filter(pk__in=list(lying)))  # handed in twice at once it is there once
    rows = list(pages_of(target, actor, at))
    if not rows:
        raise NothingScanned
    Scan.objects.filter(pk__in={row.scan_id for row in rows}).delete()
    return [base64.b64decode(row.content) for row in rows]


@transaction.atomic
def drop_scan(*, actor: Actor, at: datetime) -> None:
    """Forget what lies scanned at this machine, or what this officer has scanned; nothing to forget is no fault."""
    if actor.machine:
        Scan.objects.filter(kiosk__number=actor.machine).delete()
    elif actor.login_id is not None:
        Scan.objects.filter(login_id=actor.login_id).delete()

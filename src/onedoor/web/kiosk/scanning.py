"""A paper on the scanner of a machine or of a window: page by page, looked at, once more, handed in."""

import io
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.cases import queries as cases
from onedoor.platform.channels import scanning
from onedoor.platform.channels.operations import scans
from onedoor.platform.channels.queries import scans as queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotAtMachine
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled
from onedoor.web.parts.writes import View, attempt, keyed

READ = "code_read"  # on the request: the code that stands on a page


@keyed
def of_draft(request: HttpRequest, draft_id: UUID, material: str) -> HttpResponse:
    """Scan a paper of an application that is being filled in."""
    draft = cases.get_draft(draft_id=draft_id, actor=actor_of(request), on=clock.today())
    target, back = scanning.draft_target(draft_id, material), reverse("draft_materials", args=[draft_id])
    definition = draft.item_version.item.given(material)

    def keep() -> str:
        scans.keep_pages(target=target, **_who(request))
        return back

    return _page(request, target, keep, title=definition.title if definition else "材料", back=back)


@keyed
def of_case(request: HttpRequest, number: str, material: str) -> HttpResponse:
    """Scan at the window a paper a case waits for."""
    found = cases.get_visible_case(number=number, actor=actor_of(request), at=clock.now(), on=clock.today())
    actor_of(request).require("cases.supplement", division=found.division, line=found.line)
    target, back = scanning.case_target(found.pk, material), reverse("staff_case", args=[number])
    definition = found.item_version.item.given(material)

    def keep() -> str:
        scans.keep_pages(target=target, **_who(request))
        return back

    return _page(request, target, keep, title=definition.title if definition else "材料", back=back)


def _reads_first(view: View) -> View:
    """Read the code on the pages before the write and its transaction begin: it takes seconds, and nobody waits for it."""

    @wraps(view)
    def reading(request: HttpRequest) -> HttpResponse:
        code = None
        if request.POST.get("act") == "keep" and not request.POST.get("code", "").strip():
            told: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
            content = queries.first_scanned(target=scanning.form_target(told["actor"]), **told)
            if content is not None:
                code = cases.code_on_scan(io.BytesIO(content), login=actor_of(request).login_id, at=clock.wall())
        vars(request)[READ] = code
        return view(request)

    return reading


@_reads_first
@keyed
def form(request: HttpRequest) -> HttpResponse:
    """Scan a printed form: its code finds the application it belongs to."""

    def keep() -> str:
        draft = scans.keep_form(typed=request.POST.get("code", ""), read=vars(request)[READ], **_who(request))
        return reverse("draft", args=[draft.pk])

    actor = actor_of(request)
    back = reverse("kiosk_cases") if actor.machine else reverse("paper_form")
    return _page(request, scanning.form_target(actor), keep, title="填好的申请表", back=back, asks_code=True)


def page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the picture of one page to whoever has scanned it."""
    content = queries.scanned_page(page_id=page_id, actor=actor_of(request), at=clock.now())
    response = HttpResponse(content, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: HttpRequest, target: str, keep: Callable[[], str], **context: Any) -> HttpResponse:
    actor, problem, status = actor_of(request), "", 200
    if not actor.machine and actor.post_id is None:
        raise NotAtMachine
    if request.method == "POST":
        to, refusal = attempt(request, lambda: _act(request, target, keep, context["back"]))
        if refusal is None:
            return redirect(to)
        problem, status = " ".join(refusal.by_field.values()), refusal.http_status
    scanned = queries.scanned(target=target, actor=actor, at=clock.now())
    scanners = queries.scanners(actor=actor, at=clock.now())
    context |= {
        "scanned": scanned,
        # A paper is scanned to its end where it was begun.
        "scanners": [one for one in scanners if not scanned.pages or one.number == scanned.scanner],
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "kiosk/scan.html", context, status=status)


def _act(request: HttpRequest, target: str, keep: Callable[[], str], back: str) -> str:
    act = request.POST.get("act")
    if act in ("next", "again"):
        told: dict[str, Any] = {"target": target, "scanner": request.POST.get("scanner", "")}
        scans.ask_page(again=act == "again", **told, **_who(request))
        return request.path
    if act == "keep":
        return keep()
    if act == "drop":
        scans.drop_scan(**_who(request))
        return back
    raise Garbled


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "at": clock.now()}

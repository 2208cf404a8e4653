"""The supervisor's board and the auditor's replay."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from onedoor.platform.audit import queries as record
from onedoor.platform.audit.marks import NoSuchMark
from onedoor.platform.audit.suspensions import most_looks, release_query_right
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.supervision import queries
from onedoor.standards.masks import mask_name
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted, whole
from onedoor.web.parts.writes import attempt, keyed, unkeyed
from onedoor.web.supervision import boards
from onedoor.web.supervision.telling import told


def board(request: HttpRequest) -> HttpResponse:
    """Five figures with last week's line, map and ranking of the places below, then what needs a person."""
    actor, on, within = actor_of(request), clock.today(), place_of(request)
    found = queries.board(actor=actor, on=on, within=within)
    context = {
        "board": found,
        "figures": boards.figures(found),
        "map": boards.map_of(found),
        "ranking": boards.ranking(found),
        "today": on,
        "wall": request.GET.get("wall") == "1",
        "clocks": [
            {"clock": running, "left": left, "label": running.title(running.case.item_version.item)}
            for running, left in queries.running_clocks(actor=actor, at=clock.now(), within=within)
        ],
        "events": [(one, *told(one)) for one in queries.events(actor=actor, on=on, within=within)],
    }
    return render(request, "supervision/board.html", context)


def place_of(request: HttpRequest) -> str:
    """Return the place looked at; :raises DivisionNotFound: there is none of this code."""
    within = request.GET.get("within", "")
    return identity.division(within).code if within else ""


PAGE = 50


def rows(request: HttpRequest, shown: str) -> HttpResponse:
    """Show the cases a figure of the board counts."""
    if shown not in queries.SHOWN:
        raise Http404
    before, within = whole(request.GET, "before", 0), place_of(request)
    found = queries.cases_behind(
        shown=shown, actor=actor_of(request), on=clock.today(), within=within, before=before, most=PAGE
    )
    context = {
        "title": queries.SHOWN[shown],
        "within": identity.division(within) if within else None,
        "rows": [{"case": case, "applicant": mask_name(case.applicant.name)} for case in found],
        "next": found[-1].pk if len(found) == PAGE else None,
    }
    return render(request, "supervision/rows.html", context)


def audit(request: HttpRequest) -> HttpResponse:
    """The auditor's page: find a case to replay, the latest entries in reach, whether the seals hold."""
    actor = actor_of(request)
    number = request.GET.get("number", "").strip()
    if number:
        return redirect("replay", number=number)
    before = whole(request.GET, "before", 0)
    login_id = whole(request.GET, "login", 0)
    mark, problem, status = request.GET.get("mark", "").strip(), "", 200
    look = partial(queries.audit_lines, actor=actor, at=clock.now(), before=before, login_id=login_id, most=PAGE)
    try:
        lines = look(mark=mark)
    except NoSuchMark as refusal:
        refusals.record(request, refusal)
        lines, problem, status = [], str(refusal), refusal.http_status
    context = {
        "lines": lines,
        "mark": mark,
        "no_such_mark": problem,
        "login": login_id,
        "typed": {},
        "seals": record.seal_state(actor=actor),
        "next": lines[-1].id if len(lines) == PAGE else None,
    }
    return render(request, "supervision/audit.html", context, status=status)


@require_POST
@unkeyed("a look: each is recorded and streamed anew")
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the auditor an export of the record that can be checked without this site."""
    actor = actor_of(request)
    seals = record.seal_state(actor=actor)
    try:
        lines = record.export(
            first=posted(request, "first"),
            last=posted(request, "last"),
            reason=request.POST.get("reason", ""),
            actor=actor,
            at=clock.now(),
        )
    except (InvalidInput, record.SealsNotFound) as refusal:
        refusals.record(request, refusal)
        problem = "；".join(refusal.by_field.values())
        context = {
            "lines": queries.audit_lines(actor=actor, at=clock.now(), most=PAGE),
            "seals": seals,
            "typed": request.POST,
            "problem": problem,
        }
        return render(request, "supervision/audit.html", context, status=refusal.http_status)
    response = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="onedoor-audit.jsonl"'
    response["Cache-Control"] = "private, no-store"
    return response


@keyed
def suspensions(request: HttpRequest) -> HttpResponse:
    """The security administrator's page: whose right to look people up is suspended, and giving it back."""
    actor = actor_of(request)
    context: dict[str, Any] = {"typed": request.POST, "most": most_looks(on=clock.today())}
    actor.require_one_of("identity.manage_security")
    status = 200
    if request.method == "POST":
        number = posted(request, "suspension")
        _, refusal = attempt(request, lambda: _release(request, number))
        if refusal is None:
            return redirect("suspensions")
        context["problem"] = "；".join(refusal.by_field.values())
        context["wrong"], status = number, refusal.http_status
    context["suspensions"] = record.suspensions(actor=actor)
    return render(request, "supervision/suspensions.html", context, status=status)


def _release(request: HttpRequest, number: int) -> None:
    release_query_right(
        suspension_id=number, note=request.POST.get("note", ""), actor=actor_of(request), at=clock.now()
    )


def replay(request: HttpRequest, number: str) -> HttpResponse:
    """Every step, write, refusal and look around a case, in order."""
    case, lines, holds = queries.replay(case_number=number, actor=actor_of(request), at=clock.now())
    return render(request, "supervision/replay.html", {"case": case, "lines": lines, "holds": holds})

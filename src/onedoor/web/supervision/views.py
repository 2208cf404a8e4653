"""The supervisor's board and the auditor's replay."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.audit import queries as audit_queries
from onedoor.platform.cases import queries as cases
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotLoggedIn
from onedoor.platform.supervision import queries
from onedoor.standards.masks import mask_name
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import whole


def board(request: HttpRequest) -> HttpResponse:
    """Figures, running clocks with their lamps, events that need a person."""
    actor = actor_of(request)
    if actor.kind == "anonymous":
        raise NotLoggedIn
    on = clock.today()
    context = {
        "figures": queries.figures(actor=actor, on=on),
        "clocks": [
            {"clock": running, "left": cases.working_days_left(on, running.due_on)}
            for running in queries.running_clocks(actor=actor)
        ],
        "events": queries.events(actor=actor),
    }
    return render(request, "supervision/board.html", context)


PAGE = 50


def rows(request: HttpRequest, shown: str) -> HttpResponse:
    """Show the cases a figure of the board counts."""
    if shown not in queries.SHOWN:
        raise Http404
    before = whole(request.GET, "before", 0)
    found = queries.cases_behind(shown=shown, actor=actor_of(request), on=clock.today(), before=before, most=PAGE)
    context = {
        "title": queries.SHOWN[shown],
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
    lines = queries.audit_lines(actor=actor, at=clock.now(), before=before, most=PAGE)
    context = {
        "lines": lines,
        "seals": audit_queries.seal_state(actor=actor),
        "next": lines[-1].id if len(lines) == PAGE else None,
    }
    return render(request, "supervision/audit.html", context)


def replay(request: HttpRequest, number: str) -> HttpResponse:
    """Every step, write, refusal and look around a case, in order."""
    case, lines = queries.replay(case_number=number, actor=actor_of(request), at=clock.now())
    return render(request, "supervision/replay.html", {"case": case, "lines": lines})

"""The words of notices, what waits for an officer to tell, how the providers do."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.kernel import clock
from onedoor.platform.messages import deeds, operations, queries
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import optional_day, posted, typed_day
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.letters import letter_of
from onedoor.web.staff.place_names import names_of


def templates(request: HttpRequest) -> HttpResponse:
    """Every template of the site, by kind, with what waits for a review."""
    rows = queries.list_templates(actor=actor_of(request), on=clock.today(), at=clock.now())
    waiting = [(row, version) for row in rows for version in row.waiting]
    return render(request, "staff/notices/templates.html", {"rows": rows, "waiting": waiting})


@keyed
def template(request: HttpRequest, code: str) -> HttpResponse:
    """One template: its words for each channel, its variables, its history, and a form that proposes new words."""
    actor = actor_of(request)
    row, samples = queries.read_template(template=code, actor=actor, on=clock.today(), at=clock.now())
    context: dict[str, Any] = {"row": row, "samples": samples, "channels": queries.NAMES, "problems": {}}
    context["may_propose"] = queries.may_propose(actor=actor)
    context |= {"typed": request.POST, "today": clock.today(), "standing": {one.pk for one in row.versions}}
    if request.method != "POST":
        return render(request, "staff/notices/template.html", context)
    made, refusal = attempt(request, lambda: _propose(request, code))
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/notices/template.html", context, status=refusal.http_status)
    return redirect("template_version", version_id=made.pk)


def _propose(request: HttpRequest, code: str) -> Any:
    return operations.propose_template(
        template=code,
        channel=request.POST.get("channel", ""),
        text=request.POST.get("text", ""),
        valid_from=typed_day(request, "valid_from"),
        valid_to=optional_day(request, "valid_to"),
        reason=request.POST.get("reason", ""),
        actor=actor_of(request),
        at=clock.now(),
    )


@keyed
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """Proposed words as somebody would read them; another person approves or sends back, the proposer may withdraw."""
    actor = actor_of(request)
    declared, sample = queries.read_version(version_id=version_id, actor=actor)
    context: dict[str, Any] = {"declared": declared, "sample": sample, "row": sample.version, "typed": request.POST}
    context |= {"deeds": deeds.possible(sample.version, actor=actor), "problems": {}}
    if request.method != "POST":
        return render(request, "staff/notices/version.html", context)

    def perform() -> None:
        deed, opinion = request.POST.get("deed", ""), request.POST.get("opinion", "")
        deeds.settle(deed, version_id=version_id, opinion=opinion, actor=actor, at=clock.now())

    _, refusal = attempt(request, perform)
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/notices/version.html", context, status=refusal.http_status)
    return redirect(request.path)


def outreach_list(request: HttpRequest) -> HttpResponse:
    """Who still has to be told by a letter, a call or a visit."""
    rows = queries.list_outreach(actor=actor_of(request))
    return render(
        request, "staff/notices/outreach_list.html", {"rows": rows, "names": names_of([r.division for r in rows])}
    )


@keyed
def outreach(request: HttpRequest, outreach_id: int) -> HttpResponse:
    """What one person is to be told, to be read out or printed, and the form that notes what came of it."""
    actor = actor_of(request)
    page = queries.read_outreach(outreach_id=outreach_id, actor=actor, at=clock.now())
    context: dict[str, Any] = {"page": page, "row": page.row, "ways": queries.NOTED_WAYS, "problems": {}}
    context["typed"] = request.POST
    if request.method != "POST" and request.GET.get("letter") == "1":
        return letter_of(page, actor=actor, on=clock.today())
    if request.method != "POST":
        return render(request, "staff/notices/outreach.html", context)
    _, refusal = attempt(
        request,
        lambda: operations.note_outreach(
            outreach_id=outreach_id,
            way=request.POST.get("way", ""),
            reached=request.POST.get("reached") == "yes",
            note=request.POST.get("note", ""),
            shown=posted(request, "shown") if "shown" in request.POST else None,
            actor=actor,
            at=clock.now(),
        ),
    )
    if refusal is None:
        return redirect("outreach_list")
    context["problems"] = refusal.by_field
    return render(request, "staff/notices/outreach.html", context, status=refusal.http_status)


def providers(request: HttpRequest) -> HttpResponse:
    """How the providers have done in the last day, and what waits."""
    actor = actor_of(request)
    rows = queries.provider_figures(actor=actor, since=clock.now() - timedelta(days=1))
    return render(request, "staff/notices/providers.html", {"rows": rows, "queues": queries.queue_figures(actor=actor)})

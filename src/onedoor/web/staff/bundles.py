"""一件事 at the desk: the versions, read, drafted and published by two people; and who has what of a bundle by when."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.bundles import operations, queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.bundles import drawn
from onedoor.web.parts.inputs import typed_day
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.performing import who


def index(request: HttpRequest) -> HttpResponse:
    """List the versions for whoever keeps them, and the bundles under way for whoever handles a member."""
    actor = actor_of(request)
    keeps = bool(actor.permissions & {"catalog.edit", "catalog.review"})
    handles = "cases.view" in actor.permissions
    if not keeps and not handles:
        raise NotAllowed
    context = {
        "versions": queries.list_versions(actor=actor) if keeps else [],
        "running": queries.bundles_for_officer(actor=actor) if handles else [],
        "keeps": keeps,
        "handles": handles,
        "may_draft": "catalog.edit" in actor.permissions,
    }
    return render(request, "staff/bundles/list.html", context)


@keyed
def new(request: HttpRequest) -> HttpResponse:
    """Put a bundle down as YAML, from nothing or from a version there is (`?from=`), for another person to publish."""
    actor = actor_of(request)
    actor.require_one_of("catalog.edit")
    problems: dict[str, str] = {}
    start = request.GET.get("from", "")
    sample = queries.get_version(version_id=int(start), actor=actor, at=clock.now()).text if start.isdecimal() else ""
    text = request.POST.get("definition", sample)
    if request.method == "POST":
        made, refusal = attempt(
            request,
            lambda: operations.draft_bundle(bundle=operations.read_bundle(text), actor=actor, at=clock.now()),
        )
        if refusal is None:
            return redirect("bundle_version", version_id=made.pk)
        problems = {"definition": str(refusal)}
    context = {"text": text, "problems": problems, "versions": queries.list_versions(actor=actor)}
    return render(request, "staff/bundles/new.html", context, status=422 if problems else 200)


@keyed
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """Read a version; publish it or send it back, by somebody else than who drafted it."""
    problems: dict[str, str] = {}
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _settle(request, version_id))
        if refusal is None:
            return redirect("bundle_version", version_id=version_id)
        problems = refusal.by_field
    view = queries.get_version(version_id=version_id, actor=actor_of(request), at=clock.now())
    context = {"view": view, "problems": problems, "typed": request.POST, "today": clock.today()}
    return render(request, "staff/bundles/version.html", context, status=422 if problems else 200)


def _settle(request: HttpRequest, version_id: int) -> Any:
    opinion, answer = request.POST.get("opinion", ""), request.POST.get("answer", "")
    if answer not in ("publish", "send_back"):
        raise InvalidInput({"answer": "请选择发布或者退回。"})
    if answer == "send_back":
        return operations.send_back_bundle(version_id=version_id, opinion=opinion, **who(request))
    day: date = typed_day(request, "valid_from")
    return operations.publish_bundle(version_id=version_id, opinion=opinion, valid_from=day, **who(request))


def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show the clock view of a bundle of which a case lies within the officer's reach; nobody's answers."""
    view = queries.bundle_for_officer(number=number, actor=actor_of(request), at=clock.now())
    context = {"view": view, "case": view.case, "drawing": drawn(view, now=clock.now())}
    return render(request, "staff/bundles/case.html", context)

"""The catalogue at the desk: items with their state, a version with its faults, and every deed that moves it on."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.catalog import deeds, desk, operations
from onedoor.platform.catalog.loading import read_definition, write_definition
from onedoor.platform.catalog.operations import Subject
from onedoor.platform.catalog.states import Kind
from onedoor.platform.catalog.steps import simulate
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted_day
from onedoor.web.parts.writes import attempt, keyed

BEGINNING = "code: \ntitle: \nline: \n"


def index(request: HttpRequest) -> HttpResponse:
    lines = desk.list_items(actor=actor_of(request), on=clock.today())
    return render(request, "staff/items.html", {"lines": lines})


def item(request: HttpRequest, code: str) -> HttpResponse:
    """One item: its versions, and how the authorities within reach offer it."""
    actor, today = actor_of(request), clock.today()
    versions = desk.item_versions(code=code, actor=actor)
    context = {
        "code": code,
        "title": next((one for one in versions if one.standing(today) == "生效中"), versions[0]).title,
        "versions": [(one, one.standing(today)) for one in versions],
        "offerings": desk.list_offerings(code=code, actor=actor, on=today),
    }
    return render(request, "staff/item.html", context)


@keyed
def draft(request: HttpRequest, code: str = "") -> HttpResponse:
    """Write the next version as YAML; it may be saved with gaps, the version's page lists them."""
    actor = actor_of(request)
    actor.require_one_of("catalog.edit")
    text = BEGINNING
    if code:
        newest = desk.item_versions(code=code, actor=actor)[0]
        text = write_definition(newest.definition)
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        text = request.POST.get("definition", "")

        def perform() -> object:
            definition = read_definition(text, name="草稿")
            return operations.draft_version(item=definition, code=code, actor=actor, at=clock.now())

        saved, refusal = attempt(request, perform)
        if refusal is None:
            return redirect("item_version", code=saved.code, number=saved.version)
        problems, status = refusal.by_field, refusal.http_status
    return render(request, "staff/item_draft.html", {"code": code, "text": text, "problems": problems}, status=status)


@keyed
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    actor, today = actor_of(request), clock.today()
    view = desk.read_version(code=code, number=number, actor=actor, on=today)
    return deed_page(request, view, "staff/item_version.html", {"code": code})


def deed_page(
    request: HttpRequest,
    view: desk.RowView,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Show a version or an offering, or do the deed that was posted; a refusal is told on the page, nothing typed is lost."""
    context |= {"view": view, "row": view.row, "typed": request.POST, "problems": {}, "today": clock.today()}
    context["kinds"] = [(kind.value, kind.label) for kind in view.possible]
    if request.method != "POST":
        return render(request, template, context)

    _, refusal = attempt(request, lambda: _do(request, view.subject))
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, template, context, status=refusal.http_status)
    return redirect(request.path)


def _do(request: HttpRequest, subject: Subject) -> None:
    kind = request.POST.get("deed", "")
    day = {Kind.PUBLISH: "valid_from", Kind.CANCEL: "last_before"}.get(kind)  # type: ignore[call-overload]
    deeds.do(
        kind,
        subject=subject,
        opinion=request.POST.get("opinion", ""),
        day=posted_day(request, day) if day else None,
        actor=actor_of(request),
        at=clock.now(),
    )


def export(request: HttpRequest, code: str, number: int) -> HttpResponse:
    view = desk.read_version(code=code, number=number, actor=actor_of(request), on=clock.today())
    response = HttpResponse(write_definition(view.definition), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-{number}.yaml"'
    return response


def simulation(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Try the version's step table on the cases decided last month; nothing is written."""
    actor = actor_of(request)
    view = desk.read_version(code=code, number=number, actor=actor, on=clock.today())
    first, histories = cases.histories_of_last_month(item_code=code, actor=actor, on=clock.today())
    steps = desk.steps_of(view)
    outcomes = simulate(steps, histories)
    context = {
        "code": code,
        "row": view.row,
        "first": first,
        "steps": steps,
        "outcomes": [one for one in outcomes if one.differs][:200],
        "differing": sum(one.differs for one in outcomes),
        "total": len(outcomes),
        "titles": {step.code: step.title for step in steps},
    }
    return render(request, "staff/item_simulation.html", context)

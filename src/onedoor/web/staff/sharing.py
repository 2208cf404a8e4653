"""Sharing between organs at the desk: what was asked of us and by us, one request with its answer, a use under a grant."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.exchange import operations, queries
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.masks import mask_citizen_id
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled, typed_day, whole
from onedoor.web.parts.writes import attempt, keyed, unkeyed


def index(request: HttpRequest) -> HttpResponse:
    actor, today = actor_of(request), clock.today()
    lines = queries.list_sharing(actor=actor, on=today, before=whole(request.GET, "before", 0))
    context = {
        "lines": [(one, cases.working_days_left(today, one.due_on) if one.due_on else None) for one in lines],
        "next": lines[-1].request.pk if len(lines) == queries.PAGE else None,
        "datasets": queries.datasets_to_ask(actor=actor),
    }
    return render(request, "staff/sharing/index.html", context)


@keyed
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for some fields of a dataset."""
    actor = actor_of(request)
    dataset = next((one for one in queries.datasets_to_ask(actor=actor) if one.code == code), None)
    if dataset is None:
        raise Garbled

    def perform() -> object:
        return operations.request_sharing(
            dataset=code,
            fields=request.POST.getlist("fields"),
            purpose=request.POST.get("purpose", ""),
            legal_basis=request.POST.get("legal_basis", ""),
            until=typed_day(request, "until"),
            actor=actor,
            at=clock.now(),
        )

    problems: Mapping[str, str] = {}
    if request.method == "POST":
        made, refusal = attempt(request, perform)
        if refusal is None:
            return redirect("sharing", number=made.number)
        problems = refusal.by_field
    context = {
        "dataset": dataset,
        "typed": request.POST,
        "picked": request.POST.getlist("fields"),
        "problems": problems,
    }
    return render(request, "staff/sharing/ask.html", context, status=422 if problems else 200)


@keyed
def sharing(request: HttpRequest, number: str) -> HttpResponse:
    """One request: answer it, provide what was granted, revoke it; what was refused is told on the page."""
    actor, today = actor_of(request), clock.today()
    view = queries.get_sharing(number=number, actor=actor, on=today)
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        deed = DEEDS.get(request.POST.get("deed", ""))
        if deed is None:
            raise Garbled
        _, refusal = attempt(request, lambda: deed(request, number))
        if refusal is None:
            return redirect("sharing", number=number)
        problems, status = refusal.by_field, refusal.http_status
    due = view.line.due_on
    context = {
        "view": view,
        "days_left": cases.working_days_left(today, due) if due else None,
        "typed": request.POST,
        "picked": request.POST.getlist("fields") or view.line.request.fields,
        "problems": problems,
    }
    return render(request, "staff/sharing/sharing.html", context, status=status)


def _grant(request: HttpRequest, number: str) -> None:
    operations.grant_sharing(
        number=number,
        fields=request.POST.getlist("fields"),
        last_valid_on=typed_day(request, "last_valid_on"),
        most_a_day=_most(request),
        **_who(request),
    )


def _most(request: HttpRequest) -> int | None:
    text = request.POST.get("most_a_day", "").strip()
    if not text.isascii() or not (text.isdigit() or not text) or len(text) > 6:
        raise InvalidInput({"most_a_day": "每日人数请填整数，不限制的请留空。"})
    return int(text) if text else None


def _refuse(request: HttpRequest, number: str) -> None:
    operations.refuse_sharing(
        number=number, reason=request.POST.get("reason", ""), basis=request.POST.get("basis", ""), **_who(request)
    )


def _provide(request: HttpRequest, number: str) -> None:
    operations.provide_sharing(number=number, **_who(request))


def _revoke(request: HttpRequest, number: str) -> None:
    operations.revoke_grant(number=number, reason=request.POST.get("revoke_reason", ""), **_who(request))


DEEDS: dict[str, Callable[[HttpRequest, str], None]] = {
    "grant": _grant,
    "refuse": _refuse,
    "provide": _provide,
    "revoke": _revoke,
}


@unkeyed("gives data out: each use leaves a record of its own")
def use(request: HttpRequest, number: str) -> HttpResponse:
    """Ask about people under a grant; the answer is shown once and kept nowhere but as a record that it was given."""
    actor = actor_of(request)
    view = queries.get_sharing(number=number, actor=actor, on=clock.today())
    context: dict[str, Any] = {"view": view, "typed": request.POST, "problems": {}}
    status = 200
    if request.method == "POST":
        answer, refusal = attempt(request, lambda: _answer(request, number))
        context |= answer or {}
        if refusal is not None:
            context["problems"], status = refusal.by_field, refusal.http_status
    return render(request, "staff/sharing/use.html", context, status=status)


def _answer(request: HttpRequest, number: str) -> dict[str, Any]:
    answer, people = operations.use_grant(
        number=number,
        business=request.POST.get("business", ""),
        id_numbers=request.POST.get("id_numbers", "").splitlines(),
        **_who(request),
    )
    rows = [(mask_citizen_id(text), answer.rows.get(person, []) if person else []) for text, person in people]
    return {"answer": answer, "rows": rows}


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "at": clock.now()}

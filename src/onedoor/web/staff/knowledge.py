"""Keep the library of policies and answers: write, review, publish, withdraw; what people say instead."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.knowledge import deeds, operations, queries
from onedoor.web.citizen.services import SERVICES
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import optional_day
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.place_names import names_of

DEEDS = {"submit": "送审", "approve": "审核通过并发布", "send_back": "退回修改", "withdraw": "撤下"}


def index(request: HttpRequest) -> HttpResponse:
    actor, flagged = actor_of(request), "flagged" in request.GET
    rows = queries.list_entries(actor=actor, flagged=flagged)
    names = names_of(row.entry.division for row in rows)
    return render(request, "staff/knowledge/index.html", {"rows": rows, "names": names, "flagged": flagged})


@keyed
def new(request: HttpRequest) -> HttpResponse:
    """Write the first version of an entry."""
    typed: Any = request.POST or {"division": actor_of(request).division}
    return _writing(request, "", typed)


@keyed
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change the open draft of an entry, or begin its next version with what the newest one says."""
    versions = queries.versions_of_entry(number=number, actor=actor_of(request))
    if not versions:
        raise queries.EntryNotFound
    return _writing(request, number, request.POST or _as_typed(versions[0]))


def _as_typed(version: Any) -> dict[str, Any]:
    clauses = "\n\n".join(f"{one['title']} {one['text']}".strip() for one in version.clauses)
    days = {name: getattr(version, name) for name in ("issued_on", "valid_from", "valid_to")}
    return {
        "kind": version.entry.kind,
        "line": version.entry.line,
        "division": version.entry.division,
        "title": version.title,
        "organ": version.organ,
        "document_number": version.document_number,
        "clauses": clauses,
        "items": " ".join(one.item_version.code for one in version.items.all()),
        **{name: day.isoformat() if day else "" for name, day in days.items()},
    }


def _writing(request: HttpRequest, number: str, typed: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "number": number,
        "typed": typed,
        "kinds": queries.KINDS,
        "services": SERVICES,
        "typed_place": names_of([str(typed.get("division", ""))]),
        "problems": {},
    }
    if request.method != "POST":
        return render(request, "staff/knowledge/write.html", context)
    made, refusal = attempt(request, lambda: _write(request, number))
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/knowledge/write.html", context, status=refusal.http_status)
    return redirect("staff_entry", version_id=made.pk)


def _write(request: HttpRequest, number: str) -> Any:
    sent = request.POST
    if not number and identity.find_division(sent.get("division", "").strip()) is None:
        raise InvalidInput({"division": "请填写 12 位行政区划代码，全国为 000000000000。"})
    text = operations.Text(
        title=sent.get("title", ""),
        organ=sent.get("organ", ""),
        document_number=sent.get("document_number", ""),
        issued_on=optional_day(request, "issued_on"),
        valid_from=optional_day(request, "valid_from"),
        valid_to=optional_day(request, "valid_to"),
        clauses=operations.clauses_of(sent.get("clauses", "")),
        item_codes=sent.get("items", "").split(),
    )
    return operations.write_entry(
        number=number,
        kind=sent.get("kind", ""),
        line=sent.get("line", ""),
        division=sent.get("division", "").strip(),
        text=text,
        actor=actor_of(request),
        at=clock.now(),
    )


@keyed
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """One version as it would be read, with what may be done to it; another person approves."""
    actor = actor_of(request)
    row = queries.get_entry_version(version_id=version_id, actor=actor)
    possible = queries.deeds_possible(row, actor=actor)
    context: dict[str, Any] = {
        "row": row,
        "entry": row.entry,
        "names": names_of([row.entry.division]),
        "deeds": [(deed, DEEDS[deed]) for deed in possible],
        "others": queries.versions_of_entry(number=row.entry.number, actor=actor),
        "may_write": actor.may(operations.WRITE, division=row.entry.division, line=row.entry.line),
        "typed": request.POST,
        "problems": {},
    }
    if request.method != "POST":
        return render(request, "staff/knowledge/version.html", context)
    _, refusal = attempt(request, lambda: _act(request, version_id))
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/knowledge/version.html", context, status=refusal.http_status)
    return redirect("staff_entry", version_id=version_id)


def _act(request: HttpRequest, version_id: int) -> None:
    deed, opinion = request.POST.get("deed", ""), request.POST.get("opinion", "")
    deeds.do(deed, version_id=version_id, opinion=opinion, actor=actor_of(request), at=clock.now())


@keyed
def synonyms(request: HttpRequest) -> HttpResponse:
    """What people say and what it is called here; a word is added, changed or switched off."""
    actor = actor_of(request)
    context: dict[str, Any] = {"rows": queries.list_synonyms(actor=actor), "typed": request.POST, "problems": {}}
    if request.method != "POST":
        return render(request, "staff/knowledge/synonyms.html", context)

    def perform() -> None:
        meanings = request.POST.get("meanings", "").replace("、", " ").replace("，", " ").split()
        operations.set_synonym(word=request.POST.get("word", ""), meanings=meanings, actor=actor, at=clock.now())

    _, refusal = attempt(request, perform)
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/knowledge/synonyms.html", context, status=refusal.http_status)
    return redirect("synonyms")

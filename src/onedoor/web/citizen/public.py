"""Pages for everybody: check a certificate or receipt, follow a case by its code, public notices and objections."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from onedoor.platform.audit import queries as record
from onedoor.platform.cases import operations, queries
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.certificates import statements
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotFound
from onedoor.web.citizen.places import place_of
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.limits import limited
from onedoor.web.parts.writes import attempt, keyed, unkeyed


@login_not_required
def check_start(request: HttpRequest) -> HttpResponse:
    """Ask for the identifier printed on a certificate."""
    text = request.GET.get("identifier", "").strip()
    if text:
        return redirect("check", token=text)
    return render(request, "citizen/check_start.html", {"parts": statements.status_parts()})


@login_not_required
def check_keys(request: HttpRequest) -> HttpResponse:
    """Publish the keys by which certificates, status lists and files are checked without asking this site."""
    return JsonResponse(statements.published_keys(), headers={"Cache-Control": "public, max-age=3600"})


@login_not_required
def status_list(request: HttpRequest, part: int) -> HttpResponse:
    """Publish the signed statuses of one part of the certificates; nobody may keep it for long."""
    found = statements.status_list(part=part, at=clock.now())
    return JsonResponse(found, headers={"Cache-Control": f"public, max-age={statements.STATUS_MAX_AGE}"})


@login_not_required
@limited("check", most=120)
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Tell whether a certificate or a document is genuine and in force; read from the register each time."""
    found = certificates.verify(token=token, at=clock.now(), actor=actor_of(request))
    if found is not None:
        return render(request, "citizen/check.html", {"found": found})
    paper = queries.verify_document(token=token)
    status = 200 if paper is not None else 404
    context = {"checked": paper, "paper": paper and paper.document, "token": token}
    return render(request, "citizen/check.html", context, status=status)


@login_not_required
@limited("check", most=120)
def recorded(request: HttpRequest, token: str) -> HttpResponse:
    """Show under which number and seal a receipt or decision stands in the sealed record."""
    paper = queries.provable_document(token=token)
    return render(request, "citizen/recorded.html", {"paper": paper, "proof": queries.proof_of(paper), "token": token})


@login_not_required
@limited("check", most=120)
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """Give the proof as a small file that anybody can check without us."""
    found = queries.proof_of(queries.provable_document(token=token))
    if found is None:
        raise NotFound
    response = HttpResponse(record.proof_json(found), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="onedoor-proof-{found.number}.json"'
    return response


@login_not_required
@limited("progress", most=30, methods=("POST",))
@unkeyed("reads; a POST keeps the query code out of the address")
def progress(request: HttpRequest) -> HttpResponse:
    """Show the state of a case to whoever holds its query code and the applicant's last four characters."""
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            found = queries.progress_by_code(
                query_code=request.POST.get("query_code", ""), last_four=request.POST.get("last_four", "")
            )
            context = {
                "case": found,
                "clocks": queries.clocks_of(found, at=clock.now()),
                "holder": queries.holder_of(found),
            }
        except NotFound as refusal:
            refusals.record(request, refusal)
            context, status = {"problem": "查询码或证件号后四位不对，请核对收件凭证后重新填写。"}, 404
    return render(request, "citizen/progress.html", context, status=status)


@login_not_required
def notices(request: HttpRequest) -> HttpResponse:
    place = place_of(request)
    ranges = identity.subtree_range(place.code, on=clock.today())
    found = queries.public_notices(divisions=ranges, on=clock.today())
    return render(request, "citizen/notices.html", {"notices": found, "place": place})


@login_not_required
@limited("objection", most=30, methods=("POST",))
@keyed
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Show one notice and take an objection against it, with or without a name."""
    found = queries.public_notice(notice_id=notice_id, on=clock.today())
    context: dict[str, Any] = {"notice": found}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _object(request, notice_id))
        context["done"] = refusal is None
        if refusal is not None:
            context |= {"problem": "；".join(refusal.by_field.values()), "text": request.POST.get("text", "")}
            status = 422
    return render(request, "citizen/notice.html", context, status=status)


def _object(request: HttpRequest, notice_id: int) -> object:
    return operations.raise_objection(
        notice_id=notice_id,
        text=request.POST.get("text", ""),
        contact=request.POST.get("contact", ""),
        actor=actor_of(request),
        at=clock.now(),
    )

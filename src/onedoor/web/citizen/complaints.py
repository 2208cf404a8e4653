"""投诉举报: filed with or without a log-in, followed by a code that is told once."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from onedoor.platform.feedback import operations, queries, rules
from onedoor.platform.files.posted import require_room
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.citizen.places import place_of
from onedoor.web.parts import dictating
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.arrivals import COMPLAINT_KEY
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.limits import limited
from onedoor.web.parts.refusals import names_nobody
from onedoor.web.parts.writes import attempt, keyed, unkeyed

KINDS = (
    ("complaint", "投诉", "对办事、服务不满意", rules.CATEGORIES),
    ("report", "举报", "骗取救助、非法组织等违法的事", rules.REPORT_CATEGORIES),
)


@login_not_required
@limited("complaint", most=20, methods=("POST",))
@keyed
@names_nobody
def complain(request: HttpRequest) -> HttpResponse:
    """Take a complaint or a report from anybody."""
    place = place_of(request)
    context: dict[str, Any] = {
        "kinds": KINDS,
        "organs": queries.organs_of_place(chain=identity.chain(place.code), on=clock.today()),
        "place": place,
        "typed": request.POST,
        "named": request.POST.get("named") == "yes",
    }
    status = 200
    if dictating.is_spoken(request):
        # Who complains may stay unknown, so nobody is named as the one who has spoken either.
        said = dictating.spoken(request, purpose="complaint", into="text", actor=actor_of(request).unnamed())
        context |= {"typed": said.typed, "heard": said.heard, "problems": said.problems}
        return render(request, "citizen/complaints/file.html", context, status=said.status)
    if request.method == "POST":
        filed, refusal = attempt(
            request, lambda: operations.file_complaint(filing=_filing(request), actor=actor_of(request), at=clock.now())
        )
        if refusal is None:
            told = {"complaint": filed.complaint, "code": operations.grouped(filed.code)}
            response = render(request, "citizen/complaints/done.html", told)
            response["Cache-Control"] = "private, no-store"
            return response
        context["problems"], status = refusal.by_field, refusal.http_status
    return render(request, "citizen/complaints/file.html", context, status=status)


def _filing(request: HttpRequest) -> operations.Filing:
    sent = request.POST
    kind, _, category = sent.get("category", "").partition(":")
    return operations.Filing(
        kind=kind,
        category=category,
        organization_id=posted(request, "organization", 0),
        text=sent.get("text", ""),
        about=sent.get("about", ""),
        anonymous=sent.get("named") != "yes",
        name=sent.get("name", ""),
        contact=sent.get("contact", ""),
        may_be_named=sent.get("consent") == "yes",
    )


@login_not_required
@limited("complaint", most=20, methods=("POST",))
@unkeyed("reads; a POST keeps the code out of the address")
@names_nobody
def complaint_track(request: HttpRequest) -> HttpResponse:
    """Show how a complaint stands to whoever holds its code."""
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        code = request.POST.get("code", "")
        context["code"] = code
        try:
            context["complaint"] = found = queries.track(code=code)
            request.session[COMPLAINT_KEY] = found.id  # what lets this browser bring papers for it
        except operations.ComplaintNotFound:
            context["problem"], status = "没有找到这个查询码，请核对 12 位数字后重新填写。", 404
    response = render(request, "citizen/complaints/track.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_not_required
@limited("complaint", most=20)
@keyed
@names_nobody
def complaint_answer(request: HttpRequest) -> HttpResponse:
    """Answer a question by the code, or say whether it is resolved."""
    code = request.POST.get("code", "")
    _, refusal = attempt(request, lambda: answered(request, code=code))
    context: dict[str, Any] = {"code": code, "typed": request.POST}
    if refusal is not None:
        context["problems"] = refusal.by_field
        if isinstance(refusal, operations.ComplaintNotFound):
            return render(request, "citizen/complaints/track.html", {"problem": str(refusal)}, status=404)
    context["complaint"] = queries.track(code=code)
    status = 200 if refusal is None else refusal.http_status
    response = render(request, "citizen/complaints/track.html", {**context, "done": refusal is None}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def answered(request: HttpRequest, **whose: str) -> object:
    """Do what the form of a complaint or ticket asks for: `whose` is its code, or the number of a ticket of one's own."""
    sent = request.POST
    by: dict[str, Any] = {**whose, "actor": actor_of(request), "at": clock.now()}
    if sent.get("act") == "paper":
        return _add_paper(request, by)
    by["text"] = sent.get("text", "")
    if sent.get("act") == "resolved":
        return operations.say_resolved(resolved=sent.get("resolved", ""), **by)
    if sent.get("act") == "drop":
        return operations.drop_ticket(**by)
    return operations.answer_question(**by)


def _add_paper(request: HttpRequest, by: dict[str, Any]) -> object:
    require_room(request)
    file = request.FILES.get("paper")
    if file is None:
        raise InvalidInput({"paper": "请选择照片或者 PDF。"})
    return operations.add_complaint_paper(content=file, **by)

"""投诉举报 and 办不成事 at the desk: the organ above handles, the unit asked explains, named posts see reports."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.feedback import operations, queries, rules
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled, posted, whole
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.performing import who

LISTS = {"complaint": "complaints", "report": "reports", "ticket": "unsolved_list"}


def complaints(request: HttpRequest) -> HttpResponse:
    """List the complaints the officer's organ has to handle."""
    closed, actor = request.GET.get("closed") == "1", actor_of(request)
    before = whole(request.GET, "before", 0)
    rows = queries.list_complaints(actor=actor, on=clock.today(), closed=closed, before=before)
    return _list(request, rows, closed, "投诉")


def unsolved(request: HttpRequest) -> HttpResponse:
    """List what people could not get done and the officer's organ has to see to."""
    closed, actor = request.GET.get("closed") == "1", actor_of(request)
    before = whole(request.GET, "before", 0)
    rows = queries.list_tickets(actor=actor, on=clock.today(), closed=closed, before=before)
    return _list(request, rows, closed, "办不成事")


def reports(request: HttpRequest) -> HttpResponse:
    """List the reports, for a post that is named for them; the look is recorded."""
    closed, before = request.GET.get("closed") == "1", whole(request.GET, "before", 0)
    rows = queries.list_reports(actor=actor_of(request), at=clock.now(), closed=closed, before=before)
    return _list(request, rows, closed, "举报")


def _list(request: HttpRequest, rows: list[queries.ListedComplaint], closed: bool, title: str) -> HttpResponse:
    older = rows[-1].id if closed and len(rows) == queries.PAGE else None
    context = {"rows": rows, "closed": closed, "older": older, "title": title}
    context["may_see_reports"] = queries.is_named(actor_of(request))
    response = render(request, "staff/complaints/list.html", context)
    response["Cache-Control"] = "no-store"
    return response


@keyed
def complaint(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """One complaint or report, and what can be done about it now."""
    problems: Mapping[str, str] = {}
    status = 200
    actor = actor_of(request)
    if request.method == "POST":
        done, refusal = attempt(request, lambda: _act(request, complaint_id))
        if refusal is None:
            if request.POST.get("act") in ("transfer", "recuse", "close"):  # it may not be for this officer any more
                return redirect(LISTS[getattr(done, "kind", "complaint")])
            return redirect("complaint", complaint_id=complaint_id)
        problems, status = refusal.by_field, refusal.http_status
    found = queries.get_complaint(complaint_id=complaint_id, actor=actor, at=clock.now())
    context = {
        "complaint": found,
        "problems": problems,
        "typed": request.POST,
        "reasons": rules.NOT_ACCEPTED.items(),
        "outcomes": rules.TICKET_OUTCOMES.items(),
        "back": LISTS[found.listed.kind],
        "organs": queries.organs_of_place(chain=identity.chain(actor.division or identity.NATION), on=clock.today()),
    }
    response = render(request, "staff/complaints/one.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _act(request: HttpRequest, complaint_id: int) -> object:
    sent = request.POST
    about: dict[str, Any] = {"complaint_id": complaint_id, **who(request)}
    note = sent.get("note", "")
    acts: dict[str, Callable[[], object]] = {
        "accept": lambda: operations.accept_complaint(**about),
        "decline": lambda: operations.decline_complaint(reason=sent.get("reason", ""), note=note, **about),
        "ask": lambda: operations.ask_complainant(note=note, **about),
        "go_on": lambda: operations.go_on_unanswered(**about),
        "transfer": lambda: operations.transfer_complaint(
            organization_id=posted(request, "organization", 0), note=note, **about
        ),
        "recuse": lambda: operations.recuse_officer(username=sent.get("username", ""), **about),
        "ask_unit": lambda: operations.ask_unit(question=sent.get("question", ""), **about),
        "reply": lambda: operations.reply_to_complaint(note=note, evidence=sent.get("evidence", ""), **about),
        "settle": lambda: operations.settle_ticket(
            outcome=sent.get("outcome", ""),
            note=note,
            law=sent.get("law", ""),
            otherwise=sent.get("otherwise", ""),
            **about,
        ),
        "close": lambda: operations.close_complaint(**about),
    }
    if sent.get("act", "") not in acts:
        raise Garbled
    return acts[sent["act"]]()


def inquiries(request: HttpRequest) -> HttpResponse:
    """List what the officer's own organ is asked to explain."""
    rows = queries.list_inquiries(actor=actor_of(request), on=clock.today())
    return render(request, "staff/complaints/inquiries.html", {"rows": rows})


@keyed
def inquiry(request: HttpRequest, inquiry_id: int) -> HttpResponse:
    """What the own organ is asked, and its explanation."""
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        _, refusal = attempt(
            request, lambda: operations.answer_inquiry(inquiry_id=inquiry_id, answer=answer, **who(request))
        )
        if refusal is None:
            return redirect("inquiries")
        problems, status = refusal.by_field, refusal.http_status
    row = queries.get_inquiry(inquiry_id=inquiry_id, actor=actor_of(request), on=clock.today())
    context = {"row": row, "problems": problems, "typed": request.POST}
    return render(request, "staff/complaints/inquiry.html", context, status=status)


@keyed
def report_access(request: HttpRequest) -> HttpResponse:
    """The security administrator names the posts that may see reports, one by one."""
    actor = actor_of(request)
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _change_access(request))
        if refusal is None:
            return redirect("report_access")
        problems, status = refusal.by_field, refusal.http_status
    context = {
        "rows": queries.report_posts(actor=actor),
        "posts": queries.posts_to_name(actor=actor, on=clock.today()),
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "staff/complaints/access.html", context, status=status)


def _change_access(request: HttpRequest) -> object:
    if request.POST.get("end"):
        return operations.end_report_access(access_id=posted(request, "end"), **who(request))
    reason = request.POST.get("reason", "")
    return operations.name_post(post_id=posted(request, "post", 0), reason=reason, **who(request))

"""The workbench: what waits, and a case in three parts."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.bundles import queries as bundles
from onedoor.platform.cases import drawing, handlers, queries
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages import queries as messages
from onedoor.platform.payments import queries as payments
from onedoor.platform.visits import queries as visits
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import POST_KEY, actor_of
from onedoor.web.parts.papers import pdf_response
from onedoor.web.parts.writes import unkeyed


@unkeyed("writes to the session only")
def choose_post(request: HttpRequest) -> HttpResponse:
    """Choose which of one's posts to work under."""
    posts = identity.posts_of(login_id=actor_of(request).require_login(), on=clock.today())
    if request.method == "POST":
        chosen = next((post for post in posts if str(post.pk) == request.POST.get("post")), None)
        if chosen is not None:
            request.session[POST_KEY] = chosen.pk
            return redirect("worklist")
    return render(request, "staff/choose_post.html", {"posts": posts})


def case(request: HttpRequest, number: str) -> HttpResponse:
    """A case in three parts: the people, the matter, the clock with what can be done now."""
    actor = actor_of(request)
    found = queries.get_visible_case(number=number, actor=actor, at=clock.now(), on=clock.today(), shown=True)
    return render(request, "staff/case.html", _case_context(found, actor))


@unkeyed("a look: each is recorded with its purpose")
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the chosen masked answers for a purpose, on this page and this once."""
    actor = actor_of(request)
    if request.method != "POST":
        return redirect("staff_case", number=number)
    found = queries.get_visible_case(number=number, actor=actor, at=clock.now(), on=clock.today(), shown=True)
    context, status = _case_context(found, actor), 200
    chosen = request.POST.getlist("fields")
    try:
        context["sections"] = queries.reveal(
            case=found,
            fields=chosen,
            purpose=request.POST.get("purpose", ""),
            note=request.POST.get("note", ""),
            actor=actor,
            at=clock.now(),
        )
        context |= {"revealed": True, "papers": _papers(found, context["owed"], shown=chosen)}
    except InvalidInput as refusal:
        refusals.record(request, refusal)
        context |= {"reveal_problems": refusal.problems, "chosen": chosen, "typed": request.POST}
        status = refusal.http_status
    response = render(request, "staff/case.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _papers(found: queries.Case, owed: Any, *, shown: Collection[str] = ()) -> list[queries.CasePaper]:
    """Return the papers of a case, each with what was seen on it beside what was declared."""
    papers = queries.materials_of(found)
    return queries.papers_of_case(papers, left=owed, read=queries.seen_on_case(found, papers, shown=shown))


def _case_context(found: queries.Case, actor: Actor) -> dict[str, Any]:
    handler = handlers.for_item(found.item_code)
    owed = queries.owed_of(found, at=clock.now())
    return {
        "sees_fees": payments.sees_fees(found, actor=actor),
        "case": found,
        "place": getattr(found, "place_name", ""),
        "opinion": queries.ward_opinion(found),
        "item": found.item_version.item,
        "people": queries.people_of(found),
        "signed_together": queries.signatures_of_case(found),
        "sections": queries.declared_sections(found),
        "maskable": queries.fields_to_reveal(found)
        if actor.may("cases.view", division=found.division, line=found.line)
        else [],
        "purposes": queries.PURPOSES,
        "papers": _papers(found, owed),
        "owed": owed,
        "commitments": queries.commitments_on(found, on=clock.today()),
        "tolerances": queries.tolerances_of(found),
        "today": clock.today(),
        "may_check": actor.may("cases.accept", division=found.division, line=found.line),
        "ended_certificates": queries.ended_certificates(found, at=clock.now()),
        "twins": queries.twins_of(found, actor=actor),
        "conflicts": queries.conflicts_of(found, actor=actor),
        "panels": handler.panels(found, actor) if handler.panels else [],
        "visits": visits.visits_of(found),
        "bundled": bundles.bundle_of_case(case=found),
        "notices": queries.notices_of(found),
        "timeline": queries.timeline(found, for_citizen=False),
        "clocks": queries.clocks_of(found, at=clock.now()),
        "pauses": queries.pauses_of(found),
        "documents": queries.documents_of(found),
        "told": messages.notices_of_case(case_number=found.number, actor=actor),
        "heads": actor.may("cases.decide", division=found.deciding_organization.division_id, line=found.line)
        and not found.is_ended
        and found.decided_at is None,
        "may_extend": queries.may_extend(case=found, actor=actor, on=clock.today()),
        "actions": queries.possible_actions(case=found, actor=actor),
        "proceedings": queries.proceedings_of(found, actor=actor),
        "duties": queries.duty_counts(actor=actor),
    }


def document(request: HttpRequest, number: str, document_id: int) -> HttpResponse:
    found = queries.get_visible_case(number=number, actor=actor_of(request), at=clock.now(), on=clock.today())
    paper = queries.get_document(found, document_id=document_id)
    return pdf_response(drawing.document_pdf(paper), f"{paper.title}.pdf")

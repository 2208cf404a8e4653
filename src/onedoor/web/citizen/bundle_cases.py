"""A bundle that is being filled in or has been submitted: its way, its receipt, one clock for all members, its results."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.bundles import operations, queries
from onedoor.platform.bundles.queries import BundleView
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.bundles import drawn
from onedoor.web.parts.writes import attempt, keyed


def _submitted(request: HttpRequest, bundle_id: UUID) -> BundleView:
    return queries.my_bundle(bundle_id=bundle_id, actor=actor_of(request), at=clock.now())


@keyed
def bundle_case(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Show the way through a bundle, or, once it is submitted, how all of it stands; note what was done at the window."""
    way = queries.choosing(bundle_id=bundle_id, actor=actor_of(request), at=clock.now())
    if way.case.submitted_at is None:
        return render(request, "citizen/bundles/overview.html", {"way": way, "case": way.case})
    problem = ""
    if request.method == "POST":
        member = request.POST.get("reported", "")
        _, refusal = attempt(
            request,
            lambda: operations.report_member(
                bundle_id=bundle_id, member=member, actor=actor_of(request), at=clock.now()
            ),
        )
        if refusal is None:
            return redirect("bundle_case", bundle_id=bundle_id)
        problem = str(refusal)
    view = _submitted(request, bundle_id)
    context = {"view": view, "case": view.case, "drawing": drawn(view, now=clock.now()), "problem": problem}
    return render(request, "citizen/bundles/case.html", context, status=409 if problem else 200)


def receipt(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    view = _submitted(request, bundle_id)
    return render(request, "citizen/bundles/receipt.html", {"view": view, "case": view.case})


def results(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Show what came of every member on one page, with each decision and certificate."""
    view = _submitted(request, bundle_id)
    return render(request, "citizen/bundles/results.html", {"view": view, "case": view.case})


@keyed
def cancel(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Ask once more, then give up what can still be given up."""
    view = _submitted(request, bundle_id)
    problem = ""
    if request.method == "POST":
        _, refusal = attempt(
            request,
            lambda: operations.cancel_bundle(bundle_id=bundle_id, actor=actor_of(request), at=clock.now()),
        )
        if refusal is None:
            return redirect("bundle_case", bundle_id=bundle_id)
        problem = str(refusal)
    context = {"view": view, "case": view.case, "problem": problem}
    return render(request, "citizen/bundles/cancel.html", context, status=409 if problem else 200)

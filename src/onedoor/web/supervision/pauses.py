"""Pauses as the supervisor sees them: how often, how long, by which organ and officer; every figure opens its cases."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.supervision import queries
from onedoor.standards.masks import mask_name
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import whole
from onedoor.web.supervision.views import PAGE, place_of


def figures(request: HttpRequest) -> HttpResponse:
    """The share of cases with pauses and their average length: the whole reach, by organ, by officer."""
    within, span = place_of(request), _span(request)
    found = queries.pauses(actor=actor_of(request), at=clock.now(), within=within, span=span)
    context = {
        "figures": found,
        "within": identity.division(within) if within else None,
        "span": span,
        "spans": queries.SPANS,
        "accepted": _rows(within, span, accepted="1"),
        "paused": _rows(within, span),
        "organs": [
            {
                "organ": one,
                "accepted": _rows(within, span, organ=one.organ, accepted="1"),
                "paused": _rows(within, span, organ=one.organ),
            }
            for one in found.organs
        ],
        "officers": [{"officer": one, "rows": _rows(within, span, officer=one.officer)} for one in found.officers],
    }
    return render(request, "supervision/pauses.html", context)


def cases(request: HttpRequest) -> HttpResponse:
    """The cases behind a figure, each with the times it stood still."""
    within, span = place_of(request), _span(request)
    chosen = {name: whole(request.GET, name, 0) for name in ("organ", "officer")}
    accepted = request.GET.get("accepted", "") == "1"
    found = queries.paused_cases(
        actor=actor_of(request),
        at=clock.now(),
        within=within,
        span=span,
        all_accepted=accepted,
        before=whole(request.GET, "before", 0),
        most=PAGE,
        **chosen,
    )
    following = {**chosen, "accepted": "1" if accepted else "", "before": found[-1].pk} if len(found) == PAGE else {}
    context = {
        "back": f"{reverse('pauses')}?{urlencode({'within': within, 'span': span})}",
        "accepted": accepted,
        "rows": [{"case": case, "applicant": mask_name(case.applicant.name)} for case in found],
        "next": _rows(within, span, **following) if following else "",
    }
    return render(request, "supervision/paused_cases.html", context)


def _span(request: HttpRequest) -> int:
    asked = whole(request.GET, "span", queries.SPANS[1])
    return asked if asked in queries.SPANS else queries.SPANS[1]


def _rows(within: str, span: int, **chosen: Any) -> str:
    asked = {"within": within, "span": span, **chosen}
    return f"{reverse('paused_cases')}?{urlencode({name: value for name, value in asked.items() if value})}"

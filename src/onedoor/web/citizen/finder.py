"""我能享受什么: one page of questions, each of which may be left open, and what the items' own rules say to them."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.kernel import clock
from onedoor.platform.knowledge import queries
from onedoor.web.citizen.places import place_of
from onedoor.web.parts.writes import unkeyed


@login_not_required
@unkeyed("answers and stores nothing")
def finder(request: HttpRequest) -> HttpResponse:
    """Ask, and answer on the same page with the answers still there to be changed."""
    place, on = place_of(request), clock.today()
    found = queries.finder_questions(chain=place.chain, on=on)
    context: dict[str, Any] = {"place": place}
    if found.section is None:
        return render(request, "citizen/finder.html", {**context, "prospects": []})
    answers: dict[str, Any] = {}
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    if request.method == "POST":
        cleaned = read_section(found.section, request.POST, known={})
        answers, typed, problems = dict(cleaned.answers), dict(cleaned.typed), dict(cleaned.problems)
        if not problems:
            context["prospects"] = queries.prospects(found=found, answers=answers, chain=place.chain, on=on)
    context["fields"] = bind_section(found.section, answers=answers, typed=typed, problems=problems, known={})
    context["problems"] = problems
    return render(request, "citizen/finder.html", context, status=422 if problems else 200)

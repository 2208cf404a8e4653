"""好差评 for whoever supervises: the figures of a month by organ, and the ratings behind each."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from onedoor.platform.feedback import queries, rules
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import whole


def figures(request: HttpRequest) -> HttpResponse:
    """The organs within reach, the worst first; every figure leads to its ratings."""
    on = clock.today()
    month = request.GET.get("month") or f"{on:%Y-%m}"
    found = queries.rating_figures(actor=actor_of(request), month=month, on=on)
    total = rules.sum_of(found)
    context = {
        "month": month,
        "months": [f"{on:%Y-%m}", *queries.months_published(on)],
        "total": total,
        "organs": [
            {"organ": one, "all": _rows(month, organ=one.organ), "bad": _rows(month, organ=one.organ, bad=1)}
            for one in found
        ],
        "all": _rows(month),
        "bad": _rows(month, bad=1),
        "policy": _rows(month, policy=1),
    }
    return render(request, "supervision/ratings.html", context)


def rows(request: HttpRequest) -> HttpResponse:
    """The ratings behind a figure, without anybody in them."""
    asked = request.GET
    month = asked.get("month") or f"{clock.today():%Y-%m}"
    found = queries.ratings_behind(
        actor=actor_of(request),
        month=month,
        organ=whole(asked, "organ", 0),
        bad=asked.get("bad") == "1",
        policy=asked.get("policy") == "1",
        on=clock.today(),
        before=whole(asked, "before", 0),
    )
    following = {name: asked[name] for name in ("month", "organ", "bad", "policy") if name in asked}
    more = found[-1].id if len(found) == queries.RATINGS_PAGE else None
    context = {"rows": found, "month": month, "stars": rules.LEVELS}
    context["next"] = f"?{urlencode({**following, 'before': more})}" if more else ""
    return render(request, "supervision/rating_rows.html", context)


def _rows(month: str, **narrowed: int) -> str:
    return f"{reverse('rating_rows_behind')}?{urlencode({'month': month, **narrowed})}"

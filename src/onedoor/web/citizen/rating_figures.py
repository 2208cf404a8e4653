"""各单位的评价: the public figures of a finished month, with charts, and the rows they are computed from."""

import csv
from io import StringIO

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onedoor.platform.feedback import queries, rules
from onedoor.platform.kernel import clock
from onedoor.web.citizen.places import place_of
from onedoor.web.parts.charts import bars


@login_not_required
def ratings(request: HttpRequest) -> HttpResponse:
    """Show a month: satisfaction by organ, how people rated, how bad ratings were handled, what was said."""
    months = queries.months_published(clock.today())
    month = request.GET.get("month") or months[0]
    place = place_of(request)
    found = queries.public_month(month=month, place=place.code, on=clock.today())
    levels = found.total.by_level if found.total else ()
    context = {
        "found": found,
        "months": months,
        "place": place,
        "organs": [(one, round(one.satisfaction or 0.0, 1)) for one in found.figures],
        "levels": list(zip(rules.LEVELS.values(), levels, bars(levels), strict=True)) if levels else [],
    }
    return render(request, "citizen/ratings/figures.html", context)


@login_not_required
def rating_rows(request: HttpRequest) -> HttpResponse:
    """Give the rows behind a month as CSV, so that anybody can compute the figures again."""
    month = request.GET.get("month") or queries.months_published(clock.today())[0]
    rows = queries.public_rows(month=month, place=place_of(request).code, on=clock.today())
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["organ_name", *queries.ROW_FIELDS])
    for row in rows:
        writer.writerow([row.organ_name, *(getattr(row, name) for name in queries.ROW_FIELDS)])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ratings-{month}.csv"'
    return response

"""Settle a difference between what was declared and what a department found."""

from django.http import HttpRequest, HttpResponse

from onedoor.services.assistance import operations
from onedoor.services.assistance import queries as assistance
from onedoor.web.parts.writes import keyed
from onedoor.web.staff import performing


@keyed
def difference(request: HttpRequest, number: str) -> HttpResponse:
    case = performing.case_of(request, number)
    key = request.POST.get("key") or request.GET.get("key") or ""
    found = assistance.difference_of(case, key=key)

    def perform() -> None:
        operations.settle_difference(
            difference_id=found.pk,
            settled=request.POST.get("settled", ""),
            reason=request.POST.get("reason", ""),
            **performing.who(request),
        )

    return performing.perform(request, case, "staff/assistance/difference.html", perform, {"difference": found})

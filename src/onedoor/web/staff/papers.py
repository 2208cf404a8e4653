"""What an officer does about the papers of a case."""

from django.http import HttpRequest, HttpResponse

from onedoor.platform.cases import operations, queries
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import typed_day
from onedoor.web.parts.writes import keyed
from onedoor.web.staff.performing import case_of, perform, who


@keyed
def check_original(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Compare an uploaded paper with the original the person has brought."""
    found = case_of(request, number)
    actor_of(request).require("cases.accept", division=found.division, line=found.line)
    papers = queries.current_papers(found, code=code)

    def write() -> object:
        if request.POST.get("agrees") != "yes":
            raise InvalidInput({"agrees": "请确认看过原件，并且与上传件一致。不一致的，请一次性告知补正。"})
        until = typed_day(request, "valid_until") if request.POST.get("valid_until", "").strip() else None
        return operations.check_original(case_id=found.pk, material=code, valid_until=until, **who(request))

    return perform(request, found, "staff/check_original.html", write, {"papers": papers})

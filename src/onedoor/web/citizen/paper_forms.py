"""The form on paper: print it blank or with what is filled in, and hand in its scan, which finds its application by the code."""

from functools import wraps
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.cases import operations, queries
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.files.posted import require_room
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.web.citizen.places import place_of
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.papers import pdf_response
from onedoor.web.parts.writes import View, attempt, keyed

EARLIER = "form=earlier"  # in the address of the draft: the form was of an earlier version than the draft
READ = "code_read"  # on the request: the code that stands on the scan


@login_not_required
def blank(request: HttpRequest, code: str) -> HttpResponse:
    """Print the blank form of the version in force, as it is offered at the chosen place."""
    guide = catalog.read_guide(code=code, chain=place_of(request).chain, on=clock.today())
    return pdf_response(queries.blank_form(guide), f"{guide.item.title}申请表.pdf")


def of_draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Print the form with what is filled in so far, to be completed and signed by hand."""
    draft = queries.get_draft(draft_id=draft_id, actor=actor_of(request), on=clock.today())
    return pdf_response(queries.form_of_draft(draft), f"{draft.item_version.title}申请表.pdf")


def _reads_first(view: View) -> View:
    """Read the code on a scan before the write and its transaction begin: it takes seconds, and nobody waits for it."""

    @wraps(view)
    def reading(request: HttpRequest) -> HttpResponse:
        scan = request.FILES.get("scan") if request.method == "POST" else None
        code = None
        if scan is not None and not _typed(request).strip():
            code = queries.code_on_scan(scan, login=actor_of(request).login_id, at=clock.wall())
        vars(request)[READ] = code
        return view(request)

    return reading


def _typed(request: HttpRequest) -> str:
    return request.POST.get("code", "") or request.GET.get("code", "")


@_reads_first
@keyed
def hand_in(request: HttpRequest) -> HttpResponse:
    """Take the scan or photo of a form filled in by hand and go to its application."""
    problems: dict[str, str] = {}
    typed = _typed(request)
    if request.method == "POST":
        require_room(request)
        scan = request.FILES.get("scan")

        def take() -> queries.Draft:
            if scan is None:
                raise InvalidInput({"scan": "请先拍照或选择填好的表。"})
            return operations.take_paper_form(
                content=scan.read(),
                name=scan.name or "",
                typed=typed,
                read=vars(request)[READ],
                actor=actor_of(request),
                at=clock.now(),
            )

        draft, refusal = attempt(request, take)
        if refusal is None:
            earlier = queries.is_earlier_form(draft, typed=typed, read=vars(request)[READ])
            return redirect(reverse("draft", args=[draft.pk]) + (f"?{EARLIER}" if earlier else ""))
        problems = _told(refusal)
    context = {"code": typed, "problems": problems}
    return render(request, "citizen/paper_form.html", context, status=422 if problems else 200)


def _told(refusal: OneDoorError) -> dict[str, str]:
    return dict(refusal.problems) if isinstance(refusal, InvalidInput) else {"scan": str(refusal)}

"""Follow a case: receipt, undo, timeline, missing papers, documents."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from onedoor.platform.bundles import queries as bundles
from onedoor.platform.cases import drawing, operations, queries
from onedoor.platform.cases.queries import Case
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.certificates.faces import face_pdf
from onedoor.platform.feedback import queries as feedback
from onedoor.platform.files import queries as files
from onedoor.platform.kernel import clock
from onedoor.platform.payments import queries as payments
from onedoor.web.citizen.uploads import attach_posted, end_uploads, has_files, uploaded, uploading
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.papers import pdf_response
from onedoor.web.parts.writes import attempt, has_written, keyed


def _case(request: HttpRequest, number: str, *, shown: bool = False) -> Case:
    return queries.get_visible_case(
        number=number, actor=actor_of(request), at=clock.now(), on=clock.today(), shown=shown
    )


def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show where the case is, who has it, by when, and what the person must do now, first."""
    found = _case(request, number, shown=True)
    owed = queries.owed_of(found, at=clock.now())
    proceedings = queries.proceedings_of(found, actor=actor_of(request))
    context = {
        "case": found,
        "decided": queries.decided(found, taken_back=any(link.takes_back for link in proceedings.links)),
        "timeline": queries.timeline(found, for_citizen=True),
        "road": queries.road(found),
        "clocks": queries.clocks_of(found, at=clock.now()),
        "pauses": queries.pauses_of(found),
        "bundled": bundles.bundle_of_case(case=found),
        "holder": queries.holder_of(found),
        "documents": queries.documents_of(found),
        "certificates": certificates.certificates_of_case(case_number=found.number),
        "can_undo": found.state == "submitted" and clock.now() < found.undo_until,
        "asked": queries.asked_papers(found),
        "papers": queries.papers_of_case(queries.materials_of(found), left=owed),
        "owed": owed,
        "commitments": queries.commitments_on(found, on=clock.today()),
        "proceedings": proceedings,
        "signed_together": queries.signatures_of_case(found),
        "conflicts": queries.conflicts_of(found, actor=actor_of(request)),
        "ratings": feedback.offers_of(found, actor=actor_of(request), on=clock.today()),
        "fees": payments.fees_of_case(found, actor=actor_of(request)),
        "today": clock.today(),
    }
    return render(request, "citizen/case.html", context)


def submitted(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt: number, QR, what happens next with dates, ten minutes to undo."""
    found = _case(request, number)
    receipt = queries.receipt_of(found)
    context = {
        "case": found,
        "receipt": receipt,
        "qr": drawing.document_qr(receipt),
        "can_undo": found.state == "submitted" and clock.now() < found.undo_until,
    }
    return render(request, "citizen/submitted.html", context)


@require_POST
@keyed
def hand_in(request: HttpRequest, number: str) -> HttpResponse:
    operations.hand_in_case(case_id=_case(request, number).pk, **_who(request))
    return redirect("case", number=number)


@require_POST
@keyed
def undo(request: HttpRequest, number: str) -> HttpResponse:
    draft = operations.undo_submission(case_id=_case(request, number).pk, **_who(request))
    return redirect("draft_review", draft_id=draft.pk)


@keyed
def supplement(request: HttpRequest, number: str) -> HttpResponse:
    """Give the papers that were asked for, then hand them in together."""
    found = _case(request, number)
    problem = ""
    if request.method == "POST":
        problem = _supply(request, found)
        if not problem:
            return redirect("case" if "hand_in" in request.POST else "supplement", number=number)
    context = {
        "case": found,
        "asked": queries.asked_papers(found),
        "clocks": queries.clocks_of(found, at=clock.now()),
        "notice": queries.latest_document(found, "supplement"),
        "problem": problem,
        **_uploading(request, found),
    }
    page = render(request, "citizen/supplement.html", context, status=422 if problem else 200)
    return has_written(page) if has_files(request) else page


def _supply(request: HttpRequest, found: Case) -> str:
    """Attach what was chosen and hand it in when that was asked; return the sentence of a refusal, or nothing."""
    problem = attach_posted(request, case_id=found.pk)
    if problem or "hand_in" not in request.POST:
        return problem
    _, refusal = attempt(request, lambda: operations.supply_supplement(case_id=found.pk, **_who(request)))
    return str(refusal or "")


@keyed
def papers_owed(request: HttpRequest, number: str) -> HttpResponse:
    """Hand in what the case still waits for, or one's own paper in place of a certificate, without being asked."""
    found = _case(request, number)
    problem = ""
    if request.method == "POST":
        code = request.POST.get("give", "")
        _, refusal = attempt(
            request,
            lambda: operations.give_papers(
                case_id=found.pk, material=code, contents=uploaded(request, code), **_who(request)
            ),
        )
        end_uploads(request, code, refusal)
        if refusal is None:
            return redirect("case", number=number)
        problem = " ".join(refusal.by_field.values())
    open_papers = queries.open_papers(found, at=clock.now())
    context = {"case": found, "open": open_papers, "problem": problem, **_uploading(request, found)}
    return render(request, "citizen/papers_owed.html", context, status=422 if problem else 200)


def _uploading(request: HttpRequest, found: Case) -> dict[str, Any]:
    return uploading(request, found.target, reverse("api-1:api_uploads_begin_for_case", args=[found.number]))


@keyed
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    found = _case(request, number)
    if request.method == "POST":
        operations.withdraw_case(case_id=found.pk, **_who(request))
        return redirect("case", number=number)
    return render(request, "citizen/withdraw.html", {"case": found})


@require_POST
@keyed
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Apply once more with what was declared before."""
    draft = operations.start_again(case_id=_case(request, number).pk, **_who(request))
    return redirect("draft", draft_id=draft.pk)


def document(request: HttpRequest, number: str, document_id: int) -> HttpResponse:
    """Draw a notice or decision as PDF."""
    found = _case(request, number)
    paper = queries.get_document(found, document_id=document_id)
    return pdf_response(drawing.document_pdf(paper), f"{paper.title}.pdf")


def certificate(request: HttpRequest, number: str, certificate_id: int) -> HttpResponse:
    """Draw the certificate of a case as PDF for whoever may follow that case."""
    found = _case(request, number)
    issued = [row for row in certificates.certificates_of_case(case_number=found.number) if row.pk == certificate_id]
    if not issued:
        raise certificates.CertificateNotFound
    return pdf_response(face_pdf(issued[0], viewer=actor_of(request).person_id), f"{issued[0].number}.pdf")


def file(request: HttpRequest, file_id: int) -> FileResponse:
    """Show an uploaded paper to whoever may see the case or draft it belongs to."""
    opened = files.open_file(file_id=file_id, actor=actor_of(request), at=clock.now())
    return FileResponse(opened.content, content_type=opened.media_type, headers=opened.headers)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "at": clock.now()}

"""The certificate officer's pages: the list, one certificate with its history, checks in a batch, imports."""

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.certificates import operations, queries
from onedoor.platform.certificates.faces import face_data, face_pdf
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import whole
from onedoor.web.parts.papers import pdf_response
from onedoor.web.parts.writes import attempt, keyed, unkeyed
from onedoor.web.staff.certificate_lists import read_import_rows, read_references

PAGE = 50


def certificates_list(request: HttpRequest) -> HttpResponse:
    """List the certificates issued within the post's reach, by number or state."""
    actor = actor_of(request)
    number, status = request.GET.get("number", "").strip(), request.GET.get("status", "")
    before = whole(request.GET, "before", 0)
    found = queries.list_certificates(
        actor=actor, at=clock.now(), number=number, status=status, before=before, most=PAGE
    )
    context = {
        "certificates": found,
        "number": number,
        "status": status,
        "statuses": queries.STATUSES,
        "next": found[-1].id if len(found) == PAGE else None,
        "duties": cases.duty_counts(actor=actor),
    }
    return render(request, "staff/certificates/list.html", context)


def certificate(request: HttpRequest, identifier: str) -> HttpResponse:
    """One certificate: its face, what happened to it, and what may be done with it now."""
    actor, at = actor_of(request), clock.now()
    found = queries.get_visible_certificate(identifier=identifier, actor=actor, at=at)
    context = {
        "certificate": found,
        "face": face_data(found),
        "events": queries.history_of(found),
        "alive": found.status in ("01", "02"),
        "may_certify": queries.may_certify(certificate=found, actor=actor),
        "may_stop": queries.may_stop(certificate=found, actor=actor),
        "duties": cases.duty_counts(actor=actor),
    }
    return render(request, "staff/certificates/certificate.html", context)


def certificate_pdf(request: HttpRequest, identifier: str) -> HttpResponse:
    found = queries.get_visible_certificate(identifier=identifier, actor=actor_of(request), at=clock.now())
    return pdf_response(face_pdf(found), f"{found.number}.pdf")


@unkeyed("reads; a POST keeps the list out of the address")
def check_batch(request: HttpRequest) -> HttpResponse:
    """Check up to 1,000 identifiers at once; the answer is a page, or a CSV file without personal data."""
    actor = actor_of(request)
    actor.require_one_of("certificates.view")
    context: dict[str, Any] = {"duties": cases.duty_counts(actor=actor), "most": queries.MOST_IN_A_BATCH}
    if request.method != "POST":
        return render(request, "staff/certificates/check_batch.html", context)
    try:
        references = read_references(request)
        lines = queries.verify_batch(references=references, actor=actor, at=clock.now())
    except OneDoorError as refusal:
        refusals.record(request, refusal)
        context |= {"problems": refusal.by_field, "typed": request.POST.get("references", "")}
        return render(request, "staff/certificates/check_batch.html", context, status=422)
    if "download" in request.POST:
        return _csv(lines)
    context |= {
        "lines": lines,
        "typed": "\n".join(references),
        "good": sum(line.in_force for line in lines),
    }
    return render(request, "staff/certificates/check_batch.html", context)


@keyed
def imports(request: HttpRequest) -> HttpResponse:
    """Import certificates from an archive, and list what was imported and what is quarantined."""
    actor = actor_of(request)
    problems: dict[str, str] = {}
    if request.method == "POST":
        report, refusal = attempt(request, lambda: _import(request))
        if refusal is None:
            return redirect(f"{request.path}?batch={report.batch}")
        problems = refusal.by_field
    batch, state = request.GET.get("batch", ""), request.GET.get("state", "")
    rows = queries.list_imported(
        actor=actor, batch=batch, state=state, before=whole(request.GET, "before", 0), most=PAGE
    )
    context = {
        "rows": rows,
        "report": queries.import_report(actor=actor, batch=batch) if batch else None,
        "states": queries.IMPORT_STATES,
        "state": state,
        "batch": batch,
        "next": rows[-1].pk if len(rows) == PAGE else None,
        "problems": problems,
        "typed": request.POST,
        "duties": cases.duty_counts(actor=actor),
    }
    return render(request, "staff/certificates/imports.html", context, status=422 if problems else 200)


@keyed
def imported(request: HttpRequest, imported_id: int) -> HttpResponse:
    """Settle one imported certificate after comparing it with the archive."""
    actor = actor_of(request)
    found = queries.get_imported(imported_id=imported_id, actor=actor, at=clock.now())
    problems: dict[str, str] = {}
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _settle(request, imported_id))
        if refusal is None:
            return redirect("staff_imports")
        problems = refusal.by_field
    context = {
        "row": found,
        "problems": problems,
        "typed": request.POST,
        "duties": cases.duty_counts(actor=actor),
    }
    return render(request, "staff/certificates/imported.html", context, status=422 if problems else 200)


def _import(request: HttpRequest) -> object:
    actor = actor_of(request)
    return operations.import_certificates(
        rows=read_import_rows(request),
        source=request.POST.get("source", ""),
        division=actor.division,
        actor=actor,
        at=clock.now(),
    )


def _settle(request: HttpRequest, imported_id: int) -> None:
    operations.settle_imported(
        imported_id=imported_id,
        accept=request.POST.get("accept") == "yes",
        note=request.POST.get("note", ""),
        actor=actor_of(request),
        at=clock.now(),
    )


def _csv(lines: list[queries.BatchLine]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="certificate-checks.csv"'
    response.write("\ufeff")  # spreadsheets read Chinese in UTF-8 only with this mark
    writer = csv.writer(response)
    writer.writerow(["标识", "证照", "编号", "核验结果", "现在有效"])
    for line in lines:
        # a leading apostrophe keeps what somebody pasted from being run as a formula
        reference = f"'{line.reference}" if line.reference[:1] in "=+-@\t" else line.reference
        writer.writerow([reference, line.title, line.number, line.word, "是" if line.in_force else "否"])
    return response

"""What the certificate officer does to a certificate, one page an act; what was typed stays when it is refused."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import queries as cases
from onedoor.platform.certificates import operations, queries
from onedoor.platform.certificates.queries import Certificate
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.writes import attempt, keyed


@keyed
def void(request: HttpRequest, identifier: str) -> HttpResponse:
    """Declare a certificate void that was made by mistake; the public check page shows it at once."""
    return _act(
        request,
        identifier,
        "void",
        lambda found: operations.void_certificate(certificate_id=found.pk, **_grounds(request)),
    )


@keyed
def suspend(request: HttpRequest, identifier: str) -> HttpResponse:
    """Suspend a valid certificate."""
    return _act(
        request,
        identifier,
        "suspend",
        lambda found: operations.suspend_certificate(certificate_id=found.pk, **_grounds(request)),
    )


@keyed
def resume(request: HttpRequest, identifier: str) -> HttpResponse:
    """Let a suspended certificate hold again."""
    return _act(
        request,
        identifier,
        "resume",
        lambda found: operations.resume_certificate(certificate_id=found.pk, **_grounds(request)),
    )


@keyed
def print_copy(request: HttpRequest, identifier: str) -> HttpResponse:
    """Count one more paper copy, with a reason from the second on, and hand out the file to print."""

    def write(found: Certificate) -> object:
        return operations.record_print(
            certificate_id=found.pk, reason=request.POST.get("reason", ""), actor=actor_of(request), at=clock.now()
        )

    return _act(request, identifier, "print", write, done="staff_certificate_pdf")


@keyed
def change(request: HttpRequest, identifier: str) -> HttpResponse:
    """Reissue a lost or damaged certificate: the next version, with every word as it was."""

    def write(found: Certificate) -> object:
        return operations.reissue_certificate(
            certificate_id=found.pk, case_number=found.case_number, **_grounds(request)
        )

    return _act(request, identifier, "change", write, done="staff_certificates")


def _act(
    request: HttpRequest,
    identifier: str,
    name: str,
    write: Callable[[Certificate], object],
    *,
    done: str = "staff_certificate",
) -> HttpResponse:
    actor = actor_of(request)
    found = queries.get_visible_certificate(identifier=identifier, actor=actor, at=clock.now())
    problems: dict[str, str] = {}
    if request.method == "POST":
        _, refusal = attempt(request, lambda: write(found))
        if refusal is None:
            return redirect(done) if done == "staff_certificates" else redirect(done, identifier=identifier)
        problems = refusal.by_field
    context = {
        "certificate": found,
        "problems": problems,
        "typed": request.POST,
        "duties": cases.duty_counts(actor=actor),
    }
    return render(request, f"staff/certificates/{name}.html", context, status=422 if problems else 200)


def _grounds(request: HttpRequest) -> dict[str, Any]:
    return {
        "reason": request.POST.get("reason", ""),
        "basis": request.POST.get("basis", ""),
        "actor": actor_of(request),
        "at": clock.now(),
    }

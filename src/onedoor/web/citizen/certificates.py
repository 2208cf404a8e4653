"""The holder's own certificates: open one, take it along as PDF or credential, show it for one minute."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.certificates import operations, queries
from onedoor.platform.certificates.faces import face_data, face_pdf, qr_svg
from onedoor.platform.certificates.queries import Certificate
from onedoor.platform.certificates.statements import credential
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import PROVED
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.papers import pdf_response
from onedoor.web.parts.writes import attempt, keyed


@keyed
def certificate(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show one of my certificates, who has seen it, and the form that makes a code to show it."""
    actor = actor_of(request)
    found = _own(request, identifier)
    problems: dict[str, str] = {}
    if request.method == "POST":
        show, refusal = attempt(request, lambda: _make_code(request, found))
        if refusal is None:
            return redirect("show_code", identifier=identifier, show_id=show.pk)
        problems = refusal.by_field
    context = {
        "certificate": found,
        "standing": queries.standing_of(found, at=clock.now()),
        "face": face_data(found, viewer=actor.person_id),
        "lines": queries.editable_lines(found),
        "log": queries.show_log(certificate_id=found.pk, actor=actor),
        "uses": queries.use_log(certificate_id=found.pk, actor=actor),
        "chosen": request.POST.getlist("fields"),
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "citizen/certificate.html", context, status=422 if problems else 200)


def certificate_pdf(request: HttpRequest, identifier: str) -> HttpResponse:
    actor, found = actor_of(request), _own(request, identifier)
    if actor.machine:  # what leaves a machine on paper is for whoever has proved twice who they are
        actor.require_level(PROVED)
    content = face_pdf(found, viewer=actor.person_id)
    return pdf_response(content, f"{found.number}.pdf")


def certificate_credential(request: HttpRequest, identifier: str) -> HttpResponse:
    """Hand the holder the certificate as a signed W3C credential."""
    found = _own(request, identifier)
    response = JsonResponse(credential(found, viewer=actor_of(request).person_id), json_dumps_params={"indent": 2})
    response["Content-Type"] = "application/vc+ld+json"
    response["Content-Disposition"] = f'attachment; filename="{found.number}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


def show_code(request: HttpRequest, identifier: str, show_id: int) -> HttpResponse:
    """Show the holder the code just made, as long as it lives."""
    found = queries.own_show_code(show_id=show_id, actor=actor_of(request))
    url = request.build_absolute_uri(reverse("shown", args=[found.code]))
    context = {
        "show": found,
        "identifier": identifier,
        "living": found.seen_at is None and clock.now() <= found.expires_at,
        "qr": qr_svg(url),
    }
    response = render(request, "citizen/show_code.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@login_not_required
@keyed
def shown(request: HttpRequest, code: str) -> HttpResponse:
    """
    Let whoever scanned a show code see what the holder shows.

    Only the button uses the code up: browsers fetch addresses ahead of time, and a code is good for one look.
    """
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        context["shown"], refusal = attempt(request, lambda: _see(request, code))
        if refusal is not None:
            context["problem"], status = str(refusal), refusal.http_status
    response = render(request, "citizen/shown.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _own(request: HttpRequest, identifier: str) -> Certificate:
    actor = actor_of(request)
    actor.require_person()
    return queries.get_visible_certificate(identifier=identifier, actor=actor, at=clock.now())


def _see(request: HttpRequest, code: str) -> object:
    show = operations.see_shown(code=code, actor=actor_of(request), at=clock.now())
    return queries.shown_certificate(show=show, at=clock.now())


def _make_code(request: HttpRequest, found: Certificate) -> object:
    return operations.make_show_code(
        certificate_id=found.pk,
        purpose=request.POST.get("purpose", ""),
        fields=request.POST.getlist("fields"),
        actor=actor_of(request),
        at=clock.now(),
    )

"""Systems that call the API: the system administrator registers them, the security administrator hands out secrets."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.roles import CLIENT_ROLES, ROLE_NAMES, SCOPE_NAMES, scopes_for
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import typed_day
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.handing import problems_of
from onedoor.web.staff.people import chosen_place, lines_of, standing_organizations

STATES = {
    "waiting": ("wait", "待批准"),
    "live": ("good", "可用"),
    "suspended": ("bad", "已停用"),
    "ended": ("plain", "已到期"),
}
USUAL = timedelta(days=180)  # the last day proposed; a year is the most


def clients(request: HttpRequest) -> HttpResponse:
    """List the systems within reach, the newest first."""
    rows = [(one, *_standing(one)) for one in identity.list_clients(actor=actor_of(request))]
    return render(request, "staff/clients/list.html", {"clients": rows, "duties": []})


def _standing(client: Any) -> tuple[str, str]:
    return STATES[identity.state_of_client(client, on=clock.today())]


@keyed
def new_client(request: HttpRequest) -> HttpResponse:
    """Register a system with what it may do, where and until when."""
    request_actor = actor_of(request)
    request_actor.require_one_of("identity.manage")
    problems: dict[str, str] = {}
    if request.method == "POST":
        made, refusal = attempt(request, lambda: _register(request))
        if refusal is None:
            return redirect("client", login_id=made.pk)
        if not refusal.by_field:
            raise refusal
        problems = dict(refusal.by_field)
    proposed = {"last_day": (clock.today() + USUAL).isoformat()}
    context = {
        "organizations": standing_organizations(request),
        "roles": [(role, f"{ROLE_NAMES[role]}（{'、'.join(_names(scopes_for(role)))}）") for role in CLIENT_ROLES],
        "scopes": list(SCOPE_NAMES.items()),
        "picked": request.POST.getlist("scopes"),
        "typed": request.POST if problems else proposed,
        "problems": problems,
        "duties": [],
    }
    return render(request, "staff/clients/new.html", context, status=422 if problems else 200)


def _names(scopes: list[str]) -> list[str]:
    return [SCOPE_NAMES[name] for name in scopes]


def _register(request: HttpRequest) -> Any:
    organization, division = chosen_place(request)
    return operations.register_client(
        name=request.POST.get("name", ""),
        purpose=request.POST.get("purpose", ""),
        organization_id=organization,
        role=request.POST.get("role", ""),
        division=division,
        lines=lines_of(request),
        scopes=request.POST.getlist("scopes"),
        last_day=typed_day(request, "last_day"),
        actor=actor_of(request),
        at=clock.now(),
    )


@keyed
def client(request: HttpRequest, login_id: int) -> HttpResponse:
    """Show one system, with what this administrator may do about it; a new secret is shown once."""
    actor = actor_of(request)
    found: Any = identity.get_client(client_id=login_id, actor=actor)
    problems: dict[str, str] = {}
    if request.method == "POST":
        admitted: list[operations.Admitted] = []
        problems = problems_of(request, lambda: admitted.extend(_change(request, login_id)))
        if admitted:
            return _secret(request, admitted[0])
        if not problems:
            return redirect(f"{reverse('client', args=[login_id])}?done=1")
    tag, standing = _standing(found)
    context = {
        "client": found,
        "post": found.login.posts_here[0],
        "scopes": _names(found.scopes),
        "state": identity.state_of_client(found, on=clock.today()),
        "tag": tag,
        "standing": standing,
        "problems": problems,
        "typed": request.POST if problems else {"last_day": (clock.today() + USUAL).isoformat()},
        "secures": "identity.manage_security" in actor.permissions,
        "done": request.GET.get("done", ""),
        "duties": [],
    }
    return render(request, "staff/clients/client.html", context, status=422 if problems else 200)


def _change(request: HttpRequest, login_id: int) -> list[operations.Admitted]:
    """Do the one thing the posted form asks for; return what is to be shown once, if anything."""
    who: dict[str, Any] = {"login_id": login_id, "actor": actor_of(request), "at": clock.now()}
    what = request.POST.get("act", "")
    if what == "approve":
        return [operations.approve_client(**who)]
    if what == "renew":
        return [operations.renew_client(last_day=typed_day(request, "last_day"), **who)]
    if what == "suspend":
        operations.suspend_client(reason=request.POST.get("reason", ""), **who)
    elif what == "resume":
        operations.resume_client(**who)
    return []


def _secret(request: HttpRequest, admitted: operations.Admitted) -> HttpResponse:
    response = render(request, "staff/clients/secret.html", {"admitted": admitted, "duties": []})
    response["Cache-Control"] = "no-store"
    return response

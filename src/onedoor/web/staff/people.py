"""Officers and their posts: the system administrator opens and appoints, the security administrator approves and unlocks."""

from datetime import date, timedelta
from typing import Any

import segno
from axes.utils import reset as forget_wrong_passwords
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from onedoor.platform.identity import logins, operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.roles import ROLE_NAMES
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted, posted_day
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.handing import number, problems_of


def people(request: HttpRequest) -> HttpResponse:
    """List the officers within reach; the posts that wait for approval come first for who approves."""
    actor, text = actor_of(request), request.GET.get("q", "")
    found = identity.list_officers(actor=actor, after=request.GET.get("after", ""), text=text)
    approves = "identity.manage_security" in actor.permissions
    context = {
        "people": found,
        "waiting": identity.posts_to_approve(actor=actor) if approves else [],
        "deputations": identity.absences_to_approve(actor=actor, on=clock.today()) if approves else [],
        "text": text,
        "next": urlencode({"after": found[-1].username, "q": text}) if len(found) == identity.PAGE else "",
        "duties": [],
        "today": clock.today(),
    }
    return render(request, "staff/people/list.html", context)


@keyed
def new_officer(request: HttpRequest) -> HttpResponse:
    """Open an account with its first post, and show once what the person takes along."""
    actor = actor_of(request)
    actor.require_one_of("identity.manage")
    typed = request.POST if request.method == "POST" else {"valid_from": clock.today().isoformat()}
    context = _choices(request) | {"typed": typed, "problems": {}}
    if request.method != "POST":
        return render(request, "staff/people/new.html", context)

    def write() -> Any:
        organization, division = chosen_place(request)
        return operations.engage_officer(
            username=request.POST.get("username", ""),
            name=request.POST.get("name", ""),
            id_number=request.POST.get("id_number", ""),
            organization_id=organization,
            role=request.POST.get("role", ""),
            division=division,
            lines=lines_of(request),
            valid_from=posted_day(request, "valid_from"),
            actor=actor,
            at=clock.now(),
        )

    engaged, refusal = attempt(request, write)
    if isinstance(refusal, InvalidInput | operations.RolesNotTogether):
        return render(request, "staff/people/new.html", context | {"problems": refusal.by_field}, status=422)
    if refusal is not None:
        raise refusal
    address = f"otpauth://totp/OneDoor:{engaged.login.username}?secret={engaged.one_time_secret}&issuer=OneDoor"
    qr = segno.make(address).svg_inline(scale=4, border=2)
    response = render(request, "staff/people/opened.html", {"engaged": engaged, "qr": qr, "duties": []})
    response["Cache-Control"] = "no-store"
    return response


def standing_organizations(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the organizations within reach that exist today, to choose from."""
    organs = identity.list_organizations(actor=actor_of(request), on=clock.today())
    return [(str(one.pk), one.name) for one in organs if one.in_force_to is None or one.in_force_to > clock.today()]


def _choices(request: HttpRequest) -> dict[str, Any]:
    return {
        "organizations": standing_organizations(request),
        "roles": list(ROLE_NAMES.items()),
        "duties": [],
    }


def chosen_place(request: HttpRequest) -> tuple[int, str]:
    """Return the chosen organization and the place of the post: the one typed, or the organization's own."""
    chosen = number(request, "organization")
    if not chosen:
        raise InvalidInput({"organization": "请选择单位。"})
    organ = identity.get_organization(organization_id=chosen, actor=actor_of(request))
    return organ.pk, request.POST.get("division", "").strip() or organ.division_id


def lines_of(request: HttpRequest) -> list[str]:
    """Return the business lines that were typed."""
    return request.POST.get("lines", "").replace("，", " ").replace(",", " ").split()


@keyed
def officer(request: HttpRequest, login_id: int) -> HttpResponse:
    """Show an officer's posts, with what this administrator may do about them."""
    actor = actor_of(request)
    found = identity.get_officer(login_id=login_id, actor=actor)
    problems: dict[str, str] = {}
    if request.method == "POST":
        problems = problems_of(request, lambda: _change(request, found))
        if not problems:
            return redirect(f"{reverse('officer', args=[login_id])}?done=1")
    context = _choices(request) | {
        "officer": found,
        "problems": problems,
        "typed": request.POST if problems else {"valid_from": clock.today().isoformat()},
        "today": clock.today(),
        "appoints": "identity.manage" in actor.permissions,
        "secures": "identity.manage_security" in actor.permissions,
        "done": request.GET.get("done", ""),
        "lock_out": logins.lock_out(on=clock.today()),
    }
    return render(request, "staff/people/officer.html", context, status=422 if problems else 200)


def _change(request: HttpRequest, found: Any) -> None:
    """Do the one thing the posted form asks for."""
    who: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    what = request.POST.get("act", "")
    if what == "appoint":
        organization, division = chosen_place(request)
        operations.appoint_officer(
            login_id=found.pk,
            organization_id=organization,
            role=request.POST.get("role", ""),
            division=division,
            lines=lines_of(request),
            valid_from=posted_day(request, "valid_from"),
            **who,
        )
    elif what == "move":
        organization, division = chosen_place(request)
        on = posted_day(request, "on")
        operations.move_post(
            post_id=posted(request, "post"), organization_id=organization, division=division, on=on, **who
        )
    elif what == "end":
        operations.end_post(post_id=posted(request, "post"), last_day=posted_day(request, "last_day"), **who)
    elif what == "approve":
        operations.approve_post(post_id=posted(request, "post"), **who)
    elif what == "approve_absence":
        operations.approve_absence(absence_id=posted(request, "absence"), **who)
    elif what == "dismiss":
        operations.dismiss_officer(login_id=found.pk, last_day=posted_day(request, "last_day"), **who)
    elif what == "unlock":
        operations.unlock_officer(login_id=found.pk, reason=request.POST.get("reason", ""), **who)
        forget_wrong_passwords(username=found.username)


@keyed
def absences(request: HttpRequest) -> HttpResponse:
    """Say that one is away and who stands in, and that one is back (AB岗)."""
    actor, today = actor_of(request), clock.today()
    actor.require_login()
    problems: dict[str, str] = {}
    if request.method == "POST":
        problems = problems_of(request, lambda: _absence(request))
        if not problems:
            return redirect("absences")
    own = [post for post in identity.posts_of(login_id=actor.require_login(), on=today) if _is_own(post, actor)]
    typed: Any = request.POST if problems else {"first_day": _iso(today), "last_day": _iso(today + timedelta(days=4))}
    context = {
        "absences": identity.absences_of(actor=actor, on=today),
        "posts": [(str(post.pk), f"{post.organization.name} · {post.get_role_display()}") for post in own],
        "deputies": [(str(one.pk), one.name) for one in identity.possible_deputies(actor=actor, on=today)],
        "login_id": actor.login_id,
        "today": today,
        "typed": typed,
        "problems": problems,
        "duties": [],
    }
    return render(request, "staff/people/absences.html", context, status=422 if problems else 200)


def _is_own(post: Any, actor: Any) -> bool:
    return bool(post.login_id == actor.login_id)


def _iso(day: date) -> str:
    return day.isoformat()


def _absence(request: HttpRequest) -> None:
    actor, at = actor_of(request), clock.now()
    if request.POST.get("end"):
        operations.end_absence(absence_id=posted(request, "end"), actor=actor, at=at)
        return
    operations.record_absence(
        post_id=number(request, "post"),
        deputy_id=number(request, "deputy"),
        first_day=posted_day(request, "first_day"),
        last_day=posted_day(request, "last_day"),
        actor=actor,
        at=at,
    )

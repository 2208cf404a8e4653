"""Log in at another's: the way there and back, the officer's second factor, and which accounts elsewhere open one's own."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.identity import logins, proofs, queries
from onedoor.platform.identity.operations import outside as operations
from onedoor.platform.identity.outside import flow
from onedoor.platform.identity.outside.providers import Attempt, OutsideStale, Provider, opened, provider
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import PROVED
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import next_address, posted
from onedoor.web.parts.limits import limited
from onedoor.web.parts.sessions import enter
from onedoor.web.parts.writes import keyed, unkeyed

BEGUN, SECOND = "outside_begun", "outside_second"
FACTOR, STRONG = "outside", "outside_strong"


def ways(*, for_officers: bool) -> list[Provider]:
    """Return the log-ins the site has opened, for the log-in page."""
    return opened(for_officers=for_officers)


def _back(code: str) -> str:
    return f"{settings.ONEDOOR_PUBLIC_URL}{reverse('outside_back', args=[code])}"


@login_not_required
@limited("login", most=60, methods=("GET",))
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Send the browser to log in elsewhere; it keeps what it has to bring back."""
    chosen = provider(code)
    try:
        address, attempt = flow.begin(chosen, _back(code))
    except OneDoorError as refusal:
        return _refused(request, refusal)
    onward = next_address(request, reverse("worklist") if chosen.for_officers else "/")
    told = {"provider": code, "next": onward, "at": clock.wall().timestamp(), "login": request.user.pk}
    request.session[BEGUN] = told | {"attempt": asdict(attempt)}
    return redirect(address)


@login_not_required
@limited("login", most=60, methods=("GET",))
def back(request: HttpRequest, code: str) -> HttpResponse:
    """Take the browser back: whoever is logged in links the account, whoever is not logs in."""
    chosen = provider(code)
    begun = request.session.pop(BEGUN, None)  # good once, whatever comes of it
    try:
        attempt = _attempt(begun, code, request.user.pk)
        who = flow.finish(chosen, attempt, request.GET.dict(), _back(code), wall=clock.wall())
        actor, at = actor_of(request), clock.now()
        if request.user.is_authenticated:
            operations.link_outside(provider=chosen, who=who, actor=actor, at=at)
            if who.id_number:  # verified, and by now known to be one's own
                _note_factor(request, who.level)
            return redirect(begun["next"])
        found = operations.login_for_outside(provider=chosen, who=who, actor=actor, at=at)
    except OneDoorError as refusal:
        return _refused(request, refusal)
    if chosen.for_officers:
        request.session[SECOND] = {"login": found.pk, "next": begun["next"], "at": clock.wall().timestamp()}
        return redirect("outside_second")
    enter(request, found, *_factors(who.level))
    return redirect(begun["next"])


def _attempt(begun: Any, code: str, login_id: int | None) -> Attempt | None:
    """Whoever began is who comes back: at a shared computer somebody else may have logged in between."""
    if not isinstance(begun, dict) or (begun["provider"], begun["login"]) != (code, login_id):
        return None
    if clock.wall().timestamp() - begun["at"] > flow.GOOD_FOR:
        return None
    return Attempt(**begun["attempt"])


def _factors(level: int) -> tuple[str, ...]:
    """A provider that has proved the real person counts for two proofs, any other for one: more is asked when needed."""
    return (FACTOR, STRONG) if level >= PROVED else (FACTOR,)


def _note_factor(request: HttpRequest, level: int) -> None:
    known = set(request.session.get(proofs.FACTORS_KEY, []))
    if level >= PROVED:
        request.session[proofs.FACTORS_KEY] = sorted(known | set(_factors(level)))
        request.session[proofs.PROVED_KEY] = clock.wall().timestamp()


def _refused(request: HttpRequest, refusal: OneDoorError) -> HttpResponse:
    """Say on a plain page what happened; nothing was logged in or linked."""
    refusals.record(request, refusal)
    return refusals.page(request, refusal)


@login_not_required
@limited("login", most=60, methods=("POST",))
@unkeyed("a log-in: each try counts")
def second(request: HttpRequest) -> HttpResponse:
    """Ask an officer who came from elsewhere for the one-time password of their device: two factors, wherever one comes from."""
    waiting = request.session.get(SECOND)
    if not isinstance(waiting, dict) or clock.wall().timestamp() - waiting["at"] > flow.GOOD_FOR:
        return _refused(request, OutsideStale())
    officer = queries.officer_with_login(waiting["login"])
    if officer is None:
        return _refused(request, logins.AccountClosed())
    if request.method != "POST":
        return render(request, "parts/outside_second.html")
    try:
        logins.use_one_time_password(login_id=waiting["login"], code=request.POST.get("code", ""), at=clock.now())
    except OneDoorError as refusal:
        refusals.record(request, refusal)
        context = {"problem": str(refusal)}
        return render(request, "parts/outside_second.html", context, status=refusal.http_status)
    del request.session[SECOND]
    enter(request, officer, FACTOR, "one_time_password")
    return redirect(waiting["next"])


@keyed
def accounts(request: HttpRequest) -> HttpResponse:
    """Show which accounts elsewhere open one's own, link more, or unlink one."""
    actor = actor_of(request)
    if request.method == "POST":
        operations.unlink_outside(account_id=posted(request, "account"), actor=actor, at=clock.now())
        return redirect("outside_accounts")
    offered = ways(for_officers=actor.kind == "officer")
    titles = {one.code: one.title for one in offered}
    linked = [(row, titles.get(row.provider, row.provider)) for row in queries.outside_accounts(actor=actor)]
    context = {"linked": linked, "offered": offered}
    return render(request, "parts/outside_accounts.html", context)

"""The entrance: log in, step up, log out; the look of the pages; the health of the site; the demonstration's clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from onedoor.platform.audit import operations as audit
from onedoor.platform.files.queries import scanner_is_down
from onedoor.platform.identity import logins, proofs
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.outside.providers import opened
from onedoor.platform.kernel import append_only, clock, outbox
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.languages import languages
from onedoor.platform.messages import operations as messages
from onedoor.platform.network import queries as network
from onedoor.standards.contacts import parse_mobile
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of, factors_now
from onedoor.web.parts.held import HELD_KEY
from onedoor.web.parts.inputs import next_address
from onedoor.web.parts.limits import limited
from onedoor.web.parts.sessions import IDLE_MESSAGE, enter
from onedoor.web.parts.writes import keyed, unkeyed

MOST_DRIFT = 60  # seconds between the clock of this process and that of the database


def _idle(request: HttpRequest) -> dict[str, str]:
    return {"problem": IDLE_MESSAGE} if request.GET.get("idle") else {}


def _onward(request: HttpRequest, wanted: str) -> HttpResponse:
    """Go where the person wanted to go, by way of the form that came too late, if there is one."""
    return redirect("held_form" if HELD_KEY in request.session else wanted)


@login_not_required
@limited("login", most=60, methods=("POST",))
@unkeyed("a log-in: each try counts")
def login(request: HttpRequest) -> HttpResponse:
    """Citizens: a code to the phone, or the password; officers have their own entrance."""
    context: dict[str, Any] = {"next": next_address(request), "typed": request.POST}
    context["outside"] = opened(for_officers=False)
    if request.method != "POST":
        return render(request, "parts/login.html", context | _idle(request))
    try:
        phone = parse_mobile(request.POST.get("phone", ""))
    except ValueError as error:
        return render(request, "parts/login.html", context | {"problem": str(error)}, status=422)
    request.session["login_phone"] = phone
    if request.POST.get("way") == "password":
        return _by_password(request, phone, context)
    return _send_code(request, phone, context)


def _send_code(request: HttpRequest, phone: str, context: dict[str, Any]) -> HttpResponse:
    try:
        messages.send_login_code(phone=phone, at=clock.now(), wall=clock.wall())
    except OneDoorError as refusal:
        refusals.record(request, refusal)
        return render(request, "parts/login.html", context | {"problem": str(refusal)}, status=refusal.http_status)
    return redirect(f"{reverse('login_code')}?next={context['next']}")


def _by_password(request: HttpRequest, phone: str, context: dict[str, Any]) -> HttpResponse:
    username = identity.username_of_phone(phone) or f"nobody:{phone[-4:]}"
    found = authenticate(request, username=username, password=request.POST.get("password", ""))
    if found is None and getattr(request, "account_closed", False):
        refusal = logins.AccountClosed()
        refusals.record(request, refusal)
        return render(request, "parts/login.html", context | {"problem": str(refusal)}, status=refusal.http_status)
    if found is None:
        audit.record_refusal("identity.password_wrong", actor=actor_of(request), at=clock.now(), path="login")
        problem = f"手机号或密码不对。忘记密码可改用短信验证码登录；{_lock_out().told}。"
        return render(request, "parts/login.html", context | {"problem": problem}, status=403)
    enter(request, found, "password")
    return _onward(request, context["next"])


@login_not_required
@limited("login", most=60, methods=("POST",))
@unkeyed("a log-in: each try counts, and a code is good once")
def login_code(request: HttpRequest) -> HttpResponse:
    """Type the code that came to the phone."""
    phone = request.session.get("login_phone", "")
    if not phone:
        return redirect("login")
    context: dict[str, Any] = {"next": next_address(request), "phone_end": phone[-4:]}
    if request.method == "POST":
        try:
            found = logins.use_code(phone=phone, code=request.POST.get("code", ""), at=clock.now())
        except OneDoorError as refusal:
            refusals.record(request, refusal)
            context["problem"] = str(refusal)
            return render(request, "parts/login_code.html", context, status=refusal.http_status)
        enter(request, found, "code")
        return _onward(request, context["next"])
    return render(request, "parts/login_code.html", context)


@unkeyed("a log-in: each try counts")
def step_up(request: HttpRequest) -> HttpResponse:
    """
    Ask for a second proof when an act needs it: the password after a code, a code after the password or an ID card.

    Two proofs that have grown old are renewed by either. Who cannot reach the level this way is told the others;
    a face is never asked for (R-ID-1).
    """
    if not request.user.is_authenticated:
        return redirect("login")
    factors = request.session.get(proofs.FACTORS_KEY, [])
    has_password = logins.has_password(actor_of(request).require_login())
    missing = "password" not in factors if len(factors) < 2 else request.GET.get("way") != "code"
    if factors == ["card"]:  # at a machine of a hall: the code to the phone, unless somebody would rather type
        has_password = has_password and not getattr(request.user, "must_change_password", False)
        missing = request.GET.get("way") == "password" and has_password
    by_password = missing and has_password
    context: dict[str, Any] = {
        "next": next_address(request),
        "by_password": by_password,
        "no_password": missing and not has_password,
        "either": (len(factors) > 1 or factors == ["card"]) and has_password,
        "level": actor_of(request).assurance,
        "proved": factors_now(request) > 1,
        "outside_ways": [one for one in opened(for_officers=False) if max(one.levels.values(), default=0) >= PROVED],
    }
    return _prove(request, context) if request.method == "POST" else render(request, "parts/step_up.html", context)


def _prove(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Send the code that is wanted, or take the proof that was typed and go on."""
    wanted = "password" if context["by_password"] else "code"
    typed, held = request.POST.get(wanted, ""), request.session.get(HELD_KEY)
    try:
        if wanted == "code" and not typed:
            messages.send_login_code(phone=str(getattr(request.user, "phone", "")), at=clock.now(), wall=clock.wall())
            return render(request, "parts/step_up.html", context | {"sent": True})
        proofs.prove_again(request, actor=actor_of(request), at=clock.now(), wall=clock.wall(), **{wanted: typed})
    except proofs.ProofsUsedUp as refusal:
        return _shut(request, refusal, held)
    except OneDoorError as refusal:
        if not isinstance(refusal, proofs.AccountLocked):  # `locked_out` answers that, and records it
            refusals.record(request, refusal)
        context |= {"problem": "".join(refusal.by_field.values()), "sent": wanted == "code"}
        return render(request, "parts/step_up.html", context, status=refusal.http_status)
    return redirect(context["next"])


def _shut(request: HttpRequest, refusal: OneDoorError, held: Any) -> HttpResponse:
    """Say that the session has ended; the form that waited for the proof waits for its owner's next log-in."""
    refusals.record(request, refusal)
    if held is not None:
        request.session[HELD_KEY] = held
    request.actor = Actor.anonymous()  # type: ignore[attr-defined]  # nobody is logged in on the page that says so
    return refusals.page(request, refusal)


@login_not_required
@limited("login", most=60, methods=("POST",))
@unkeyed("a log-in: each try counts")
def officer_login(request: HttpRequest) -> HttpResponse:
    """Officers: staff number, password and the one-time password of their device."""
    context: dict[str, Any] = {"next": next_address(request, reverse("worklist")), "typed": request.POST}
    context["outside"] = opened(for_officers=True)
    if request.method == "POST":
        found = authenticate(
            request, username=request.POST.get("username", ""), password=request.POST.get("password", "")
        )
        try:
            if found is None or getattr(found, "kind", "") != "officer":
                raise logins.OneTimePasswordWrong
            logins.use_one_time_password(login_id=found.pk, code=request.POST.get("code", ""), at=clock.now())
        except OneDoorError as refusal:
            refusals.record(request, refusal)
            locked = isinstance(refusal, logins.OneTimePasswordLocked)
            wrong = f"工号、密码或动态口令不对。{_lock_out().told}，忘记密码请联系安全管理员重置。"
            context["problem"] = str(refusal) if locked else wrong
            return render(request, "parts/officer_login.html", context, status=refusal.http_status)
        enter(request, found, "password", "one_time_password")
        return _onward(request, context["next"])
    return render(request, "parts/officer_login.html", context | _idle(request))


def locked_by(request: HttpRequest, credentials: Any = None) -> list[Any]:
    """
    Say what is locked after too many wrong passwords; the lock-out library asks.

    An officer's account is locked wherever the tries come from. A citizen's only for the address they come from:
    nobody shall be able to lock a stranger out, and the code to the phone stays open.
    """
    username = (credentials or {}).get("username", "") or request.POST.get("username", "")
    found = identity.login_of(username) if username else None
    return ["username"] if found is not None and found.kind == "officer" else [["username", "ip_address"]]


def _lock_out() -> logins.LockOut:
    return logins.lock_out(on=clock.today())


def tries_allowed(request: HttpRequest, credentials: Any = None) -> int:
    """Return how many wrong passwords lock; the lock-out library asks."""
    return _lock_out().tries


def locked_for(request: HttpRequest | None) -> timedelta:
    """Return how long a lock lasts; the lock-out library asks."""
    return _lock_out().lasts


@login_not_required
def locked_out(request: HttpRequest, answered: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """
    Answer whoever typed too many wrong passwords, called by the lock-out library; the API has its own answer, and so has
    a session that ended over them.
    """
    answers_itself = request.path.startswith("/api/") or getattr(request, "shut", False)
    if answers_itself and isinstance(answered, HttpResponse):
        return answered
    audit.record_refusal("identity.locked_out", actor=actor_of(request), at=clock.now(), path="login")
    return render(request, "parts/locked_out.html", {"told": _lock_out().told}, status=429)


@login_not_required
@require_POST
@unkeyed("logging out twice is logging out")
def logout(request: HttpRequest) -> HttpResponse:
    identity_operations.close_session(session_key=str(request.session.session_key), how="退出", at=clock.wall())
    end_session(request)
    return redirect("home")


@keyed
def password(request: HttpRequest) -> HttpResponse:
    """Set one's own password; whoever came by a code alone proves by their identity number that it is theirs."""
    knows_old = "password" in request.session.get(proofs.FACTORS_KEY, [])
    context: dict[str, Any] = {"asks_owner": not knows_old and logins.has_password(actor_of(request).require_login())}
    if request.method == "POST":
        try:
            logins.set_password(
                login_id=actor_of(request).require_login(),
                password=request.POST.get("password", ""),
                knows_old=knows_old,
                id_number=request.POST.get("id_number", ""),
                actor=actor_of(request),
                at=clock.now(),
            )
        except OneDoorError as refusal:
            refusals.record(request, refusal)
            context["problem"] = next(iter(refusal.by_field.values()))
            return render(request, "parts/password.html", context, status=refusal.http_status)
        end_session(request)
        return render(request, "parts/password_set.html")
    return render(request, "parts/password.html", context)


@login_not_required
@require_POST
@unkeyed("sets a cookie of this device")
def appearance(request: HttpRequest) -> HttpResponse:
    """Remember large print, high contrast or the language on this device."""
    response = redirect(next_address(request))
    for name, allowed in (("elder", ("on", "off")), ("contrast", ("high", "normal")), ("lang", tuple(languages()))):
        if request.POST.get(name) in allowed:
            response.set_cookie(name, request.POST[name], max_age=365 * 86400, samesite="Lax", httponly=True)
    return response


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """
    Answer whether this process can serve: the database answers, and its clock and ours agree. Beside that, whether the
    operator's scanner says what the waiting files are, and whether the database still refuses to change history.

    The servers of a site have one database, so the one whose clock is wrong takes itself out.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        told = cursor.fetchone()[0]
    theirs = told if isinstance(told, datetime) else datetime.fromisoformat(told).replace(tzinfo=UTC)  # SQLite: words
    drift = round((clock.wall() - theirs).total_seconds())
    wrong = abs(drift) > MOST_DRIFT
    scanner = "down" if scanner_is_down() else "ok"  # others can serve no better, so this alone takes nobody out
    said = {"status": "clock_wrong" if wrong else "ok", "database": connection.vendor, "clock_drift": drift}
    said["events_stuck"] = outbox.stuck()  # an operator looks; the process serves all the same
    said["scanner"] = scanner
    said["network_lag"] = network.lag(at=clock.now())  # seconds the oldest message to another node has waited
    said["history"] = "unguarded" if append_only.missing(connection) else "ok"  # `manage guard_history` says and mends
    return JsonResponse(said, status=503 if wrong else 200)

"""评价: rate a case, a step or a visit, follow what became of it, rate once more. Anonymous unless one chooses otherwise."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from onedoor.platform.feedback import operations, queries
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.limits import limited
from onedoor.web.parts.refusals import names_nobody
from onedoor.web.parts.sessions import DEVICE_COOKIE
from onedoor.web.parts.writes import attempt, keyed, unkeyed

SALT = "feedback.begun"
# By which way a page was opened; a page opened by hand is a computer or a phone.
WAYS = ("qr", "sms", "tablet", "kiosk")


@keyed
@names_nobody
def rate_case(request: HttpRequest, number: str) -> HttpResponse:
    """Rate a case of one's own, or a step of it; afterwards what became of it."""
    where = request.GET.get("step", "")
    about: dict[str, Any] = {"number": number, "phase": "process" if where else "final", "step": where}
    actor, on = actor_of(request), clock.today()
    asked = queries.asked_of_case(**about, actor=actor, on=on)
    if request.method == "POST":
        return _rate(
            request,
            asked,
            lambda said: operations.rate_case(
                **about, answer=said, device=device_of(request), actor=actor, at=clock.now()
            ),
            {"number": number},
        )
    context = {"asked": asked, "number": number, **_fresh(request)}
    if asked.standing != "open" and not where:
        context["followed"] = queries.followed_of_case(number=number, actor=actor, on=on)
    return render(request, "citizen/ratings/rate.html", context)


@login_not_required
@limited("rating", most=30)
@keyed
@names_nobody
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """Rate with a code, without an account; the code is good for one rating."""
    asked = queries.asked_by_code(code=code, on=clock.today())
    if request.method != "POST":
        return render(request, "citizen/ratings/rate.html", {"asked": asked, **_fresh(request)})

    def write(said: operations.Answer) -> operations.Rated:
        device = device_of(request)
        return operations.rate_by_code(code=code, answer=said, device=device, actor=actor_of(request), at=clock.now())

    return _rate(request, asked, write, {})


@login_not_required
@limited("rating", most=30)
def rate_start(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a slip or an SMS."""
    code = "".join(one for one in request.GET.get("code", "") if one.isdecimal())
    if code:
        return redirect("rate", code=code)
    return render(request, "citizen/ratings/start.html", {})


@login_not_required
@limited("rating", most=30)
@unkeyed("reads; a POST keeps the receipt out of the address")
@names_nobody
def rate_answer(request: HttpRequest) -> HttpResponse:
    """Show what became of an anonymous rating to whoever holds its receipt."""
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        receipt = request.POST.get("receipt", "")
        context["receipt"] = receipt
        try:
            context["followed"] = queries.followed_by_receipt(receipt=receipt, on=clock.today())
        except operations.InvitationNotFound:
            context["problem"], status = "没有找到这个回执码，请核对 12 位数字后重新填写。", 404
    context |= _fresh(request)
    response = render(request, "citizen/ratings/answer.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_not_required
@limited("rating", most=30)
@keyed
@names_nobody
def rate_again(request: HttpRequest) -> HttpResponse:
    """追评 with a receipt."""
    receipt = request.POST.get("receipt", "")
    followed = queries.followed_by_receipt(receipt=receipt, on=clock.today())
    return _again(request, followed, {"receipt": receipt})


@require_POST
@keyed
@names_nobody
def rate_case_again(request: HttpRequest, number: str) -> HttpResponse:
    """追评 of a case rated under one's name."""
    followed = queries.followed_of_case(number=number, actor=actor_of(request), on=clock.today())
    if followed is None:
        raise operations.InvitationNotFound
    return _again(request, followed, {"number": number})


def _again(request: HttpRequest, followed: queries.Followed, by: dict[str, str]) -> HttpResponse:
    _, refusal = attempt(
        request,
        lambda: operations.rate_again(
            **by, answer=answer_of(request), device=device_of(request), actor=actor_of(request), at=clock.now()
        ),
    )
    if refusal is None:
        return render(request, "citizen/ratings/done.html", {"again": True, **by})
    context = {"followed": followed, "typed": request.POST, "problems": refusal.by_field, **by, **_begun(request)}
    return render(request, "citizen/ratings/answer.html", context, status=refusal.http_status)


def _rate(
    request: HttpRequest,
    asked: queries.Asked,
    write: Callable[[operations.Answer], operations.Rated],
    context: dict[str, Any],
) -> HttpResponse:
    rated, refusal = attempt(request, lambda: write(answer_of(request)))
    if refusal is None:
        done = {"receipt": operations.grouped(rated.receipt), "bad": rated.evaluation.level >= 4, **context}
        response = render(request, "citizen/ratings/done.html", done)
        response["Cache-Control"] = "private, no-store"
        return response
    context |= {"asked": asked, "typed": request.POST, "chosen": request.POST.getlist("indicators")}
    context |= {"problems": refusal.by_field, **_begun(request)}
    return render(request, "citizen/ratings/rate.html", context, status=refusal.http_status)


def answer_of(request: HttpRequest) -> operations.Answer:
    """Return what was filled in; `begun` tells how long it took, where it is ours and untouched."""
    return operations.Answer(
        level=posted(request, "level", 0),
        channel=_channel(request),
        anonymous=request.POST.get("named") != "yes",
        indicators=request.POST.getlist("indicators"),
        text=request.POST.get("text", ""),
        may_publish=request.POST.get("publish") == "yes",
        seconds=_seconds(request.POST.get("begun", "")),
    )


def device_of(request: HttpRequest) -> str:
    """Return the mark this browser keeps, "" where it has none."""
    return request.get_signed_cookie(DEVICE_COOKIE, default="") or ""


def _channel(request: HttpRequest) -> str:
    way = request.POST.get("way", "")
    if way in WAYS:
        return way
    return "mobile" if "Mobi" in request.headers.get("User-Agent", "") else "pc"


def _fresh(request: HttpRequest) -> dict[str, Any]:
    way = request.GET.get("from", "")
    return {"begun": signing.dumps(int(clock.wall().timestamp()), salt=SALT), "way": way if way in WAYS else ""}


def _begun(request: HttpRequest) -> dict[str, Any]:
    """Return what a page shown again keeps: when it was first shown, and by which way it was opened."""
    return {"begun": request.POST.get("begun", ""), "way": request.POST.get("way", "")}


def _seconds(begun: str) -> int | None:
    try:
        return int(clock.wall().timestamp()) - int(signing.loads(begun, salt=SALT))
    except signing.BadSignature:
        return None

"""差评: the officer's list and one review with its acts; ratings by telephone and on paper; the screen at the window."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.certificates.faces import qr_svg
from onedoor.platform.feedback import operations, queries, rules
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled, posted, whole
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.performing import who

ANSWERS = {"uphold": True, "reject": False}


def index(request: HttpRequest) -> HttpResponse:
    """List the bad reviews an officer has to do with, the most urgent first."""
    closed = request.GET.get("closed") == "1"
    rows = queries.list_reviews(
        actor=actor_of(request), on=clock.today(), closed=closed, before=whole(request.GET, "before", 0)
    )
    older = rows[-1].id if closed and len(rows) == queries.PAGE else None
    return render(request, "staff/reviews/index.html", {"rows": rows, "closed": closed, "older": older})


@keyed
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """One bad review, and what can be done about it now."""
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _act(request, review_id))
        if refusal is None:
            return redirect("reviews" if request.POST.get("act") == "close" else "review", *_where(request, review_id))
        problems, status = refusal.by_field, refusal.http_status
    found = queries.get_review(review_id=review_id, actor=actor_of(request), at=clock.now())
    context = {
        "review": found,
        "problems": problems,
        "typed": request.POST,
        "categories": queries.CATEGORY_CHOICES,
        "grounds": queries.GROUND_CHOICES,
        "resolutions": queries.RESOLVED_CHOICES,
        "ways": [(code, word) for code, word in queries.WAY_CHOICES if (code == "receipt") == found.listed.anonymous],
        "results": queries.RESULT_CHOICES,
    }
    response = render(request, "staff/reviews/review.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _where(request: HttpRequest, review_id: int) -> list[int]:
    return [] if request.POST.get("act") == "close" else [review_id]


def _act(request: HttpRequest, review_id: int) -> object:
    sent = request.POST
    about: dict[str, Any] = {"review_id": review_id, **who(request)}
    note = sent.get("note", "")
    acts: dict[str, Callable[[], object]] = {
        "take": lambda: operations.take_review(**about),
        "contact": lambda: operations.contact_reviewer(way=sent.get("way", ""), note=note, **about),
        "verify": lambda: operations.verify_review(
            category=sent.get("category", ""), is_complex=sent.get("complex") == "yes", note=note, **about
        ),
        "settle": lambda: operations.settle_review(
            act=sent.get("result", ""), note=note, answer=sent.get("answer", ""), **about
        ),
        "revisit": lambda: operations.revisit_review(resolved=sent.get("resolved", ""), note=note, **about),
        "close": lambda: operations.close_review(**about),
        "appeal": lambda: operations.appeal_review(
            ground=sent.get("ground", ""), reason=sent.get("reason", ""), **about
        ),
        "decide_appeal": lambda: _decide(request, about),
    }
    if sent.get("act", "") not in acts:
        raise Garbled
    return acts[sent["act"]]()


def _decide(request: HttpRequest, about: dict[str, Any]) -> object:
    found = request.POST.get("found", "")
    if found not in ANSWERS:
        raise InvalidInput({"found": "请选择复核结果。"})
    return operations.decide_appeal(upheld=ANSWERS[found], opinion=request.POST.get("opinion", ""), **about)


@keyed
def transcribe(request: HttpRequest) -> HttpResponse:
    """Write down a rating somebody gives on the telephone or on paper; nobody of the organ rated does that."""
    actor = actor_of(request)
    actor.require_one_of("feedback.transcribe")
    context: dict[str, Any] = {"levels": rules.LEVELS.items(), "channels": _written_down(), "typed": request.POST}
    context["indicators"], context["chosen"] = rules.INDICATORS.items(), request.POST.getlist("indicators")
    status = 200
    if request.method == "POST":
        rated, refusal = attempt(request, lambda: _write_down(request))
        if refusal is None:
            context = {"receipt": operations.grouped(rated.receipt)}
            return render(request, "staff/reviews/written.html", context)
        context["problems"], status = refusal.by_field, refusal.http_status
    return render(request, "staff/reviews/transcribe.html", context, status=status)


def _written_down() -> list[tuple[str, str]]:
    return [(code, rules.CHANNELS[code]) for code in ("phone", "paper")]


def _write_down(request: HttpRequest) -> operations.Rated:
    said = operations.Answer(
        level=posted(request, "level", 0),
        channel=request.POST.get("channel", ""),
        anonymous=request.POST.get("named") != "yes",
        indicators=request.POST.getlist("indicators"),
        text=request.POST.get("text", ""),
    )
    return operations.write_rating_down(code=request.POST.get("code", ""), answer=said, **who(request))


@keyed
def screens(request: HttpRequest) -> HttpResponse:
    """Today's visits that are over: open the rating screen of each once."""
    actor = actor_of(request)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        number = posted(request, "visit")
        opened, refusal = attempt(request, lambda: operations.open_screen(invitation_id=number, **who(request)))
        if refusal is None:
            address = request.build_absolute_uri(f"{reverse('rate', args=[opened.code])}?from=")
            context = {"opened": opened.invitation, "code": operations.grouped(opened.code)}
            context |= {"address": f"{address}tablet", "qr": qr_svg(f"{address}qr")}
            return render(request, "staff/reviews/screen.html", context)
        context["problem"], status = str(refusal), refusal.http_status
    context["visits"] = queries.visits_to_rate(actor=actor, on=clock.today())
    return render(request, "staff/reviews/screens.html", context, status=status)

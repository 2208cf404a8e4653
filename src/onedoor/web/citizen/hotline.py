"""A call's work order, for whoever holds its number and code: how far it is, and whether it is resolved."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from onedoor.platform.channels import operations, queries
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.limits import limited
from onedoor.web.parts.writes import attempt, keyed, unkeyed

NAMES = ("responded", "resolved", "satisfied")


@login_not_required
@limited("hotline", most=20, methods=("POST",))
@unkeyed("reads; a POST keeps the code out of the address")
def follow(request: HttpRequest) -> HttpResponse:
    """Show how far an order is, by number and code."""
    context: dict[str, Any] = {"typed": request.POST}
    status = 200
    if request.method == "POST":
        try:
            context["followed"] = _followed(request)
        except operations.OrderNotFound:
            context["problem"], status = "工单号和查询码对不上，请核对以后重新填写；记不清的请拨打热线查询。", 404
    return _page(request, context, status)


@require_POST
@login_not_required
@limited("hotline", most=20)
@keyed
def say(request: HttpRequest) -> HttpResponse:
    """Say whether one was contacted, whether it is resolved, and apart from that whether one is content."""
    said = operations.Said(*(request.POST.get(name, "") for name in NAMES))
    given = {name: request.POST.get(name, "") for name in ("number", "code", "text")}
    actor = actor_of(request)
    _, refusal = attempt(request, lambda: operations.say_by_code(**given, said=said, actor=actor, at=clock.now()))
    context: dict[str, Any] = {"typed": request.POST, "followed": _followed(request), "done": refusal is None}
    if refusal is not None:
        context["problems"] = refusal.by_field
    return _page(request, context, refusal.http_status if refusal else 200)


def _followed(request: HttpRequest) -> queries.FollowedOrder:
    return queries.follow_order(number=request.POST.get("number", ""), code=request.POST.get("code", ""))


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    context["asked"] = (("responded", "有人联系您吗"), ("resolved", "问题解决了吗"), ("satisfied", "您满意吗"))
    response = render(request, "citizen/hotline/follow.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response

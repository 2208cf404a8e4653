"""我的→通知方式: how I want to be told, and the addresses behind it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.kernel.languages import languages
from onedoor.platform.messages import operations, queries
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import attempt, has_written, keyed

ADDRESSES = "?part=addresses"
ELSEWHERE = ("news",)  # chosen where one subscribes


@keyed
def ways(request: HttpRequest) -> HttpResponse:
    """Choose the ways for each kind of notice; give, prove and drop addresses."""
    actor = actor_of(request)
    context: dict[str, Any] = {"problems": {}, "typed": request.POST, "names": queries.WAYS, "code": ""}
    if request.method == "POST":
        made, refusal = attempt(request, _deeds(request).get(request.POST.get("deed", ""), _unknown))
        if refusal is None and made is None:
            return redirect(request.path + ("" if _is_choice(request) else ADDRESSES))
        context["problems"] = refusal.by_field if refusal else {}
        if made is False:
            context["problems"] = {"code": operations.WRONG_CODE}
        context["code"] = made or ""
    page = queries.own_ways(actor=actor)
    context |= {"page": page, "kinds": [_kind(request, one, page) for one in _kinds(page)]}
    context["languages"] = [(code, one.name, code == page.language) for code, one in languages().items()]
    context["shows_addresses"] = request.GET.get("part") == "addresses" or not _is_choice(request)
    status = 422 if context["problems"] else 200
    response = render(request, "citizen/notice_ways.html", context, status=status)
    return has_written(response) if status == 422 and context["problems"].get("code") else response


def _is_choice(request: HttpRequest) -> bool:
    """Tell whether this is about the ways; what else is posted is about the addresses behind them."""
    return request.method != "POST" or request.POST.get("deed") == "choose"


def _unknown() -> None:
    raise InvalidInput({"": "请选择要保存的内容。"})


def _deeds(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    actor, at = actor_of(request), clock.now()
    who: dict[str, Any] = {"actor": actor, "at": at}
    address, code = request.POST.get("address", ""), request.POST.get("code", "")
    return {
        "choose": lambda: _choose(request),
        "choose_language": lambda: operations.choose_language(language=request.POST.get("language", ""), **who),
        "ask_code": lambda: operations.ask_email_code(address=address, wall=clock.wall(), **who),
        "verify": lambda: None if operations.verify_email(code=code, **who) else False,
        "drop": lambda: operations.drop_email(**who),
        "bind": lambda: operations.make_binding_code(**who),
        "push_on": lambda: _none(operations.add_push_device(**_device(request), **who)),
        "push_off": lambda: operations.drop_push_device(device_id=posted(request, "id"), **who),
        "unbind": lambda: _none(operations.unbind_wechat(person_id=actor.require_person(), **who)),
    }


def _kinds(page: queries.OwnWays) -> list[queries.KindOfNotice]:
    return [one for one in page.kinds if one.kind.code not in ELSEWHERE]


def _none(_: object) -> None:
    return None


def _device(request: HttpRequest) -> dict[str, Any]:
    """Return what the browser has said of itself; the page's script fills it in."""
    return {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth", "label")}


def _choose(request: HttpRequest) -> None:
    """Choose for every kind at once, all or none."""
    problems: dict[str, str] = {}
    for one in _kinds(queries.own_ways(actor=actor_of(request))):
        chosen = request.POST.getlist(f"ways-{one.kind.code}")
        try:
            operations.choose_ways(kind=one.kind.code, ways=chosen, actor=actor_of(request), at=clock.now())
        except InvalidInput as refusal:
            problems |= refusal.problems
    if problems:
        raise InvalidInput(problems)


def _kind(request: HttpRequest, one: queries.KindOfNotice, page: queries.OwnWays) -> dict[str, Any]:
    """Return a kind with the ways that are ticked: as typed where the page comes back, else as chosen."""
    typed = request.method == "POST" and request.POST.get("deed") == "choose"
    ticked = request.POST.getlist(f"ways-{one.kind.code}") if typed else one.chosen
    there = {
        "sms": True,
        "email": page.has_email,
        "wechat": page.has_wechat,
        "push": bool(page.devices),
        "person": bool(one.kind.basis),
    }
    offered = [way for way in queries.WAYS if there[way] or way in ticked]  # what the site has, or once had
    return {"kind": one.kind, "ways": [(way, queries.WAYS[way], way in ticked) for way in offered]}

"""The hotline: a call, the list of orders, one order with its acts, what the desk works with."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.channels import operations, queries
from onedoor.platform.files.posted import evidence_of
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.knowledge import queries as knowledge
from onedoor.web.parts import dictating
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.arrivals import PASS_KEY
from onedoor.web.parts.inputs import Garbled, typed_moment, whole
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.handing import number
from onedoor.web.staff.performing import who

HEADINGS = {  # of each act, in the order of the page
    "respond": "值班响应",
    "sign": "签收",
    "dispatch": "派单",
    "answer": "直接答复",
    "assign": "指定承办单位",
    "confirm": "审定退单",
    "grant_extension": "审批延期",
    "assist": "协办意见",
    "reply": "答复",
    "revisit": "回访",
    "close": "办结",
    "return": "退回重办",
    "contact": "只记一次联系",
    "object": "退单",
    "ask_extension": "申请延期",
    "refuse": "不予受理",
    "merge": "并单",
    "explain": "解释后办结",
}
SELDOM = frozenset({"contact", "object", "ask_extension", "refuse", "merge", "explain"})  # closed until asked for
YES_NO = {"yes": True, "no": False}


def index(request: HttpRequest) -> HttpResponse:
    """List the orders an officer has to do with."""
    ended, actor = request.GET.get("ended") == "1", actor_of(request)
    rows = queries.list_orders(actor=actor, at=clock.now(), ended=ended, before=whole(request.GET, "before", 0))
    older = rows[-1].id if ended and len(rows) == queries.PAGE else None
    return render(request, "staff/hotline/index.html", {"rows": rows, "ended": ended, "older": older})


@keyed
def call(request: HttpRequest) -> HttpResponse:
    """Take a call: who it is, what items there are, and an order or an application begun for the caller."""
    actor = actor_of(request)
    actor.require_one_of("channels.take")
    usual = {"urgency": "normal", "channel": "phone", "division": actor.division}
    context: dict[str, Any] = {"typed": request.POST or usual, "problems": {}}
    status = 200
    if dictating.is_spoken(request):
        said = dictating.spoken(request, purpose="call", into="content", actor=actor)
        context |= {"typed": said.typed, "heard": said.heard, "problems": said.problems}
        status = said.status
    elif request.method == "POST":
        acts = {"look": _look, "search": _search, "file": _file, "begin": _begin}
        if request.POST.get("act") not in acts:
            raise Garbled
        done, refusal = attempt(request, lambda: acts[request.POST["act"]](request))
        if refusal is not None:
            context["problems"], status = refusal.by_field, refusal.http_status
        elif isinstance(done, HttpResponse):
            return done
        else:
            context |= done
    if request.POST.get("q"):
        context |= _search(request)
    response = render(request, "staff/hotline/call.html", context | _choices(request), status=status)
    response["Cache-Control"] = "no-store"
    return response


def _choices(request: HttpRequest) -> dict[str, Any]:
    actor, on = actor_of(request), clock.today()
    organs = [(str(code), name) for code, name in queries.organ_choices(actor=actor, on=on)]
    return {
        "categories": queries.CATEGORIES.items(),
        "urgencies": [one for one in queries.URGENCIES.items() if one[0] != "emergency"],
        "emergencies": queries.EMERGENCIES.items(),
        "channels": queries.CHANNELS.items(),
        "places": queries.place_choices(actor=actor, on=on),
        "organs": organs,
        "lines": [(str(one.id), f"{one.number} {one.title}") for one in queries.list_lines(actor=actor)],
        "topics": [one.topic for one in queries.list_rules(actor=actor, on=on)],
        "item_at_hand": request.POST.get("item", ""),
    }


def _caller(request: HttpRequest) -> queries.Caller | None:
    """Return who was verified; nobody where the last four characters were not asked for."""
    sent = request.POST
    if not sent.get("last_four", "").strip():
        return None
    return queries.look_up_caller(
        phone=sent.get("caller_phone", ""),
        name=sent.get("caller_name", ""),
        last_four=sent["last_four"],
        **who(request),
    )


def _look(request: HttpRequest) -> dict[str, Any]:
    caller = _caller(request)
    if caller is None:
        raise InvalidInput({"last_four": "请问来电人的证件号后四位，对得上才能查看。"})
    return {"caller": caller}


def _search(request: HttpRequest) -> dict[str, Any]:
    words, today = request.POST.get("q", ""), clock.today()
    place = knowledge.place_at(division=request.POST.get("division", ""), on=today)
    return {"found": knowledge.items_about(words=[words], place=place, on=today)[:6], "searched": words}


def _file(request: HttpRequest) -> HttpResponse:
    sent, caller = request.POST, _caller(request)
    filed = operations.file_order(
        call=operations.Call(
            category=sent.get("category", ""),
            content=sent.get("content", ""),
            division=sent.get("division", ""),
            urgency=sent.get("urgency", ""),
            emergency=sent.get("emergency", ""),
            topic=sent.get("topic", ""),
            channel=sent.get("channel", ""),
            hotline_id=number(request, "hotline") or None,
            caller_name=sent.get("caller_name", ""),
            caller_phone=sent.get("caller_phone", ""),
            person_id=caller.person_id if caller else None,
            consents=sent.get("consents") == "yes",
            about_id=number(request, "about") or None,
            case_number=sent.get("case_number", ""),
        ),
        **who(request),
    )
    context = {"order": filed.order, "code": operations.grouped(filed.code)}
    return _once(render(request, "staff/hotline/filed.html", context))


def _begin(request: HttpRequest) -> HttpResponse:
    """Begin a form for the caller; this browser fills it in, the code lets the caller go on."""
    if not request.POST.get("item"):
        raise InvalidInput({"item": "请先查到事项，再选一个开始申请。"})
    opened = operations.hand_over(
        item_code=request.POST["item"],
        phone=request.POST.get("caller_phone", ""),
        division=request.POST.get("division", ""),
        **who(request),
    )
    request.session[PASS_KEY] = opened.key
    context = {"code": opened.code, "title": opened.draft.item_version.title}
    return _once(render(request, "staff/hotline/handed.html", context))


def _once(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


@keyed
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """One order, and what can be done about it now."""
    problems: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _act(request, order_id))
        if refusal is None:
            return redirect("hotline_order", order_id)
        problems, status = refusal.by_field, refusal.http_status
    actor = actor_of(request)
    found = queries.get_order(order_id=order_id, actor=actor, at=clock.now())
    context: dict[str, Any] = {"order": found, "problems": problems, "typed": request.POST}
    context |= {"ways": queries.WAYS.items(), "resolutions": queries.RESOLVED.items(), "answers": queries.ANSWERS}
    context["reasons"] = queries.NOT_ACCEPTED.items()
    context["main"] = [(act, HEADINGS[act]) for act in HEADINGS if act in found.acts and act not in SELDOM]
    context["others"] = [(act, HEADINGS[act]) for act in HEADINGS if act in found.acts and act in SELDOM]
    if {"dispatch", "assign", "confirm"} & set(found.acts):
        organs = queries.organ_choices(actor=actor, on=clock.today())
        context["organs"] = [(str(code), name) for code, name in organs]
    return _once(render(request, "staff/hotline/order.html", context, status=status))


def _act(request: HttpRequest, order_id: int) -> object:
    sent = request.POST
    about: dict[str, Any] = {"order_id": order_id, **who(request)}
    note: dict[str, Any] = {"note": sent.get("text", "")}
    text, chosen = sent.get("text", ""), number(request, "organization")
    acts: dict[str, Callable[[], object]] = {
        "answer": lambda: operations.answer_directly(answer=text, **about),
        "refuse": lambda: operations.refuse_order(reason=sent.get("reason", ""), text=text, **about),
        "merge": lambda: operations.merge_order(into=sent.get("into", ""), **about),
        "explain": lambda: operations.explain_order(text=text, **about),
        "dispatch": lambda: operations.dispatch_order(organization_id=chosen, joint=_joint(request), **note, **about),
        "assign": lambda: operations.dispatch_order(organization_id=chosen, joint=_joint(request), **note, **about),
        "respond": lambda: operations.respond_to_emergency(**note, **about),
        "sign": lambda: operations.sign_order(**about),
        "object": lambda: operations.object_to_order(reason=text, better=sent.get("better", ""), **about),
        "confirm": lambda: operations.decide_objection(
            upheld=_yes(request, "upheld"), organization_id=chosen or None, **note, **about
        ),
        "ask_extension": lambda: operations.ask_extension(days=number(request, "days"), reason=text, **about),
        "grant_extension": lambda: operations.decide_extension(granted=_yes(request, "granted"), **note, **about),
        "contact": lambda: operations.contact_caller(way=sent.get("way", ""), note=sent.get("contact", ""), **about),
        "assist": lambda: operations.write_joint_part(text=text, **about),
        "reply": lambda: _reply(request, about),
        "revisit": lambda: operations.revisit_order(said=said_in(request), **note, **about),
        "return": lambda: operations.return_for_rework(**note, **about),
        "close": lambda: operations.close_order(**note, **about),
    }
    if sent.get("act", "") not in acts:
        raise Garbled
    return acts[sent["act"]]()


def _joint(request: HttpRequest) -> list[int]:
    chosen = request.POST.getlist("joint")
    if not all(one.isdigit() and len(one) <= 9 for one in chosen):
        raise Garbled
    return [int(one) for one in chosen]


def _yes(request: HttpRequest, name: str) -> bool:
    if request.POST.get(name, "") not in YES_NO:
        raise InvalidInput({name: "请选择。"})
    return YES_NO[request.POST[name]]


def said_in(request: HttpRequest) -> operations.Said:
    """Return what a caller says of the result."""
    return operations.Said(*(request.POST.get(name, "") for name in ("responded", "resolved", "satisfied")))


def _reply(request: HttpRequest, about: dict[str, Any]) -> object:
    sent, paper = request.POST, evidence_of(request)
    done = operations.reply_to_order(
        answer=sent.get("answer", ""),
        resolved=sent.get("unit_resolved", ""),
        way=sent.get("way", ""),
        contact=sent.get("contact", ""),
        evidence_digest=paper.digest,
        **about,
    )
    paper.keep(name="办理凭证", target=done.target, **who(request))
    return done


@keyed
def catalogue(request: HttpRequest) -> HttpResponse:
    """The dispatch catalogue, the lines and who is on duty; whoever reviews enters them."""
    actor = actor_of(request)
    context: dict[str, Any] = {"typed": request.POST, "problems": {}, "edits": "channels.review" in actor.permissions}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _enter(request))
        if refusal is None:
            return redirect("hotline_catalogue")
        context["problems"], status = refusal.by_field, refusal.http_status
    context["rules"] = queries.list_rules(actor=actor, on=clock.today())
    context["lines"] = queries.list_lines(actor=actor)
    context["duty"] = queries.list_duty(actor=actor, at=clock.now())
    context["modes"] = queries.MODES
    context["organs"] = [(str(code), name) for code, name in queries.organ_choices(actor=actor, on=clock.today())]
    return render(request, "staff/hotline/catalogue.html", context, status=status)


def _enter(request: HttpRequest) -> object:
    sent = request.POST
    given: dict[str, Any] = {"division": actor_of(request).division, **who(request)}
    if sent.get("act") == "line":
        given |= {name: sent.get(name, "").strip() for name in ("number", "title", "mode")}
        return operations.open_line(**given)
    if sent.get("act") == "rule":
        return operations.set_rule(
            topic=sent.get("topic", ""),
            organization_id=number(request, "organization"),
            department_only=sent.get("department_only") == "yes",
            document=sent.get("document", ""),
            **given,
        )
    if sent.get("act") == "duty":
        given |= {name: typed_moment(request, name) for name in ("begins_at", "ends_at")}
        given |= {name: sent.get(name, "") for name in ("name", "phone")}
        return operations.name_duty_officer(**given)
    raise Garbled

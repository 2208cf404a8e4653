"""信息发布: one text, many channels: written, looked through, released by another person, recalled."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from onedoor.platform.files.posted import require_room
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import StaleVersion
from onedoor.platform.publishing import deeds, operations, queries
from onedoor.web.parts import charts
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import optional_day, posted, typed_moment
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.place_names import names_of

DAYS_SHOWN = 30
DEEDS = {
    "submit": ("送审", "", ""),
    "release": ("审核通过并发布", "", ""),
    "release_urgent": ("紧急发布", "为什么来不及由另一人审核", "button--danger"),
    "send_back": ("退回修改", "退回原因", "button--danger"),
    "review": ("事后审核", "审核意见", ""),
    "recall": ("撤回", "撤回原因（公开显示）", "button--danger"),
}


def index(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    rows = queries.list_publications(actor=actor, state=request.GET.get("state", ""))
    writes = operations.WRITE in actor.permissions
    context = {
        "rows": rows,
        "names": names_of(row.division for row in rows),
        "writes": writes,
        "above": queries.to_carry_on(actor=actor) if writes else [],
        "topics": dict(queries.TOPICS),
    }
    return render(request, "staff/publishing/index.html", context)


@keyed
def new(request: HttpRequest) -> HttpResponse:
    """Begin a text of one's own, or carry one of an upper organ on."""
    typed: Any = request.POST or _begun(request)
    return _writing(request, "", typed)


@keyed
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Save a draft as its next version."""
    version = queries.standing_version(number=number, actor=actor_of(request))
    return _writing(request, number, request.POST or _as_typed(version), standing=version.version)


def _begun(request: HttpRequest) -> dict[str, Any]:
    actor = actor_of(request)
    typed: dict[str, Any] = {
        "audience": actor.division,
        "valid_from": clock.today().isoformat(),
        "channels": ["site", "inbox"],
    }
    carried = request.GET.get("carries", "")
    found = [one for one in queries.to_carry_on(actor=actor) if one.publication.number == carried]
    if found:
        named = ("title", "summary", "body", "topic")
        typed |= {name: getattr(found[0], name) for name in named} | {"carries": carried}
    return typed


def _as_typed(version: Any) -> dict[str, Any]:
    names = ("title", "summary", "body", "topic", "audience", "channels", "accounts", "everybody")
    days = {name: getattr(version, name) for name in ("valid_from", "valid_to")}
    return {
        **{name: getattr(version, name) for name in names},
        **{name: day.isoformat() if day else "" for name, day in days.items()},
    }


def _chosen(typed: Any, name: str) -> list[str]:
    """Return what is ticked, of a form or of a version."""
    values = typed.getlist(name) if hasattr(typed, "getlist") else typed.get(name, [])
    return [str(one) for one in values]


def _writing(request: HttpRequest, number: str, typed: Any, *, standing: int = 0) -> HttpResponse:
    """`standing` is the number of the version that counts now; 0 for a new text."""
    actor, channels = actor_of(request), _chosen(typed, "channels")
    context: dict[str, Any] = {
        "number": number,
        "typed": typed,
        "version": typed.get("version", standing),
        "topics": queries.TOPICS,
        "channels": [(code, name, code in channels) for code, name in queries.CHANNELS],
        "typed_place": names_of([str(typed.get("audience", ""))]),
        "accounts": [
            (one, str(one.pk) in _chosen(typed, "accounts"))
            for one in queries.list_accounts(actor=actor, standing=True)
        ],
        "may_reach_everybody": actor.may(queries.EVERYBODY, division=actor.division),
        "problems": {},
    }
    if request.method != "POST":
        return render(request, "staff/publishing/write.html", context)
    made, refusal = attempt(request, lambda: _write(request, number))
    if refusal is not None:
        context["problems"] = refusal.by_field
        if isinstance(refusal, StaleVersion):  # whoever has compared saves over it knowingly
            context["version"] = standing
        return render(request, "staff/publishing/write.html", context, status=refusal.http_status)
    return redirect("publication", number=made.publication.number)


def _write(request: HttpRequest, number: str) -> Any:
    sent = request.POST
    text = operations.Text(
        title=sent.get("title", ""),
        summary=sent.get("summary", ""),
        body=sent.get("body", ""),
        topic=sent.get("topic", ""),
        audience=sent.get("audience", "").strip(),
        valid_from=optional_day(request, "valid_from"),
        valid_to=optional_day(request, "valid_to"),
        channels=sent.getlist("channels"),
        accounts=[int(one) for one in sent.getlist("accounts") if one.isdecimal()],
        everybody="everybody" in sent,
    )
    return operations.write_publication(
        number=number,
        text=text,
        carries=sent.get("carries", ""),
        seen=_seen(request),
        actor=actor_of(request),
        at=clock.now(),
    )


def _seen(request: HttpRequest) -> int | None:
    """Return the version of the text on the page that was sent."""
    return posted(request, "version") if "version" in request.POST else None


@keyed
def publication(request: HttpRequest, number: str) -> HttpResponse:
    """One text: exactly what goes out over each channel, what the checks say, where it stands, what may be done."""
    actor = actor_of(request)
    problems: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        queries.get_publication(number=number, actor=actor)
        _, refusal = attempt(request, lambda: _act(request, number))
        if refusal is None:
            return redirect("publication", number=number)
        problems, status = refusal.by_field, refusal.http_status
    desk = queries.desk_of(number=number, actor=actor, at=clock.now())
    possible = queries.deeds_possible(desk.publication, actor=actor)
    context: dict[str, Any] = {
        "desk": desk,
        "row": desk.publication,
        "version": desk.version,
        "blocks": desk.blocks,
        "names": names_of([desk.publication.division, desk.version.audience]),
        "topic": dict(queries.TOPICS).get(desk.version.topic, ""),
        "deeds": [(deed, *DEEDS[deed]) for deed in possible],
        "own": any(step.act == "write" and step.login_id == actor.login_id for step in desk.steps),
        "may_edit": desk.publication.state == "draft"
        and actor.may(operations.WRITE, division=desk.publication.division),
        "typed": request.POST,
        "problems": problems,
    }
    return render(request, "staff/publishing/publication.html", context, status=status)


def _act(request: HttpRequest, number: str) -> None:
    sent = request.POST
    said = deeds.Said(
        note=sent.get("note", ""),
        release_at=typed_moment(request, "release_at") if sent.get("release_at", "").strip() else None,
        correct="correct" in sent,
        seen=_seen(request),
    )
    deeds.do(sent.get("deed", ""), number=number, said=said, actor=actor_of(request), at=clock.now())


@keyed
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts of WeChat and Weibo: enter one of the own organ, stop using one."""
    actor = actor_of(request)
    context: dict[str, Any] = {
        "rows": queries.list_accounts(actor=actor),
        "kinds": queries.KINDS,
        "may_open": actor.may(operations.ACCOUNTS, division=actor.division),
        "typed": request.POST,
        "problems": {},
    }
    if request.method != "POST":
        return render(request, "staff/publishing/accounts.html", context)
    _, refusal = attempt(request, lambda: _keep_account(request))
    if refusal is not None:
        context["problems"] = refusal.by_field
        return render(request, "staff/publishing/accounts.html", context, status=refusal.http_status)
    return redirect("media_accounts")


def _keep_account(request: HttpRequest) -> None:
    sent = request.POST
    who: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    if sent.get("deed") == "close":
        operations.close_account(account_id=posted(request, "id"), **who)
    else:
        said: dict[str, Any] = {name: sent.get(name, "") for name in ("kind", "name", "app_id", "secret")}
        operations.open_account(**said, **who)


@keyed
def pictures(request: HttpRequest, number: str) -> HttpResponse:
    """The pictures of a draft: add one with its words, take one out."""
    problems: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _picture(request, number))
        if refusal is None:
            return redirect("publication_pictures", number=number)
        problems, status = refusal.by_field or {"file": str(refusal)}, refusal.http_status
    desk = queries.desk_of(number=number, actor=actor_of(request), at=clock.now())
    context = {
        "row": desk.publication,
        "pictures": sorted((one.picture for one in desk.blocks if one.picture), key=lambda one: one.number),
        "findings": [one for one in desk.findings if one.field == "pictures"],
        "may_edit": desk.publication.state == "draft",
        "typed": request.POST,
        "problems": problems,
    }
    return render(request, "staff/publishing/pictures.html", context, status=status)


def _picture(request: HttpRequest, number: str) -> None:
    who: dict[str, Any] = {"number": number, "actor": actor_of(request), "at": clock.now()}
    if request.POST.get("deed") == "remove":
        operations.remove_picture(picture_id=posted(request, "id"), **who)
        return
    require_room(request)
    operations.add_picture(content=request.FILES.get("file"), alt=request.POST.get("alt", ""), **who)


@require_safe
def picture(request: HttpRequest, number: str, picture_id: int) -> HttpResponse:
    content = queries.picture_at_desk(number=number, picture_id=picture_id, actor=actor_of(request))
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/webp", headers=headers)


def reach(request: HttpRequest, number: str) -> HttpResponse:
    """How many the text has reached on each channel, and the days of its page as columns with their table."""
    reached = queries.reach_of(number=number, actor=actor_of(request))
    days = [(f"{on:%m-%d}", float(times)) for on, times in reached.views[-DAYS_SHOWN:]]
    context = {
        "reached": reached,
        "columns": charts.columns(days) if days else None,
        "title": "网站每日浏览次数",
    }
    return render(request, "staff/publishing/reach.html", context)

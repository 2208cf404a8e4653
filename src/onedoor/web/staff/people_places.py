"""Organizations with their units and service points, and the tree of divisions they stand in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted, posted_day
from onedoor.web.parts.writes import keyed
from onedoor.web.staff.handing import number, problems_of

LEVELS = [("2", "省级"), ("3", "地级"), ("4", "县级"), ("5", "乡级"), ("6", "村级")]
TIERS = [("1", "部"), ("2", "省"), ("3", "市"), ("4", "县"), ("5", "乡镇（街道）"), ("6", "村（社区）")]


@keyed
def organizations(request: HttpRequest) -> HttpResponse:
    """List the organizations within reach, and enter a new one."""
    actor = actor_of(request)
    problems: dict[str, str] = {}
    if request.method == "POST":
        problems = problems_of(request, lambda: _register(request))
        if not problems:
            return redirect("organizations")
    found = identity.list_organizations(actor=actor, on=clock.today())
    context = {
        "organizations": found,
        "parents": [(str(one.pk), one.name) for one in found if one.in_force_to is None],
        "kinds": identity.ORGANIZATION_KINDS,
        "tiers": TIERS,
        "manages": "identity.manage" in actor.permissions,
        "today": clock.today(),
        "typed": request.POST,
        "problems": problems,
        "duties": [],
    }
    return render(request, "staff/people/organizations.html", context, status=422 if problems else 200)


def _register(request: HttpRequest) -> None:
    operations.register_organization(
        uscc=request.POST.get("uscc", "").strip().upper(),
        name=request.POST.get("name", ""),
        short_name=request.POST.get("short_name", ""),
        kind=request.POST.get("kind", ""),
        tier=number(request, "tier"),
        division=request.POST.get("division", "").strip(),
        parent_id=number(request, "parent") or None,
        phone=request.POST.get("phone", "").strip(),
        actor=actor_of(request),
        at=clock.now(),
        in_force_from=clock.today(),
    )


@keyed
def organization(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Show one organization with its units, points, posts and history, and change it."""
    actor = actor_of(request)
    problems: dict[str, str] = {}
    found = identity.get_organization(organization_id=organization_id, actor=actor)
    if request.method == "POST":
        problems = problems_of(request, lambda: _change(request, organization_id))
        if not problems:
            return redirect("organization", organization_id=organization_id)
    others = identity.list_organizations(actor=actor, on=clock.today())
    context = {
        "organization": found,
        "others": [(str(one.pk), one.name) for one in others if one.pk != organization_id and one.in_force_to is None],
        "point_kinds": identity.SERVICE_POINT_KINDS,
        "manages": "identity.manage" in actor.permissions and found.in_force_to is None,
        "today": clock.today(),
        "typed": request.POST if problems else {"name": found.name, "short_name": found.short_name},
        "problems": problems,
        "duties": [],
    }
    return render(request, "staff/people/organization.html", context, status=422 if problems else 200)


def _change(request: HttpRequest, organization_id: int) -> None:
    """Do the one thing the posted form asks for."""
    post = request.POST
    who: dict[str, Any] = {"actor": actor_of(request), "at": clock.now()}
    what = post.get("act", "")
    given: dict[str, Any] = {"organization_id": organization_id, **who}
    if what == "rename":
        operations.rename_organization(name=post.get("name", ""), short_name=post.get("short_name", ""), **given)
    elif what == "unit":
        operations.add_unit(name=post.get("unit", ""), **given)
    elif what == "end_unit":
        operations.end_unit(unit_id=posted(request, "unit_id"), **who)
    elif what == "point":
        operations.set_service_point(
            kind=post.get("kind", ""),
            name=post.get("point", ""),
            address=post.get("address", ""),
            phone=post.get("phone", ""),
            opening_hours=post.get("opening_hours", ""),
            longitude=post.get("longitude", ""),
            latitude=post.get("latitude", ""),
            **given,
        )
    elif what == "close_point":
        operations.close_service_point(service_point_id=posted(request, "point_id"), **who)
    elif what == "succeed":
        operations.succeed_organizations(
            ended=[organization_id],
            successors=[int(one) for one in post.getlist("successors") if one.isdigit()],
            document=post.get("document", ""),
            on=posted_day(request, "on"),
            **who,
        )


@keyed
def divisions(request: HttpRequest) -> HttpResponse:
    """Enter a reorganisation: new divisions, new names, who takes over from whom; and show the latest ones."""
    actor = actor_of(request)
    rows = identity.reorganisations(actor=actor)
    problems: dict[str, str] = {}
    if request.method == "POST":
        problems = problems_of(request, lambda: _reorganise(request))
        if not problems:
            return redirect(f"{reverse('divisions')}?done=1")
    context = {
        "rows": rows,
        "levels": LEVELS,
        "typed": request.POST if problems else {"on": clock.today().isoformat()},
        "problems": problems,
        "today": clock.today(),
        "done": request.GET.get("done", ""),
        "duties": [],
    }
    return render(request, "staff/people/divisions.html", context, status=422 if problems else 200)


def _reorganise(request: HttpRequest) -> None:
    post, what = request.POST, request.POST.get("act", "")
    who: dict[str, Any] = {"on": posted_day(request, "on"), "actor": actor_of(request), "at": clock.now()}
    if what == "establish":
        operations.establish_division(
            code=post.get("code", "").strip(),
            name=post.get("name", ""),
            level=number(request, "level"),
            parent=post.get("parent", "").strip(),
            document=post.get("document", ""),
            **who,
        )
    elif what == "rename":
        operations.rename_division(code=post.get("code", "").strip(), name=post.get("name", ""), **who)
    elif what == "replace":
        successions = _pairs(post.get("successions", ""))
        operations.replace_divisions(successions=successions, document=post.get("document", ""), **who)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Read one succession a line: the code that ends, then the one that takes over."""
    pairs = []
    for line in text.splitlines():
        codes = line.replace("→", " ").replace(",", " ").replace("，", " ").split()
        if not codes:
            continue
        if len(codes) != 2:
            raise InvalidInput({"successions": f"“{line.strip()[:40]}”这一行应是两个代码：撤销的、承接的。"})
        pairs.append((codes[0], codes[1]))
    return pairs

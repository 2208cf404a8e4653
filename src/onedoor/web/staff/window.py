"""At the window: identity seen in person, delegations, guardianships, help with a form, a new password."""

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from onedoor.platform.cases import queries as cases
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.files.posted import evidence_of
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.standards.code_sets import label
from onedoor.web.parts import refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled, next_address, optional_day, posted, posted_day
from onedoor.web.parts.scopes import SCOPES
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.handing import number, problems_of

LOOKS: dict[str, Any] = {"documents": identity.CHECKED_DOCUMENTS, "methods": identity.CHECK_METHODS}
DONE = {
    "verified": "已核验，实名等级升为 4 级。",
    "delegated": "委托已登记，双方都会收到通知。",
    "guarded": "监护关系已登记，双方都会收到通知。",
    "bound": "单位账号已交给法定代表人，以后由他（她）在“我的单位”授权经办人。",
    "ended": "监护关系已终止。",
    "died": "已提交死亡登记，等本单位或者上级单位另一位工作人员核对证明后确认；确认以前什么都不变。",
    "corrected": "已提交更正，等本单位或者上级单位另一位工作人员核对证明后确认；确认以前什么都不变。",
    "assisted": "帮办已结束。",
    "checked": "证件已核验，在这次帮办里有效，本人会收到通知。",
}


@keyed
def reset(request: HttpRequest) -> HttpResponse:
    """Show the form the post may use; after the reset, what the person takes along, this once."""
    actor = actor_of(request)
    for_officers = "identity.reset" in actor.permissions
    if not for_officers and "identity.reset_citizen" not in actor.permissions:
        raise NotAllowed
    context: dict[str, Any] = {"for_officers": for_officers, "typed": request.POST, "problems": {}}
    context["duties"] = cases.duty_counts(actor=actor)
    if for_officers:
        context["waiting"] = identity.resets_to_approve(actor=actor, at=clock.now())
    if request.method != "POST":
        return render(request, "staff/reset.html", context)

    def write() -> Any:
        given: dict[str, Any] = {
            "witness_note": request.POST.get("witness_note", ""),
            "actor": actor,
            "at": clock.now(),
        }
        if request.POST.get("approve"):
            return operations.approve_reset(reset_id=posted(request, "approve"), actor=actor, at=clock.now())
        if for_officers:
            return operations.reset_officer(username=request.POST.get("username", ""), **given)
        return operations.reset_citizen(
            name=request.POST.get("name", ""),
            id_number=request.POST.get("id_number", ""),
            new_phone=request.POST.get("new_phone", ""),
            **given,
        )

    done, refusal = attempt(request, write)
    if isinstance(refusal, InvalidInput):
        return render(request, "staff/reset.html", context | {"problems": refusal.problems}, status=422)
    if refusal is not None:
        raise refusal
    if done.one_time_secret:
        address = f"otpauth://totp/OneDoor:{done.username}?secret={done.one_time_secret}&issuer=OneDoor"
        context["qr"] = segno.make(address).svg_inline(scale=4, border=2)
    response = render(request, "staff/reset_done.html", context | {"done": done})
    response["Cache-Control"] = "no-store"
    return response


def window(request: HttpRequest) -> HttpResponse:
    """Show what can be done at the window, and whom the officer is helping."""
    actor = actor_of(request)
    actor.require_one_of("identity.window")
    filing = identity.assisted_filing(actor=actor, at=clock.now())
    context = {
        "deaths": identity.deaths_waiting(actor=actor),
        "filing": filing,
        "check": identity.identity_check_of(filing),
        "offered": catalog.list_items(on=clock.today()),
        "resets": "identity.reset_citizen" in actor.permissions,
        "done": DONE.get(request.GET.get("done", ""), ""),
        "duties": cases.duty_counts(actor=actor),
    }
    return render(request, "staff/window/index.html", context)


def _page(request: HttpRequest, template: str, perform: Any, done: str, **context: Any) -> HttpResponse:
    """Show a form of the window, hand it in, and go back with a word of what was done."""
    actor = actor_of(request)
    actor.require_one_of("identity.window")
    problems: dict[str, str] = {}
    if request.method == "POST":
        problems = problems_of(request, perform)
        if not problems:
            return redirect(f"{reverse('window')}?done={done}")
    context |= {"problems": problems, "typed": request.POST if problems else context.get("typed", {})}
    context["duties"] = cases.duty_counts(actor=actor)
    return render(request, f"staff/window/{template}.html", context, status=422 if problems else 200)


@keyed
def verify(request: HttpRequest) -> HttpResponse:
    """Raise somebody's real-name level after seeing them with their document; give them an account if they have none."""

    def perform() -> None:
        operations.admit_at_window(
            name=request.POST.get("name", ""),
            id_number=request.POST.get("id_number", ""),
            division=request.POST.get("division", "").strip(),
            phone=request.POST.get("phone", "").strip(),
            document_valid_to=optional_day(request, "document_valid_to"),
            witness_note=request.POST.get("witness_note", ""),
            actor=actor_of(request),
            at=clock.now(),
        )

    return _page(request, "verify", perform, "verified")


@keyed
def delegate(request: HttpRequest) -> HttpResponse:
    """Record a delegation given at the window: both people, the terms, a witness, a photo of the act."""

    def perform() -> None:
        paper = evidence_of(request)
        post, actor = request.POST, actor_of(request)
        delegation = operations.record_delegation(
            principal=(post.get("principal_name", ""), post.get("principal_id_number", "")),
            agent=(post.get("agent_name", ""), post.get("agent_id_number", "")),
            relation=post.get("relation", ""),
            items=post.getlist("items"),
            scopes=post.getlist("scopes"),
            valid_to=posted_day(request, "valid_to"),
            max_uses=number(request, "max_uses") or None,
            witness=post.get("witness", ""),
            evidence_digest=paper.digest,
            actor=actor,
            at=clock.now(),
        )
        paper.keep(name="现场照片", target=f"delegation:{delegation.pk}", actor=actor, at=clock.now())

    year = clock.today().replace(month=12, day=31)
    return _page(
        request,
        "delegate",
        perform,
        "delegated",
        offered=[(one.code, one.title) for one in catalog.list_items(on=clock.today())],
        scopes=SCOPES,
        relations=[(code, label("relation", code)) for code in operations.RELATION_CODES],
        typed={"valid_to": year.isoformat()},
    )


@keyed
def guard(request: HttpRequest) -> HttpResponse:
    """Record a guardianship with the paper that proves it."""

    def perform() -> None:
        paper = evidence_of(request)
        post, actor = request.POST, actor_of(request)
        row = operations.record_guardianship(
            ward=(post.get("ward_name", ""), post.get("ward_id_number", "")),
            guardian=(post.get("guardian_name", ""), post.get("guardian_id_number", "")),
            basis=post.get("basis", ""),
            document=post.get("document", ""),
            evidence_digest=paper.digest,
            valid_from=posted_day(request, "valid_from"),
            actor=actor,
            at=clock.now(),
        )
        paper.keep(name="证明文件", target=f"guardianship:{row.pk}", actor=actor, at=clock.now())

    return _page(
        request,
        "guard",
        perform,
        "guarded",
        bases=identity.GUARDIAN_BASES,
        typed={"valid_from": clock.today().isoformat()},
    )


@keyed
def organization(request: HttpRequest) -> HttpResponse:
    """Give an organization's account to the legal representative who shows certificate and identity card."""

    def perform() -> None:
        post = request.POST
        operations.bind_at_window(
            uscc=post.get("uscc", ""),
            name=post.get("name", ""),
            representative=(post.get("representative_name", ""), post.get("representative_id_number", "")),
            since=posted_day(request, "since"),
            division=post.get("division", ""),
            document=post.get("document", ""),
            reset=post.get("reset") == "1",
            actor=actor_of(request),
            at=clock.now(),
        )

    return _page(request, "organization", perform, "bound", typed={"since": clock.today().isoformat()})


@keyed
def lookup(request: HttpRequest) -> HttpResponse:
    """Find a person by the document they show: their level, their guardianships to end, a paper that says they have died."""
    actor = actor_of(request)
    actor.require_one_of("identity.window")
    context: dict[str, Any] = {"typed": request.POST, "problems": {}, "duties": cases.duty_counts(actor=actor)}
    if request.method != "POST":
        return render(request, "staff/window/lookup.html", context)
    try:
        person = identity.find_person(
            name=request.POST.get("name", ""),
            id_number=request.POST.get("id_number", ""),
            actor=actor,
            at=clock.now(),
        )
    except identity.PersonNotFound as refusal:
        refusals.record(request, refusal)
        context["problems"] = {"id_number": str(refusal)}
        return render(request, "staff/window/lookup.html", context, status=422)
    what = request.POST.get("act", "")
    if what:
        perform = {
            "died": lambda: _died(request, person.id),
            "corrected": lambda: _corrected(request, person.id),
            "ended": lambda: _end_guardianship(request),
        }.get(what)
        if perform is None:
            raise Garbled
        context["problems"] = problems_of(request, perform)
        if not context["problems"]:
            return redirect(f"{reverse('window')}?done={what}")
    context |= {
        "person": person,
        "guardianships": identity.guardianships_of(person_id=person.id, actor=actor, on=clock.today()),
        "obstacle": identity.death_obstacle(person_id=person.id, actor=actor, on=clock.today()),
        "death_papers": identity.CORRECTION_CHOICES if person.deceased_on else identity.PAPER_CHOICES,
    }
    response = render(request, "staff/window/lookup.html", context, status=422 if context["problems"] else 200)
    response["Cache-Control"] = "no-store"
    return response


def _died(request: HttpRequest, person_id: int) -> None:
    operations.state_death(
        person_id=person_id,
        paper=request.POST.get("paper", ""),
        paper_number=request.POST.get("paper_number", ""),
        issued_by=request.POST.get("issued_by", ""),
        died_on=optional_day(request, "died_on"),
        judged_on=optional_day(request, "judged_on"),
        actor=actor_of(request),
        at=clock.now(),
    )


def _corrected(request: HttpRequest, person_id: int) -> None:
    operations.state_death_correction(
        person_id=person_id,
        paper=request.POST.get("paper", ""),
        paper_number=request.POST.get("paper_number", ""),
        issued_by=request.POST.get("issued_by", ""),
        reason=request.POST.get("reason", ""),
        actor=actor_of(request),
        at=clock.now(),
    )


def _end_guardianship(request: HttpRequest) -> None:
    operations.end_guardianship(
        guardianship_id=number(request, "guardianship"),
        reason=request.POST.get("reason", ""),
        actor=actor_of(request),
        at=clock.now(),
    )


def _look(request: HttpRequest) -> dict[str, Any]:
    """Return what the officer says of the document they have looked at."""
    return {
        "document": request.POST.get("document", ""),
        "method": request.POST.get("method", ""),
        "document_valid_to": optional_day(request, "document_valid_to"),
    }


@keyed
def assist(request: HttpRequest) -> HttpResponse:
    """Begin to fill in an application for somebody present, or end it (帮办)."""
    actor = actor_of(request)
    if request.method == "POST" and request.POST.get("end"):
        actor.require_one_of("identity.window")
        operations.end_assisting(actor=actor, at=clock.now())
        return redirect(f"{reverse('window')}?done=assisted")
    item = request.POST.get("item", "")

    def perform() -> None:
        paper = evidence_of(request)
        filing = operations.begin_assisting(
            name=request.POST.get("name", ""),
            id_number=request.POST.get("id_number", ""),
            evidence_digest=paper.digest,
            actor=actor,
            at=clock.now(),
            **_look(request),
        )
        paper.keep(name="帮办授权书", target=f"assisted:{filing.pk}", actor=actor, at=clock.now())

    answer = _page(
        request,
        "assist",
        perform,
        "",
        offered=[(one.code, one.title) for one in catalog.list_items(on=clock.today())],
        **LOOKS,
    )
    if answer.status_code != 302:
        return answer
    known = {one.code for one in catalog.list_items(on=clock.today())}
    return redirect("start", code=item) if item in known else redirect("window")


@keyed
def check_identity(request: HttpRequest) -> HttpResponse:
    """Record the look at the document of whoever is being helped, then go on with what had to wait for it."""

    def perform() -> None:
        operations.check_identity(actor=actor_of(request), at=clock.now(), **_look(request))

    wanted = next_address(request, f"{reverse('window')}?done=checked")
    filing = identity.assisted_filing(actor=actor_of(request), at=clock.now())
    answer = _page(request, "check", perform, "checked", filing=filing, next=wanted, **LOOKS)
    return redirect(wanted) if answer.status_code == 302 else answer

"""Fill in an application: one section a screen, papers, consents, review, submit. Works without JavaScript."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.computing import said_computed
from onedoor.platform.cases.forms.situations import answers_of, situation_of
from onedoor.platform.cases.forms.validation import CleanedSection, read_section, typed_problems
from onedoor.platform.cases.queries import Draft
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.forms import Section
from onedoor.platform.channels.queries import scans
from onedoor.platform.exchange import queries as exchange
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotLoggedIn, StaleVersion
from onedoor.web.citizen.journey import Journey, url_after
from onedoor.web.citizen.places import place_of
from onedoor.web.citizen.proceedings import ways_of
from onedoor.web.citizen.situations import carried
from onedoor.web.citizen.uploads import attach_posted, has_files, uploading
from onedoor.web.parts import pickers, refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted, whole
from onedoor.web.parts.writes import attempt, has_written, keyed

BEGIN_UPLOAD = "api-1:api_uploads_begin_for_draft"
SAVED_ELSEWHERE = "这份草稿 {at} 在另一台设备（或另一个窗口）上保存过。您刚填的内容在下面，还没有保存；再点一次“保存，下一步”，就以您现在填的为准。"


@keyed
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Say for whom the application is, then begin it or go on with the one that is open."""
    actor = actor_of(request)
    if actor.person_id is None:
        raise NotLoggedIn
    if request.method == "POST":
        applicant = posted(request, "applicant", actor.person_id)
        draft = operations.start_draft(
            item_code=code,
            applicant_id=applicant,
            situation=lambda item: answers_of(item, request.POST),
            actor=actor,
            at=clock.now(),
        )
        identity_operations.record_opinion(
            ward_id=applicant,
            reference=draft.target,
            text=request.POST.get("opinion", ""),
            actor=actor,
            at=clock.now(),
        )
        return redirect("draft", draft_id=draft.pk)
    item = catalog.read_guide(code=code, chain=place_of(request).chain, on=clock.today()).item
    may_act = item.delegable and not actor.is_assisted
    by_organization = item.audience == "organization"
    principals = (
        identity.principals_for_item(
            agent_id=actor.person_id, item=code, on=clock.today(), organizations=by_organization
        )
        if may_act or by_organization
        else []
    )
    departments = exchange.department_names(queries.asked_sources(item))
    context = {
        "code": code,
        "item": item,
        "principals": principals,
        "self_id": actor.person_id,
        "by_organization": by_organization,
        "asks_departments": departments,
        "privacy": queries.privacy_notice(
            item=item,
            division=identity.residence_of(actor.person_id, on=clock.today()),
            departments=departments,
            at=clock.now(),
        ),
        "assisted": identity.name_of(actor.person_id) if actor.is_assisted else "",
        "delegable": item.delegable,
        "asks_opinion": any(identity.has_a_say(person, on=clock.today()) for person in principals),
        "carried": carried(situation_of(item, request.GET), request.GET),
    }
    return render(request, "citizen/start.html", context)


def _draft(request: HttpRequest, draft_id: UUID) -> Draft:
    return queries.get_draft(draft_id=draft_id, actor=actor_of(request), on=clock.today())


def overview(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show the parts of the application with what is done and what is next."""
    draft = _draft(request, draft_id)
    if draft.submitted_as is not None:
        return redirect("case", number=draft.submitted_as.number)
    if queries.changes_since_begun(draft, on=clock.today()) is not None:
        return redirect("draft_changes", draft_id=draft_id)
    journey = Journey.of(draft, actor=actor_of(request), at=clock.now())
    context = {"draft": draft, "journey": journey, "scans": queries.paper_forms_of(draft)}
    context["earlier_form"] = request.GET.get("form") == "earlier"
    return render(request, "citizen/draft.html", context)


@keyed
def section(request: HttpRequest, draft_id: UUID, section: str) -> HttpResponse:
    draft = _draft(request, draft_id)
    item = draft.item_version.item
    definition = item.form.section(section)
    if definition is None:
        return redirect("draft", draft_id=draft_id)
    known = queries.known_answers(draft=draft, actor=actor_of(request), on=clock.today())
    if request.method == "POST":
        return _save_section(request, draft, definition, known)
    problems = typed_problems(definition, draft.typed)
    fields = bind_section(
        definition,
        answers=draft.answers,
        typed=draft.typed,
        problems=problems,
        known=known,
        reasons=draft.reasons or {},
        places=queries.division_names(definition.fields, draft.answers),
        extra_rows=rows_asked(request),
        seen=queries.told_beside(draft=draft, actor=actor_of(request), at=clock.now()),
    )
    return render(request, "citizen/section.html", _section_context(request, draft, definition, fields, problems))


def _save_section(request: HttpRequest, draft: Draft, definition: Section, known: Any) -> HttpResponse:
    cleaned = read_section(definition, request.POST, known=draft.answers, offered=known)
    status, elsewhere = 422, []
    try:
        draft = operations.save_section(
            draft_id=draft.pk,
            revision=posted(request, "revision", 0),
            section=definition.code,
            cleaned=cleaned,
            actor=actor_of(request),
            at=clock.now(),
        )
        problems = {**queries.faults_shown_in(draft, definition, on=clock.today()), **cleaned.problems}
    except StaleVersion as refusal:
        refusals.record(request, refusal)
        elsewhere = queries.differing(definition, there=draft.answers, here=cleaned.answers)
        saved_at = timezone.localtime(draft.saved_at)
        problems, status = {"": SAVED_ELSEWHERE.format(at=f"{saved_at:%H:%M}")}, refusal.http_status
    if request.headers.get("X-Autosave"):
        said = {f"id_{path}".replace(".", "_"): text for path, text in said_computed(definition, draft.answers)}
        told = {"revision": draft.revision, "computed": said}
        return JsonResponse(told, status=409 if status == 409 else 200)
    staying = stays(request.POST)
    if not staying and not problems:
        return redirect(url_after(draft, definition.code))
    if staying and status == 422:
        problems, status = {}, 200
    # An emptied box is not filled in again, except where the known value stands unless somebody says it is wrong.
    offered = {code: one for code, one in known.items() if status == 422 or _is_locked(definition, code)}
    context = _typed_again(request, draft, definition, cleaned, offered, problems, stale=status == 409)
    page = render(request, "citizen/section.html", context | {"elsewhere": elsewhere}, status=status)
    return has_written(page) if status == 422 else page


def _typed_again(
    request: HttpRequest,
    draft: Draft,
    definition: Section,
    cleaned: CleanedSection,
    known: Any,
    problems: Any,
    *,
    stale: bool,
) -> dict[str, Any]:
    """Return what the same screen needs once more, as it was typed; `stale`: nothing of it has been saved."""
    adding = table_added_to(request.POST)
    answers = {**draft.answers, **cleaned.answers} if stale else draft.answers
    fields = bind_section(
        definition,
        answers=answers,
        typed=cleaned.typed,
        problems=problems,
        known=known,
        reasons=cleaned.reasons,
        places=queries.division_names(definition.fields, answers),
        extra_rows={adding: 1} if adding else {},
    )
    picker = pickers.picker_for(request.POST, on=clock.today())
    return {**_section_context(request, draft, definition, fields, problems), "added_to": adding, "pickers": picker}


def stays(posted: QueryDict) -> bool:
    """Tell whether a button was pressed that saves and shows the same screen again: a row more, a place looked for."""
    here = any(key.startswith("add_") or key.endswith("-remove") or key == "recount" for key in posted)
    return here or bool(pickers.pressed(posted))


def rows_asked(request: HttpRequest) -> dict[str, int]:
    """Return for each table how many empty rows more the address asks for."""
    return {key.removeprefix("more_"): whole(request.GET, key) for key in request.GET if key.startswith("more_")}


def table_added_to(posted: QueryDict) -> str:
    """Return the code of the table to which a row was added by a button, "" for none."""
    return next((key.removeprefix("add_") for key in posted if key.startswith("add_")), "")


def _is_locked(definition: Section, code: str) -> bool:
    return any(field.code == code and field.locked for field in definition.fields)


def _section_context(
    request: HttpRequest, draft: Draft, definition: Section, fields: Any, problems: Any
) -> dict[str, Any]:
    journey = Journey.of(draft, actor=actor_of(request), at=clock.now())
    return {
        "draft": draft,
        "section": definition,
        "fields": fields,
        "problems": problems,
        "journey": journey,
        "place_in_journey": journey.place(definition.code),
        "known_later": _known_later(draft, definition),
    }


def _known_later(draft: Draft, definition: Section) -> bool:
    """Tell whether a field of this section may yet be filled in by a department's answer."""
    from_elsewhere = any((field.prefill or "").startswith("fact:") for field in definition.fields)
    answered = any(field.code in draft.answers for field in definition.fields)
    return from_elsewhere and not answered and exchange.is_waiting(business=draft.target)


@keyed
def materials(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Give each paper: answered by data, a certificate or an earlier paper, photographed, or uploaded."""
    draft = _draft(request, draft_id)
    problem = ""
    if request.method == "POST":
        problem = _change_materials(request, draft)
        if not problem:
            return redirect(url_after(draft, queries.MATERIALS) if "next" in request.POST else request.path)
        draft = _draft(request, draft_id)
    journey = Journey.of(draft, actor=actor_of(request), at=clock.now())
    context = {
        "draft": draft,
        "papers": queries.papers_of_draft(draft=draft, actor=actor_of(request), at=clock.now()),
        "journey": journey,
        "problem": problem,
        "place_in_journey": journey.place("materials"),
        "scanners": scans.scanners(actor=actor_of(request), at=clock.now()),
        **uploading(request, draft.target, reverse(BEGIN_UPLOAD, args=[draft.pk])),
    }
    page = render(request, "citizen/materials.html", context, status=422 if problem else 200)
    return has_written(page) if has_files(request) else page


def _remove(request: HttpRequest, draft: Draft) -> None:
    number, actor = posted(request, "remove"), actor_of(request)
    operations.remove_material(draft_id=draft.pk, material_id=number, actor=actor, at=clock.now())


# The buttons beside a paper, each with the paper's code, and what they choose for it.
CHOICES = {"own": "own", "earlier": "earlier", "later": "later", "proposed": ""}


def _choose(request: HttpRequest, draft: Draft, choice: str) -> None:
    """Take a certificate or an earlier paper, or not, or promise in its place: one click."""
    if choice == "promise":
        operations.sign_commitment(
            draft_id=draft.pk, material=request.POST[choice], actor=actor_of(request), at=clock.now()
        )
        return
    operations.choose_paper(
        draft_id=draft.pk,
        material=request.POST[choice],
        choice=CHOICES[choice],
        actor=actor_of(request),
        at=clock.now(),
    )


def _change_materials(request: HttpRequest, draft: Draft) -> str:
    """Attach what was chosen, for whichever paper, remove one, or choose; return the sentence of a refusal, or nothing."""
    choice = next((name for name in (*CHOICES, "promise") if request.POST.get(name)), "")
    act = partial(_choose, request, draft, choice) if choice else partial(_remove, request, draft)
    if choice or request.POST.get("remove"):
        _, refusal = attempt(request, act)
        if refusal is not None:
            return str(refusal)
    problem = attach_posted(request, draft_id=draft.pk)
    if problem:
        return problem
    if not has_files(request) and "next" not in request.POST and not (choice or request.POST.get("remove")):
        return "请先选择或拍摄要上传的照片，再点“上传”。"
    return ""


@keyed
def consents(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Sign what needs a signature: one's own, or for somebody who has delegated signing."""
    draft = _draft(request, draft_id)
    actor, at = actor_of(request), clock.now()
    problem = ""
    needed = queries.needed_consents(draft=draft, actor=actor, at=at, on=clock.today())
    if request.method == "POST":
        wanted = needed[place] if 0 <= (place := posted(request, "consent", -1)) < len(needed) else None
        _, refusal = attempt(request, lambda: _sign(request, draft, wanted))
        if refusal is None:
            return redirect("draft_consents", draft_id=draft_id)
        problem = str(refusal)
    journey = Journey.of(draft, actor=actor, at=at)
    context = {
        "draft": draft,
        "needed": needed,
        "journey": journey,
        "problem": problem,
        "place_in_journey": journey.place("consents"),
        "next_url": url_after(draft, queries.CONSENTS),
    }
    return render(request, "citizen/consents.html", context, status=403 if problem else 200)


def _sign(request: HttpRequest, draft: Draft, wanted: Any) -> None:
    if wanted is not None:
        operations.sign_consent(
            draft_id=draft.pk,
            consent=wanted.request.code,
            id_number=wanted.id_number,
            actor=actor_of(request),
            at=clock.now(),
        )


@keyed
def review(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show everything once more, then submit once however often the button is tapped."""
    draft = _draft(request, draft_id)
    actor, at = actor_of(request), clock.now()
    if draft.submitted_as is not None:
        return redirect("submitted", number=draft.submitted_as.number)
    problems: dict[str, str] = {}
    if request.method == "POST":
        case, refusal = attempt(request, lambda: _submit(request, draft))
        if refusal is None:
            return redirect("submitted", number=case.number)
        problems = refusal.by_field
    journey = Journey.of(draft, actor=actor, at=at)
    context = {
        "draft": draft,
        "journey": journey,
        "problems": journey.linked(problems),
        "sections": queries.speak(
            draft.item_version.item.form.shown_sections(draft.answers),
            draft.answers,
            sources=queries.sources_of(draft),
        ),
        "papers": queries.papers_of_draft(draft=draft, actor=actor, at=at),
        "place_in_journey": journey.place("review"),
        "typed": request.POST,
        **ways_of(draft),
    }
    return render(request, "citizen/review.html", context, status=422 if problems else 200)


def _submit(request: HttpRequest, draft: Draft) -> object:
    return operations.submit_draft(
        draft_id=draft.pk,
        revision=posted(request, "revision", 0),
        delivery=request.POST.get("delivery", "electronic"),
        actor=actor_of(request),
        at=clock.now(),
    )


@keyed
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    draft = _draft(request, draft_id)
    if request.method == "POST":
        operations.discard_draft(draft_id=draft_id, actor=actor_of(request), at=clock.now())
        return redirect("me")
    return render(request, "citizen/discard.html", {"draft": draft})

"""一件事: what it takes, what belongs to it, one form and one set of papers, submitted once. What follows is in `bundle_cases`."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.bundles import operations, queries
from onedoor.platform.bundles.queries import Choosing
from onedoor.platform.cases import queries as cases
from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.validation import CleanedSection, read_section, typed_problems
from onedoor.platform.catalog.forms import Section
from onedoor.platform.files.posted import require_room
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotLoggedIn, StaleVersion
from onedoor.web.citizen.drafts import rows_asked, stays, table_added_to
from onedoor.web.citizen.places import place_of
from onedoor.web.citizen.uploads import PREFIX, has_files
from onedoor.web.parts import pickers, refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import attempt, has_written, keyed

WAYS = (("electronic", "平台消息（电子送达）"), ("direct", "到窗口领取"), ("post", "邮寄"))
SAVED_ELSEWHERE = (
    "这份内容刚在另一个窗口保存过。您刚填的在下面，还没有保存；再点一次“保存，下一步”，就以您现在填的为准。"
)


@login_not_required
def bundles(request: HttpRequest) -> HttpResponse:
    """List the bundles there are."""
    return render(request, "citizen/bundles/list.html", {"bundles": queries.list_bundles(on=clock.today())})


@login_not_required
@keyed
def bundle(request: HttpRequest, code: str) -> HttpResponse:
    """Show what belongs to a bundle, who does what by when, and begin it."""
    if request.method == "POST":
        actor = actor_of(request)
        if actor.person_id is None:
            raise NotLoggedIn
        case = operations.begin_bundle(code=code, actor=actor, at=clock.now())
        return redirect("bundle_case", bundle_id=case.pk)
    guide = queries.read_bundle_guide(code=code, division=place_of(request).code, on=clock.today())
    return render(request, "citizen/bundles/guide.html", {"guide": guide, "place": place_of(request)})


def _way(request: HttpRequest, bundle_id: UUID) -> Choosing:
    return queries.choosing(bundle_id=bundle_id, actor=actor_of(request), at=clock.now())


def _steps(way: Choosing) -> list[str]:
    """Return the codes of the screens in their order; "choose", "papers" and "review" are none of the form's."""
    return ["choose", *(code for code, _, _ in way.screens), "papers", "review"]


def _place(way: Choosing, code: str) -> dict[str, Any]:
    codes = _steps(way)
    number = codes.index(code) if code in codes else 0
    return {"case": way.case, "number": number + 1, "total": len(codes), "before": codes[number - 1] if number else ""}


def after(way: Choosing, code: str) -> HttpResponse:
    """Go on to the screen behind this one."""
    codes = _steps(way)
    following = codes[codes.index(code) + 1] if code in codes else codes[0]
    if following in ("papers", "review"):
        return redirect(f"bundle_{following}", bundle_id=way.case.pk)
    return redirect("bundle_section", bundle_id=way.case.pk, section=following)


@keyed
def choose(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Answer the few questions that tell what belongs to it, and choose among the optional members."""
    way = _way(request, bundle_id)
    if way.case.submitted_at is not None:
        return redirect("bundle_case", bundle_id=bundle_id)
    asks = Section(code="asks", title="情况", fields=way.bundle.asks) if way.bundle.asks else None
    cleaned = CleanedSection(way.case.asks, {}, {})
    problems: dict[str, str] = {}
    if request.method == "POST":
        if asks:
            cleaned = read_section(asks, request.POST, known={})
        wanted = request.POST.getlist("members")
        _, refusal = attempt(
            request,
            lambda: operations.choose_members(
                bundle_id=bundle_id,
                revision=posted(request, "revision", 0),
                asks=cleaned.answers,
                wanted=wanted,
                actor=actor_of(request),
                at=clock.now(),
            ),
        )
        if refusal is None:
            return after(_way(request, bundle_id), "choose")
        problems = {**refusal.by_field, **cleaned.problems}
    fields = (
        bind_section(asks, answers=cleaned.answers, typed=cleaned.typed, problems=problems, known={}) if asks else []
    )
    context = {**_place(way, "choose"), "way": way, "fields": fields, "problems": problems, "typed": request.POST}
    return render(request, "citizen/bundles/choose.html", context, status=422 if problems else 200)


@keyed
def section(request: HttpRequest, bundle_id: UUID, section: str) -> HttpResponse:
    """Fill in one screen of the form that asks once."""
    case, definition = queries.find_screen(
        bundle_id=bundle_id, section=section, actor=actor_of(request), at=clock.now()
    )
    if definition is None:
        return redirect("bundle_case", bundle_id=bundle_id)
    known = queries.known_for_bundle(case=case, section=definition, actor=actor_of(request))
    if request.method == "POST":
        return _save(request, bundle_id, definition, known)
    problems = typed_problems(definition, case.typed)
    cleaned = CleanedSection(case.answers, case.typed, problems)
    context = _screen(_way(request, bundle_id), definition, cleaned, known, rows_asked(request))
    return render(request, "citizen/bundles/section.html", context)


def _save(request: HttpRequest, bundle_id: UUID, definition: Section, known: Any) -> HttpResponse:
    way = _way(request, bundle_id)
    cleaned = read_section(definition, request.POST, known=way.case.answers)
    problems, status = cleaned.problems, 422
    try:
        operations.save_bundle_section(
            bundle_id=bundle_id,
            revision=posted(request, "revision", 0),
            section=definition.code,
            cleaned=cleaned,
            actor=actor_of(request),
            at=clock.now(),
        )
    except StaleVersion as refusal:
        refusals.record(request, refusal)
        problems, status = {"": SAVED_ELSEWHERE}, refusal.http_status
    way = _way(request, bundle_id)
    staying = stays(request.POST)
    if not staying and not problems:
        return after(way, definition.code)
    if staying and status == 422:
        problems, status = {}, 200
    adding = table_added_to(request.POST)
    again = CleanedSection(cleaned.answers, cleaned.typed, problems)
    context = _screen(way, definition, again, known if status == 422 else {}, {adding: 1} if adding else {})
    context |= {"added_to": adding, "pickers": pickers.picker_for(request.POST, on=clock.today())}
    page = render(request, "citizen/bundles/section.html", context, status=status)
    return has_written(page) if status == 422 else page


def _screen(
    way: Choosing, definition: Section, cleaned: CleanedSection, known: Any, extra: dict[str, int]
) -> dict[str, Any]:
    answers = {**way.case.answers, **cleaned.answers}
    fields = bind_section(
        definition,
        answers=answers,
        typed=cleaned.typed,
        problems=cleaned.problems,
        known=known,
        places=cases.division_names(definition.fields, answers),
        extra_rows=extra,
    )
    context = {"section": definition, "fields": fields, "problems": cleaned.problems}
    return {**_place(way, definition.code), **context}


@keyed
def papers(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Give each paper once, for all members that need it."""
    problem = _change_papers(request, bundle_id) if request.method == "POST" else ""
    way = _way(request, bundle_id)
    if way.case.submitted_at is not None:
        return redirect("bundle_case", bundle_id=bundle_id)
    if request.method == "POST" and not problem:
        return after(way, "papers") if "next" in request.POST else redirect("bundle_papers", bundle_id=bundle_id)
    _, rows = queries.bundle_papers(bundle_id=bundle_id, actor=actor_of(request), at=clock.now())
    context = {**_place(way, "papers"), "papers": rows, "problem": problem}
    page = render(request, "citizen/bundles/papers.html", context, status=422 if problem else 200)
    return has_written(page) if has_files(request) else page


def _change_papers(request: HttpRequest, bundle_id: UUID) -> str:
    """Keep every file of the form, or remove one; return the sentences of what was refused, or nothing."""
    told: dict[str, Any] = {"bundle_id": bundle_id, "actor": actor_of(request), "at": clock.now()}
    if request.POST.get("remove"):
        number = posted(request, "remove", 0)
        return str(attempt(request, lambda: operations.remove_bundle_paper(paper_id=number, **told))[1] or "")
    require_room(request)
    chosen = [
        (name.removeprefix(PREFIX), file)
        for name, files in request.FILES.lists()
        if name.startswith(PREFIX)
        for file in files
    ]
    if not chosen and "next" not in request.POST:
        return "请先选择或拍摄要上传的照片，再点“上传”。"
    refused = [_give(request, code, file, told) for code, file in chosen]
    return " ".join(dict.fromkeys(sentence for sentence in refused if sentence))


def _give(request: HttpRequest, code: str, file: Any, told: dict[str, Any]) -> str:
    def act() -> None:
        operations.add_bundle_paper(paper=code, content=file, name=file.name or "", **told)

    return str(attempt(request, act)[1] or "")


@keyed
def review(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    """Show all of it once more, then submit once however often the button is tapped."""
    way = _way(request, bundle_id)
    if way.case.submitted_at is not None:
        return redirect("bundle_receipt", bundle_id=bundle_id)
    problems: dict[str, str] = {}
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _submit(request, bundle_id))
        if refusal is None:
            return redirect("bundle_receipt", bundle_id=bundle_id)
        problems = refusal.by_field
    _, rows = queries.bundle_papers(bundle_id=bundle_id, actor=actor_of(request), at=clock.now())
    context = {
        **_place(way, "review"),
        "way": way,
        "problems": problems,
        "mending": queries.mending(way, problems),
        "sections": cases.speak(queries.shown_sections(case=way.case, at=clock.now()), way.case.answers, sources={}),
        "papers": rows,
        "ways": WAYS if identity.has_account(way.case.applicant_id) else WAYS[1:],
        "typed": request.POST,
    }
    return render(request, "citizen/bundles/review.html", context, status=422 if problems else 200)


def _submit(request: HttpRequest, bundle_id: UUID) -> object:
    return operations.submit_bundle(
        bundle_id=bundle_id,
        revision=posted(request, "revision", 0),
        delivery=request.POST.get("delivery", "electronic"),
        together=request.POST.get("together", "yes") == "yes",
        actor=actor_of(request),
        at=clock.now(),
    )


@keyed
def discard(request: HttpRequest, bundle_id: UUID) -> HttpResponse:
    way = _way(request, bundle_id)
    if way.case.submitted_at is not None:
        return redirect("bundle_case", bundle_id=bundle_id)
    if request.method == "POST":
        operations.discard_bundle(bundle_id=bundle_id, actor=actor_of(request), at=clock.now())
        return redirect("me")
    return render(request, "citizen/bundles/discard.html", {"case": way.case})

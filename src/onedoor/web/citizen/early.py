"""先填着，不用登录: a form filled in before logging in, opened by phone and one-time code, taken along after the log-in."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.validation import CleanedSection, read_section, typed_problems
from onedoor.platform.cases.queries import EarlyDraft, EarlyDraftClosed
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.forms import Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.files.posted import require_room
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotLoggedIn, OneDoorError, StaleVersion
from onedoor.standards.contacts import parse_mobile
from onedoor.web.citizen.drafts import rows_asked, stays, table_added_to
from onedoor.web.citizen.places import place_of
from onedoor.web.citizen.uploads import PREFIX, has_files
from onedoor.web.parts import pickers, refusals
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.arrivals import PASS_KEY
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.limits import limited
from onedoor.web.parts.writes import attempt, has_written, keyed, unkeyed

ASKED_KEY = "early_asked"  # in the session: which phone wants what; what is open stands under PASS_KEY
SAVED_ELSEWHERE = (
    "这份草稿刚在另一个窗口保存过。您刚填的内容在下面，还没有保存；再点一次“保存，下一步”，就以您现在填的为准。"
)


@login_not_required
@limited("early", most=20, methods=("POST",))
@unkeyed("as a log-in: a code goes out once a minute, a second tap sends none")
def early(request: HttpRequest) -> HttpResponse:
    """Ask for the phone, to begin (`item`) or to go on, and send it a one-time code."""
    wanted = request.GET.get("item", "")
    context: dict[str, Any] = {"code": wanted, "typed": request.POST}
    if wanted:
        context |= _notice(request, _offered(request, wanted))
    if request.method != "POST":
        return render(request, "citizen/early.html", context)
    try:
        phone = parse_mobile(request.POST.get("phone", ""))
    except ValueError as error:
        return render(request, "citizen/early.html", context | {"problem": str(error)}, status=422)
    try:
        operations.send_early_code(phone=phone, at=clock.now(), wall=clock.wall())
    except OneDoorError as refusal:
        refusals.record(request, refusal)
        return render(request, "citizen/early.html", context | {"problem": str(refusal)}, status=refusal.http_status)
    request.session[ASKED_KEY] = {"phone": phone, "item": wanted}
    return redirect("early_code")


def _offered(request: HttpRequest, code: str) -> ServiceItem:
    """:raises NotBeforeLogin: the item's form cannot be filled in before logging in."""
    item = catalog.read_guide(code=code, chain=place_of(request).chain, on=clock.today()).item
    queries.require_early(item)
    return item


def _notice(request: HttpRequest, item: ServiceItem) -> dict[str, Any]:
    privacy = queries.privacy_notice(item=item, division=place_of(request).code, departments=[], at=clock.now())
    return {"item": item, "privacy": privacy, "days": queries.early_days()}


@login_not_required
@limited("early", most=20, methods=("POST",))
@unkeyed("as a log-in: each try counts, and a code is good once")
def early_code(request: HttpRequest) -> HttpResponse:
    """Type the one-time code, to go on also the draft code; what is begun shows its draft code once."""
    asked = request.session.get(ASKED_KEY)
    if asked is None:
        return redirect("early")
    context = {"beginning": asked["item"], "phone_end": asked["phone"][-4:], "typed": request.POST}
    if request.method != "POST":
        return render(request, "citizen/early_code.html", context)
    try:
        opened = _opened_by(request, asked["phone"], asked["item"])
    except OneDoorError as refusal:
        refusals.record(request, refusal)
        context["problem"] = str(refusal)
        return render(request, "citizen/early_code.html", context, status=refusal.http_status)
    del request.session[ASKED_KEY]
    request.session[PASS_KEY] = opened.key
    if opened.code:
        return _overview(request, opened.draft, code=opened.code)
    return redirect("early_take" if actor_of(request).person_id is not None else "early_draft")


def _opened_by(request: HttpRequest, phone: str, item: str) -> operations.Opened:
    given: dict[str, Any] = {"phone": phone, "one_time_code": request.POST.get("code", ""), "actor": actor_of(request)}
    if item:
        return operations.begin_early_draft(item_code=item, division=place_of(request).code, at=clock.now(), **given)
    return operations.open_early_draft(code=request.POST.get("draft_code", ""), at=clock.now(), **given)


def _key(request: HttpRequest) -> str:
    return str(request.session.get(PASS_KEY, ""))


def _open(request: HttpRequest) -> EarlyDraft | None:
    """Return the draft this browser has opened, None where it has to be opened (anew)."""
    try:
        return queries.get_early_draft(key=_key(request), at=clock.now())
    except EarlyDraftClosed:
        return None


@login_not_required
@unkeyed("shows a code that is kept nowhere: a repetition makes a fresh one; leaving twice is leaving")
def early_draft(request: HttpRequest) -> HttpResponse:
    """Show the parts of the form with what is done; make another draft code; leave this device."""
    if request.method == "POST" and "leave" in request.POST:
        request.session.pop(PASS_KEY, None)
        return redirect("home")
    draft = _open(request)
    if draft is None:
        return redirect("early")
    code = ""
    if request.method == "POST":
        code = operations.renew_early_code(key=_key(request), actor=actor_of(request), at=clock.now())
    return _overview(request, draft, code=code)


def _overview(request: HttpRequest, draft: EarlyDraft, *, code: str) -> HttpResponse:
    screens = queries.early_screens(draft)
    following = next((one for one, _, done in screens if not done), "")
    context = {"draft": draft, "screens": screens, "following": following, "draft_code": code}
    return render(request, "citizen/early_draft.html", context)


@login_not_required
@keyed
def early_section(request: HttpRequest, section: str) -> HttpResponse:
    """Fill in one screen; nothing is prefilled, because nobody has said who they are."""
    draft = _open(request)
    if draft is None and request.method == "POST":
        raise EarlyDraftClosed  # going back in the browser still has what was typed
    if draft is None:
        return redirect("early")
    definition = draft.item_version.item.form.section(section)
    if definition is None:
        return redirect("early_draft")
    if request.method == "POST":
        return _save(request, draft, definition)
    problems = typed_problems(definition, draft.typed)
    cleaned = CleanedSection(draft.answers, draft.typed, problems)
    return render(
        request, "citizen/early_section.html", _screen(draft, definition, cleaned, problems, rows_asked(request))
    )


def _save(request: HttpRequest, draft: EarlyDraft, definition: Section) -> HttpResponse:
    cleaned = read_section(definition, request.POST, known=draft.answers)
    problems, status = cleaned.problems, 422
    try:
        draft = operations.save_early_section(
            key=_key(request),
            revision=posted(request, "revision", 0),
            section=definition.code,
            cleaned=cleaned,
            actor=actor_of(request),
            at=clock.now(),
        )
    except StaleVersion as refusal:
        refusals.record(request, refusal)
        problems, status = {"": SAVED_ELSEWHERE}, refusal.http_status
    staying = stays(request.POST)
    if not staying and not problems:
        return redirect(*_after(draft, definition.code))
    if staying and status == 422:
        problems, status = {}, 200
    adding = table_added_to(request.POST)
    context = _screen(draft, definition, cleaned, problems, {adding: 1} if adding else {})
    context |= {"added_to": adding, "pickers": pickers.picker_for(request.POST, on=clock.today())}
    page = render(request, "citizen/early_section.html", context, status=status)
    return has_written(page) if status == 422 else page


def _after(draft: EarlyDraft, code: str) -> tuple[str, ...]:
    """Return where the screen after this one is; behind the last stands the overview."""
    codes = [one for one, _, _ in queries.early_screens(draft)]
    following = codes[codes.index(code) + 1 :] if code in codes else codes
    return ("early_section", following[0]) if following else ("early_draft",)


def _screen(
    draft: EarlyDraft, definition: Section, cleaned: CleanedSection, problems: Any, extra: dict[str, int]
) -> dict[str, Any]:
    answers = {**draft.answers, **cleaned.answers}
    fields = bind_section(
        definition,
        answers=answers,
        typed=cleaned.typed,
        problems=problems,
        known={},
        places=queries.division_names(definition.fields, answers),
        extra_rows=extra,
    )
    codes = [code for code, _, _ in queries.early_screens(draft)]
    number = codes.index(definition.code) if definition.code in codes else 0
    return {
        "draft": draft,
        "section": definition,
        "fields": fields,
        "problems": problems,
        "number": number + 1,
        "total": len(codes),
        "before": codes[number - 1] if number else "",
    }


@login_not_required
@keyed
def early_papers(request: HttpRequest) -> HttpResponse:
    """Give papers along with the form, or take one out again; whoever takes the draft along takes them along."""
    draft = _open(request)
    if draft is None and request.method == "POST":
        raise EarlyDraftClosed
    if draft is None:
        return redirect("early")
    problem = _change_papers(request) if request.method == "POST" else ""
    if request.method == "POST" and not problem:
        return redirect("early_papers")
    context = {"draft": draft, "papers": queries.early_papers(draft), "problem": problem}
    page = render(request, "citizen/early_papers.html", context, status=422 if problem else 200)
    return has_written(page) if has_files(request) else page


def _change_papers(request: HttpRequest) -> str:
    """Keep every file of the form, or remove one; return the sentences of what was refused, or nothing."""
    told: dict[str, Any] = {"key": _key(request), "actor": actor_of(request), "at": clock.now()}
    if request.POST.get("remove"):
        number = posted(request, "remove", 0)
        _, refusal = attempt(request, lambda: operations.remove_early_paper(paper_id=number, **told))
        return str(refusal or "")
    require_room(request)
    chosen = [
        (name.removeprefix(PREFIX), file)
        for name, files in request.FILES.lists()
        if name.startswith(PREFIX)
        for file in files
    ]
    if not chosen:
        return "请先选择或拍摄要上传的照片，再点“上传”。"
    refused = [_give(request, code, file, told) for code, file in chosen]
    return " ".join(dict.fromkeys(sentence for sentence in refused if sentence))


def _give(request: HttpRequest, code: str, file: Any, told: dict[str, Any]) -> str:
    def act() -> None:
        operations.add_early_paper(material=code, content=file, name=file.name or "", **told)

    return str(attempt(request, act)[1] or "")


@login_not_required
@keyed
def early_discard(request: HttpRequest) -> HttpResponse:
    draft = _open(request)
    if draft is None:
        return redirect("early")
    if request.method == "POST":
        operations.discard_early_draft(key=_key(request), actor=actor_of(request), at=clock.now())
        request.session.pop(PASS_KEY, None)
        return redirect("home")
    return render(request, "citizen/early_discard.html", {"draft": draft})


@keyed
def early_take(request: HttpRequest) -> HttpResponse:
    """Take what was filled in along, now that one has logged in, and say what is asked again."""
    if actor_of(request).person_id is None:
        raise NotLoggedIn
    draft = _open(request)
    if draft is None:
        return redirect("early")
    if request.method == "POST":
        taken = operations.take_early_draft(key=_key(request), actor=actor_of(request), at=clock.now())
        request.session.pop(PASS_KEY, None)
        return render(request, "citizen/early_taken.html", {"taken": taken})
    return render(request, "citizen/early_take.html", {"draft": draft})

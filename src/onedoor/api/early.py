"""先填着，不用登录: a form filled in before logging in, by whoever holds its phone and code; taken along after the log-in."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Header, UploadedFile

from onedoor.api import forms
from onedoor.api.answers import inside, typed
from onedoor.api.doors import anybody, person, who
from onedoor.api.drafts import DraftOut, ScreenOut, SectionIn, draft_row
from onedoor.api.forms import PaperOut, SectionOut
from onedoor.api.problems import Fault, pointer
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Told, whole
from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.forms.validation import read_section, typed_problems
from onedoor.platform.cases.queries import EarlyDraft
from onedoor.platform.catalog.forms import Section
from onedoor.platform.files.posted import require_room
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.standards.contacts import parse_mobile

room = Room("early")
door = anybody(most=20, name="early")  # shares its count with the pages
ONCE = "a code is good once, and each try counts"
PASS: Any = Header(  # type: ignore[type-arg]
    ...,
    alias="X-Draft-Pass",
    max_length=200,
    description="打开先填的草稿时得到的通行证，最后一次保存后一小时内有效"
    " · The pass that opening an early draft gave; good for an hour after the last save.",
)


class EarlyPhoneIn(Told):
    """收验证码的手机。The phone the one-time code goes to."""

    phone: Line


class EarlyBeginIn(Told):
    """不登录先填哪个事项。Which form to begin without an account."""

    item: Line
    division: Line = identity.NATION
    phone: Line
    one_time_code: Line


class EarlyOpenIn(Told):
    """打开先填的草稿：草稿码、手机、验证码。What opens an early draft: its code, its phone, a one-time code."""

    draft_code: Line
    phone: Line
    one_time_code: Line


class EarlyOut(Told):
    """先填的草稿的进度。How far a form filled in before logging in has come."""

    item: str
    title: str
    revision: int
    saved_at: datetime
    expires_at: datetime
    screens: list[ScreenOut]


class EarlyOpenedOut(EarlyOut):
    """打开的草稿；草稿码只在开始时给一次。An opened draft with its pass; the draft code is told once, when it is begun."""

    draft_pass: str
    draft_code: str


class EarlyCodeOut(Told):
    """新的草稿码，原来的作废。The new draft code; the one before opens nothing any more."""

    draft_code: str


class EarlySectionOut(Told):
    """一屏的问题和回答，没有替填的。A screen with its answers; nothing is known of somebody who has not logged in."""

    revision: int
    section: SectionOut
    answers: dict[str, Any]
    problems: list[Fault]


class EarlyGivenOut(Told):
    """先传的一份材料，登录前打不开。A paper given before logging in; nobody opens it before that."""

    id: int
    code: str
    scan: str
    given_at: datetime


class EarlyPaperOut(Told):
    """一份材料和先传的文件。A paper with what was given for it before logging in."""

    paper: PaperOut
    asked_for: bool
    given: list[EarlyGivenOut]


class EarlyTakenOut(Told):
    """放进本人草稿的结果。What was taken along, and what is asked again."""

    draft: DraftOut
    asked_again: list[str]


def _mobile(text: str) -> str:
    """:raises InvalidInput: it is no mobile number."""
    try:
        return parse_mobile(text)
    except ValueError as error:
        raise InvalidInput({"phone": str(error)}) from None


def _row(draft: EarlyDraft) -> dict[str, Any]:
    return {
        "item": draft.item_version.code,
        "title": draft.item_version.title,
        **{name: getattr(draft, name) for name in ("revision", "saved_at", "expires_at")},
        "screens": [{"code": code, "title": title, "done": done} for code, title, done in queries.early_screens(draft)],
    }


def _opened(opened: operations.Opened) -> dict[str, Any]:
    return {**_row(opened.draft), "draft_pass": opened.key, "draft_code": opened.code}


@room.ask("/early-drafts/codes", door, "发验证码", Done, why="a code goes out once a minute, a repetition sends none")
def send_code(request: HttpRequest, sent: EarlyPhoneIn) -> dict[str, Any]:
    """Send a one-time code to a phone, with or without an account."""
    operations.send_early_code(phone=_mobile(sent.phone), at=clock.now(), wall=clock.wall())
    return {"done": True}


@room.ask("/early-drafts", door, "不登录先填", EarlyOpenedOut, why=ONCE)
def begin(request: HttpRequest, sent: EarlyBeginIn) -> dict[str, Any]:
    """Begin a form without an account; the draft code is told this once."""
    opened = operations.begin_early_draft(
        item_code=sent.item,
        division=_place(sent.division),
        phone=_mobile(sent.phone),
        one_time_code=sent.one_time_code,
        **who(request),
    )
    return _opened(opened)


def _place(code: str) -> str:
    """:raises InvalidInput: there is no such place."""
    if identity.find_division(code) is None:
        raise InvalidInput({"division": "没有找到这个区划代码，请核对。"})
    return code


@room.ask("/early-drafts/passes", door, "打开先填的草稿", EarlyOpenedOut, why=ONCE)
def open_again(request: HttpRequest, sent: EarlyOpenIn) -> dict[str, Any]:
    """Open an early draft on another device; the pass before ends."""
    opened = operations.open_early_draft(
        code=sent.draft_code, phone=_mobile(sent.phone), one_time_code=sent.one_time_code, **who(request)
    )
    return _opened(opened)


@room.ask(
    "/early-drafts/opened/code",
    anybody(),
    "换草稿码",
    EarlyCodeOut,
    why="the code is kept nowhere, so no answer is kept either; a repetition makes a fresh one",
)
def renew_code(request: HttpRequest, draft_pass: str = PASS) -> dict[str, Any]:
    """Make another draft code for whoever has not noted the first."""
    return {"draft_code": operations.renew_early_code(key=draft_pass, **who(request))}


@room.read("/early-drafts/opened", anybody(), "先填的草稿", EarlyOut)
def get_opened(request: HttpRequest, draft_pass: str = PASS) -> dict[str, Any]:
    """Read how far the opened draft has come."""
    return _row(queries.get_early_draft(key=draft_pass, at=clock.now()))


@room.remove("/early-drafts/opened", anybody(), "删除先填的草稿", Done)
def discard(request: HttpRequest, draft_pass: str = PASS) -> dict[str, Any]:
    """Throw the opened draft away with everything in it."""
    operations.discard_early_draft(key=draft_pass, **who(request))
    return {"done": True}


def _section(draft: EarlyDraft, code: str) -> Section:
    """:raises NotFound: the form has no such section."""
    found = draft.item_version.item.form.section(code)
    if found is None:
        raise NotFound
    return found


def _answered(draft: EarlyDraft, definition: Section, problems: Any) -> dict[str, Any]:
    codes = {field.code for field in definition.fields}
    return {
        "revision": draft.revision,
        "section": forms.section(definition),
        "answers": {code: value for code, value in draft.answers.items() if code in codes},
        "problems": [{"pointer": pointer(path), "detail": text} for path, text in inside(problems).items()],
    }


@room.read("/early-drafts/opened/sections/{section}", anybody(), "先填的一屏", EarlySectionOut)
def get_section(request: HttpRequest, section: Line, draft_pass: str = PASS) -> dict[str, Any]:
    """Read a section of the opened draft with its answers and what cannot be used yet."""
    draft = queries.get_early_draft(key=draft_pass, at=clock.now())
    definition = _section(draft, section)
    return _answered(draft, definition, typed_problems(definition, draft.typed))


@room.replace("/early-drafts/opened/sections/{section}", anybody(), "保存先填的一屏", EarlySectionOut)
def save_section(request: HttpRequest, section: Line, sent: SectionIn, draft_pass: str = PASS) -> dict[str, Any]:
    """Save a section of the opened draft; what cannot be used yet is kept as typed and named under `problems`."""
    draft = queries.get_early_draft(key=draft_pass, at=clock.now())
    definition = _section(draft, section)
    cleaned = read_section(definition, typed(definition, sent), known=draft.answers)
    draft = operations.save_early_section(
        key=draft_pass, revision=sent.revision, section=section, cleaned=cleaned, **who(request)
    )
    return _answered(draft, definition, cleaned.problems)


@room.read("/early-drafts/opened/materials", anybody(), "先填草稿的材料", Page[EarlyPaperOut])
def get_materials(request: HttpRequest, draft_pass: str = PASS) -> dict[str, Any]:
    """List the papers of the opened draft, each with what was given."""
    return whole(queries.early_papers(queries.get_early_draft(key=draft_pass, at=clock.now())), _paper)


def _paper(one: queries.EarlyPaperAsked) -> dict[str, Any]:
    return {
        "paper": forms.paper(one.definition),
        "asked_for": one.is_asked,
        "given": [_given(row) for row in one.given],
    }


def _given(paper: Any) -> dict[str, Any]:
    return {"id": paper.pk, "code": paper.code, "scan": paper.file.scan, "given_at": paper.given_at}


@room.write("/early-drafts/opened/materials", anybody(), "上传先填草稿的材料", EarlyGivenOut)
def add_material(
    request: HttpRequest, code: Form[Line], file: File[UploadedFile], draft_pass: str = PASS
) -> dict[str, Any]:
    """Give a paper along with the opened draft; its content decides what it is, and nobody opens it before the log-in."""
    require_room(request)
    return _given(
        operations.add_early_paper(key=draft_pass, material=code, content=file, name=file.name or "", **who(request))
    )


@room.remove("/early-drafts/opened/materials/{paper_id}", anybody(), "移除先填草稿的材料", Done)
def remove_material(request: HttpRequest, paper_id: Id, draft_pass: str = PASS) -> dict[str, Any]:
    """Take a paper out of the opened draft again; its file is destroyed."""
    operations.remove_early_paper(key=draft_pass, paper_id=paper_id, **who(request))
    return {"done": True}


@room.write("/early-drafts/opened/taking", person, "接着办先填的", EarlyTakenOut)
def take(request: HttpRequest, draft_pass: str = PASS) -> dict[str, Any]:
    """Take the opened draft into a draft of one's own; it is gone with its code."""
    taken = operations.take_early_draft(key=draft_pass, **who(request))
    return {"draft": draft_row(taken.draft), "asked_again": list(taken.asked_again)}

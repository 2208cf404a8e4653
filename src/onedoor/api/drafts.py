"""Fill in an application: begin, answer section by section, give papers, sign consents, look it over, submit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Form

from onedoor.api import forms
from onedoor.api.answers import Answers, inside, typed
from onedoor.api.cases import CaseOut, MaterialOut, PaperReadOut, material, paper_read, row
from onedoor.api.desk import DeclaredOut, declared
from onedoor.api.doors import applicant, caller, person, who
from onedoor.api.forms import KnownOut, PaperOut, SectionOut
from onedoor.api.keys import first
from onedoor.api.problems import Fault, pointer
from onedoor.api.public import Done
from onedoor.api.rooms import PDF, Room, pdf
from onedoor.api.schemas import Id, Line, Page, Text, Told, whole
from onedoor.api.sendings import SentFile, SentUpload, one_handed_in
from onedoor.platform.cases import operations, queries
from onedoor.platform.cases.forms.situations import answers_of
from onedoor.platform.cases.forms.validation import read_section, typed_problems
from onedoor.platform.cases.queries import Draft
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.forms import Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.scenarios import scenario_section
from onedoor.platform.exchange import queries as exchange
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotFound

room = Room("drafts")
READ = "code_read"  # on a request: the code that stands on the scan


class PrincipalOut(Told):
    """可以为谁申请。Somebody the application may be for."""

    id: int
    name: str
    asks_opinion: bool


class FormTakenOut(Told):
    """纸质表归入的草稿。The draft to which a form filled in by hand was added."""

    draft: UUID
    item: str


class BeginningOut(Told):
    """申请前须知：为谁申请、问哪些部门、个人信息怎么用。Before the first question: for whom, who is asked, how data are used."""

    item: str
    title: str
    self_id: int
    principals: list[PrincipalOut]
    departments: list[str]
    purpose: str
    basis: str
    recipients: list[str]
    kept: str
    asked: list[list[str]]
    sensitive: list[str]


class StartIn(Told):
    """为谁申请什么；情形的回答；被监护人的意见。What to apply for, for whom, in which situation."""

    item: Line
    applicant: Id | None = None
    situation: dict[str, Any] = {}
    opinion: Text = ""


class DraftOut(Told):
    """草稿的一行。A draft in a list."""

    id: UUID
    item: str
    title: str
    applicant: str
    revision: int
    saved_at: datetime
    expires_at: datetime


class ScreenOut(Told):
    """申请的一步。A step of the application."""

    code: str
    title: str
    done: bool


class DraftWholeOut(DraftOut):
    """草稿的进度。How far a draft has come."""

    screens: list[ScreenOut]
    changed: bool
    submitted_as: str | None


class DraftSectionOut(Told):
    """一屏的问题、回答和已知内容。A screen with its answers and what is known already."""

    revision: int
    section: SectionOut
    answers: dict[str, Any]
    known: dict[str, KnownOut]
    problems: list[Fault]


class SectionIn(Answers):
    """一屏的回答，`revision` 与读到的相同才保存。Saved only while `revision` is the one that was read."""

    revision: Id


class ChangeOut(Told):
    """草稿开始以后的一处变化：办理地，或者事项的要求。Something that has changed since the draft was begun."""

    path: str
    sentence: str


class PaperOfferOut(Told):
    """可以代替这份材料的证照或以前交过的材料。What would stand for a paper: a certificate, or what was given before."""

    taken: bool
    certificate: str
    earlier: list[MaterialOut]
    needs_check: bool


class PaperGivenOut(Told):
    """一份材料、已交的和可以代替它的。A paper with what was given, and what else would answer it."""

    paper: PaperOut
    given: list[MaterialOut]
    is_answered: bool
    choice: str
    offer: PaperOfferOut | None
    commitment: list[list[str]]
    promise: str
    read: list[PaperReadOut]


class ConsentOut(Told):
    """须签署的授权。A consent that has to be signed."""

    position: int
    code: str
    title: str
    text: str
    role: str
    signed: bool


class SignIn(Told):
    """签署第几份授权。Which consent to sign, by its position."""

    position: Id


class ReviewOut(Told):
    """提交前的核对。Everything once more before it is submitted."""

    revision: int
    declared: list[DeclaredOut]
    materials: list[MaterialOut]
    screens: list[ScreenOut]
    delivery_ways: list[str]


class SubmissionIn(Told):
    """提交：修订号和送达方式。The revision that is submitted, and how decisions shall arrive."""

    revision: Id
    delivery: Line = "electronic"


def _draft(request: HttpRequest, draft_id: UUID) -> Draft:
    return queries.get_draft(draft_id=draft_id, actor=caller(request), on=clock.today())


def draft_row(draft: Draft) -> dict[str, Any]:
    names = ("revision", "saved_at", "expires_at")
    told = {"item": draft.item_version.code, "title": draft.item_version.title, "applicant": draft.applicant.name}
    return {"id": draft.pk} | told | {name: getattr(draft, name) for name in names}


def _screens(request: HttpRequest, draft: Draft) -> list[dict[str, Any]]:
    done = queries.done_screens(draft, **who(request))
    return [{"code": code, "title": title, "done": code in done} for code, title in queries.screens_of(draft)]


@room.read("/items/{code}/beginning", applicant, "申请前须知", BeginningOut)
def read_beginning(request: HttpRequest, code: Line) -> dict[str, Any]:
    """Read for whom one may apply, which departments will be asked, and how the data are used."""
    actor, on = caller(request), clock.today()
    person = actor.require_person()
    place = identity.residence_of(person, on=on)
    item = catalog.read_guide(code=code, chain=identity.chain(place), on=on).item
    by_organization = item.audience == "organization"
    may_act = by_organization or (item.delegable and not actor.is_assisted)
    principals = (
        identity.principals_for_item(agent_id=person, item=code, on=on, organizations=by_organization)
        if may_act
        else []
    )
    departments = exchange.department_names(queries.asked_sources(item))
    notice = queries.privacy_notice(item=item, division=place, departments=departments, at=clock.now())
    return {
        "item": code,
        "title": item.title,
        "self_id": person,
        "principals": [
            {"id": one.pk, "name": one.name, "asks_opinion": identity.has_a_say(one, on=on)} for one in principals
        ],
        "departments": list(departments),
        **{name: getattr(notice, name) for name in ("purpose", "basis", "kept")},
        "recipients": list(notice.recipients),
        "asked": [list(pair) for pair in notice.asked],
        "sensitive": list(notice.sensitive),
    }


@room.read("/drafts", person, "我的草稿", Page[DraftOut])
def my_drafts(request: HttpRequest) -> dict[str, Any]:
    """List the open drafts one fills in, or that are filled in for one."""
    return whole(queries.my_drafts(**who(request)), draft_row)


@room.write("/drafts", applicant, "开始申请", DraftOut)
def start(request: HttpRequest, sent: StartIn) -> DraftOut:
    """Begin an application, or go on with the one that is open."""
    person = caller(request).require_person()
    wanted = sent.applicant if sent.applicant is not None else person

    def situation(item: ServiceItem) -> Any:
        section = scenario_section(item)
        return answers_of(item, typed(section, Answers(answers=sent.situation))) if section else {}

    draft = operations.start_draft(item_code=sent.item, applicant_id=wanted, situation=situation, **who(request))
    identity_operations.record_opinion(ward_id=wanted, reference=draft.target, text=sent.opinion, **who(request))
    return DraftOut(**draft_row(draft))


@room.read("/drafts/{uuid:draft_id}", applicant, "一份草稿", DraftWholeOut)
def get_draft(request: HttpRequest, draft_id: UUID) -> dict[str, Any]:
    """Read how far an application has come, and whether its item has changed since."""
    draft = _draft(request, draft_id)
    submitted = draft.submitted_as
    return {
        **draft_row(draft),
        "screens": _screens(request, draft),
        "changed": queries.changes_since_begun(draft, on=clock.today()) is not None,
        "submitted_as": submitted.number if submitted else None,
    }


@room.remove("/drafts/{uuid:draft_id}", applicant, "删除草稿", Done)
def discard(request: HttpRequest, draft_id: UUID) -> dict[str, Any]:
    """Throw a draft away with everything in it."""
    operations.discard_draft(draft_id=draft_id, **who(request))
    return {"done": True}


def _section(draft: Draft, code: str) -> Section:
    """:raises NotFound: the form has no such section."""
    found = draft.item_version.item.form.section(code)
    if found is None:
        raise NotFound
    return found


@room.read("/drafts/{uuid:draft_id}/sections/{section}", applicant, "一屏的回答", DraftSectionOut)
def get_section(request: HttpRequest, draft_id: UUID, section: Line) -> dict[str, Any]:
    """Read a section with its answers, what is known already and what cannot be used yet."""
    draft = _draft(request, draft_id)
    definition = _section(draft, section)
    return _answered(request, draft, definition, typed_problems(definition, draft.typed))


def _answered(request: HttpRequest, draft: Draft, definition: Section, problems: Any) -> dict[str, Any]:
    known = queries.known_answers(draft=draft, actor=caller(request), on=clock.today())
    codes = {field.code for field in definition.fields}
    return {
        "revision": draft.revision,
        "section": forms.section(definition),
        "answers": {code: value for code, value in draft.answers.items() if code in codes},
        "known": forms.known({code: one for code, one in known.items() if code in codes}),
        "problems": [{"pointer": pointer(path), "detail": text} for path, text in inside(problems).items()],
    }


@room.replace("/drafts/{uuid:draft_id}/sections/{section}", applicant, "保存一屏", DraftSectionOut)
def save_section(request: HttpRequest, draft_id: UUID, section: Line, sent: SectionIn) -> dict[str, Any]:
    """Save a section; what cannot be used yet is kept as typed and named under `problems`."""
    draft = _draft(request, draft_id)
    definition = _section(draft, section)
    known = queries.known_answers(draft=draft, actor=caller(request), on=clock.today())
    cleaned = read_section(definition, typed(definition, sent), known=draft.answers, offered=known)
    draft = operations.save_section(
        draft_id=draft_id, revision=sent.revision, section=section, cleaned=cleaned, **who(request)
    )
    problems = {**queries.faults_shown_in(draft, definition, on=clock.today()), **cleaned.problems}
    return _answered(request, draft, definition, problems)


@room.read("/drafts/{uuid:draft_id}/changes", person, "事项的变化", Page[ChangeOut])
def get_changes(request: HttpRequest, draft_id: UUID) -> dict[str, Any]:
    """Read what has changed since the draft was begun: the place it goes to, what the item asks; nothing while it is current."""
    found = queries.changes_since_begun(_draft(request, draft_id), on=clock.today()) or []
    return whole(found)


@room.write("/drafts/{uuid:draft_id}/changes", person, "按新版本继续", DraftOut)
def carry_over(request: HttpRequest, draft_id: UUID) -> DraftOut:
    """Go on for the place of today, under the version now in force there; what still fits is kept."""
    return DraftOut(**draft_row(operations.carry_over(draft_id=draft_id, **who(request))))


@room.read("/drafts/{uuid:draft_id}/materials", applicant, "材料", Page[PaperGivenOut])
def get_materials(request: HttpRequest, draft_id: UUID) -> dict[str, Any]:
    """List the papers the application asks for, each with what was given, what would stand for it, and what may be promised."""
    return whole(queries.papers_of_draft(draft=_draft(request, draft_id), **who(request)), _paper)


def _paper(one: queries.DraftPaper) -> dict[str, Any]:
    return {
        "paper": forms.paper(one.definition),
        "given": [material(paper) for paper in one.given],
        "is_answered": one.is_answered,
        "choice": one.choice,
        "offer": _offer(one.offer) if one.offer else None,
        "commitment": [list(line) for line in one.commitment],
        "promise": one.promise if one.definition.tolerance else "",
        "read": [paper_read(given.pk, seen) for given, seen in one.pages if seen is not None],
    }


def _offer(one: Any) -> dict[str, Any]:
    held = one.certificate.title if one.certificate else ""
    earlier = [material(paper) for paper in one.earlier]
    return {"taken": one.taken, "certificate": held, "earlier": earlier, "needs_check": one.needs_check}


@room.write("/drafts/{uuid:draft_id}/materials", applicant, "上传材料", MaterialOut)
def add_material(
    request: HttpRequest, draft_id: UUID, code: Form[Line], file: SentFile = None, upload: SentUpload = None
) -> MaterialOut:
    """Attach a photographed or scanned paper, sent here or in parts beforehand; its content decides what it is."""

    def attach(name: str, content: Any) -> Any:
        return operations.attach_material(
            draft_id=draft_id, case_id=None, material=code, content=content, name=name, **who(request)
        )

    return MaterialOut(**material(one_handed_in(request, file, upload, attach)))


@room.read("/drafts/{uuid:draft_id}/paper-form", applicant, "打印申请表", PDF)
def print_form(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Draw the form on A4 with what is filled in so far and a code, to be completed and signed by hand."""
    return pdf(queries.form_of_draft(_draft(request, draft_id)))


def _read_code(request: HttpRequest, code: str = "", file: SentFile = None) -> None:
    """Read the code on a scan before the write and its transaction begin: it takes seconds, and nobody waits for it."""
    read = None
    if file is not None and not code.strip():
        read = queries.code_on_scan(file, login=caller(request).login_id, at=clock.wall())
    vars(request)[READ] = read


@room.write("/paper-forms", applicant, "交纸质表", FormTakenOut)
@first(_read_code)
def take_paper_form(
    request: HttpRequest,
    code: Line = Form(""),  # type: ignore[type-arg]  # Form[Line] could not be left out
    file: SentFile = None,
) -> FormTakenOut:
    """Hand in the scan of a form filled in by hand; the code on it, or the one sent here, says to which application it belongs."""

    def take(name: str, content: Any) -> Draft:
        read = vars(request)[READ]
        return operations.take_paper_form(content=content.read(), name=name, typed=code, read=read, **who(request))

    draft = one_handed_in(request, file, None, take)
    return FormTakenOut(draft=draft.pk, item=draft.item_version.code)


@room.remove("/drafts/{uuid:draft_id}/materials/{material_id}", applicant, "移除材料", Done)
def remove_material(request: HttpRequest, draft_id: UUID, material_id: Id) -> dict[str, Any]:
    """Take a paper out of the draft again."""
    operations.remove_material(draft_id=draft_id, material_id=material_id, **who(request))
    return {"done": True}


@room.read("/drafts/{uuid:draft_id}/consents", applicant, "授权", Page[ConsentOut])
def get_consents(request: HttpRequest, draft_id: UUID) -> dict[str, Any]:
    """List every consent the application needs, signed or not."""
    return whole(_consents(request, _draft(request, draft_id)))


def _needed(request: HttpRequest, draft: Draft) -> Any:
    return queries.needed_consents(draft=draft, on=clock.today(), **who(request))


def _consents(request: HttpRequest, draft: Draft) -> list[dict[str, Any]]:
    return [
        {
            "position": place,
            "code": one.request.code,
            "title": one.title,
            "text": one.request.text,
            "role": one.role,
            "signed": one.signed,
        }
        for place, one in enumerate(_needed(request, draft))
    ]


@room.write("/drafts/{uuid:draft_id}/consents", applicant, "签署授权", Page[ConsentOut])
def sign(request: HttpRequest, draft_id: UUID, sent: SignIn) -> dict[str, Any]:
    """Sign a consent: one's own, or for somebody who has delegated signing."""
    draft = _draft(request, draft_id)
    needed = _needed(request, draft)
    if sent.position >= len(needed):
        raise InvalidInput({"position": "没有这一份授权，请重新读取授权列表。"})
    wanted = needed[sent.position]
    operations.sign_consent(draft_id=draft_id, consent=wanted.request.code, id_number=wanted.id_number, **who(request))
    return whole(_consents(request, draft))


@room.read("/drafts/{uuid:draft_id}/review", applicant, "核对", ReviewOut)
def review(request: HttpRequest, draft_id: UUID) -> dict[str, Any]:
    """Read everything once more as people read it."""
    draft = _draft(request, draft_id)
    sections = draft.item_version.item.form.shown_sections(draft.answers)
    spoken = queries.speak(sections, draft.answers, sources=queries.sources_of(draft))
    return {
        "revision": draft.revision,
        "declared": declared(spoken),
        "materials": [material(one) for one in queries.materials_of(draft)],
        "screens": _screens(request, draft),
        "delivery_ways": list(queries.delivery_ways(owner=draft, on=clock.today())),
    }


@room.write("/drafts/{uuid:draft_id}/submission", applicant, "提交申请", CaseOut)
def submit(request: HttpRequest, draft_id: UUID, sent: SubmissionIn) -> dict[str, Any]:
    """Submit the application, once however often; for ten minutes it may be taken back."""
    return row(
        operations.submit_draft(draft_id=draft_id, revision=sent.revision, delivery=sent.delivery, **who(request))
    )

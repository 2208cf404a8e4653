"""一件事: what there is, one form and one set of papers, submitted once, and how all of it stands."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, UploadedFile

from onedoor.api import forms
from onedoor.api.answers import inside, typed
from onedoor.api.doors import anybody, officer, person, who
from onedoor.api.drafts import ScreenOut, SectionIn
from onedoor.api.forms import SectionOut
from onedoor.api.problems import Fault, pointer
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, whole
from onedoor.platform.bundles import operations, queries
from onedoor.platform.cases.forms.validation import read_section, typed_problems
from onedoor.platform.catalog.forms import Section
from onedoor.platform.files.posted import require_room
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import NotFound

room = Room("bundles")
keeper = officer("catalog.edit", "catalog.review")


class BundleCardOut(Told):
    """一件事。A bundle in the list."""

    code: str
    title: str
    title_en: str
    line: str
    summary: str


class BundleMemberOut(Told):
    """一件事里的一项。A member of a bundle: handed in here, or dealt with at the window."""

    code: str
    title: str
    organ: str
    online: bool
    optional: bool
    limit: str
    waits_for: list[str]
    where: str
    how: str


class BundleOut(BundleCardOut):
    """一件事和它的各项。A bundle with its members."""

    lead: str
    version: int
    members: list[BundleMemberOut]


class BundleFillingOut(Told):
    """填写中的一件事。A bundle that is being filled in, with its screens."""

    id: UUID
    code: str
    title: str
    state: str
    revision: int
    saved_at: datetime
    expires_at: datetime
    asks: SectionOut | None
    members: list[str]
    screens: list[ScreenOut]
    problems: list[Fault]


class BundleChoiceIn(Told):
    """情况和要办的可选项。The few answers that tell what belongs to it, and the optional members wanted."""

    revision: Id
    answers: dict[str, Any] = {}
    members: list[Line] = []


class BundleSectionOut(Told):
    """一屏的问题和回答。One screen with its answers."""

    revision: int
    section: SectionOut
    answers: dict[str, Any]
    problems: list[Fault]


class BundleGivenOut(Told):
    """一件事的一份材料。A paper given once for all members that need it."""

    id: int
    code: str
    scan: str
    given_at: datetime


class BundlePaperOut(Told):
    """要交的一份材料和已交的文件。A paper that is asked for, by whom, and what was given."""

    code: str
    title: str
    members: list[str]
    given: list[BundleGivenOut]


class BundleSubmitIn(Told):
    """提交一件事。Hand a bundle in."""

    revision: Id
    delivery: Line = "electronic"
    together: bool = True


class BundleStandingOut(Told):
    """一项办到哪里。How one member stands."""

    code: str
    title: str
    organ: str
    state: str
    reason: str
    case_number: str
    draft: UUID | None
    holder: str
    clock: str
    due_at: datetime | None


class BundleHappenedOut(Told):
    """一件事的一次进展。One thing that happened to a bundle."""

    kind: str
    member: str
    state: str
    at: datetime


class BundleCaseOut(Told):
    """一件事办件：一个编号，各项进展。A submitted bundle: one number, and how every member stands."""

    id: UUID
    number: str
    title: str
    state: str
    submitted_at: datetime
    due_at: datetime | None
    calculation: list[str]
    members: list[BundleStandingOut]
    history: list[BundleHappenedOut]


class BundleMineOut(Told):
    """我的一件事。One's own bundle in the list."""

    id: UUID
    number: str
    title: str
    state: str
    created_at: datetime


class BundleReportIn(Told):
    """已在窗口办好的一项。The member that was dealt with at the window."""

    member: Line


class BundleTextIn(Told):
    """一件事的定义（YAML）。The definition of a bundle as YAML."""

    definition: Text


class BundleVersionOut(Told):
    """一件事的一个版本。A version of a bundle."""

    id: int
    code: str
    version: int
    title: str
    state: str
    valid_from: date | None


class BundleVersionWholeOut(BundleVersionOut):
    """一个版本的全文和缺陷。A version with its text and what stands in its way."""

    definition: str
    faults: list[str]


class BundleSettleIn(Told):
    """发布或退回一个版本。Publish a version, or send it back."""

    publish: bool
    opinion: Text
    valid_from: Day | None = None


@room.read("/bundles", anybody(), "一件事清单", Page[BundleCardOut])
def list_bundles(request: HttpRequest) -> dict[str, Any]:
    """List the bundles in force."""
    return whole(queries.list_bundles(on=clock.today()), _card)


def _card(bundle: Any) -> dict[str, Any]:
    return {name: getattr(bundle, name) for name in ("code", "title", "title_en", "line", "summary")}


@room.read("/bundles/{code}", anybody(), "一件事", BundleOut)
def read_bundle(request: HttpRequest, code: Line, division: Line = identity.NATION) -> dict[str, Any]:
    """Read a bundle as it can be used at a place."""
    guide = queries.read_bundle_guide(code=code, division=division, on=clock.today())
    members = [
        {
            "code": one.definition.code,
            "title": one.definition.title,
            "organ": one.definition.organ,
            "online": one.item is not None,
            "optional": one.definition.optional,
            "limit": one.limit_words,
            "waits_for": list(one.waits_for),
            "where": one.definition.window.where,
            "how": one.definition.window.how,
        }
        for one in guide.members
    ]
    return {**_card(guide.bundle), "lead": guide.bundle.lead, "version": guide.version, "members": members}


@room.write("/bundles/{code}/cases", person, "开始一件事", BundleFillingOut)
def begin(request: HttpRequest, code: Line) -> dict[str, Any]:
    """Begin a bundle; one that is being filled in is taken up again."""
    return _filling(request, operations.begin_bundle(code=code, **who(request)).pk)


def _filling(request: HttpRequest, bundle_id: UUID) -> dict[str, Any]:
    way = queries.choosing(bundle_id=bundle_id, **who(request))
    case = way.case
    asks = Section(code="asks", title="情况", fields=way.bundle.asks) if way.bundle.asks else None
    return {
        "id": case.pk,
        "code": way.bundle.code,
        "title": case.version.title,
        **{name: getattr(case, name) for name in ("state", "revision", "saved_at", "expires_at")},
        "asks": forms.section(asks) if asks else None,
        "members": [one.definition.code for one in way.belonging],
        "screens": [{"code": code, "title": title, "done": done} for code, title, done in way.screens],
        "problems": _problems(way.problems),
    }


def _problems(problems: Any) -> list[dict[str, str]]:
    return [{"pointer": pointer(path), "detail": text} for path, text in inside(problems).items()]


@room.read("/me/bundles", person, "我的一件事", Page[BundleMineOut])
def my_bundles(request: HttpRequest) -> dict[str, Any]:
    """List one's own bundles, newest first."""
    return whole(queries.my_bundles(**who(request)), _mine)


def _mine(case: Any) -> dict[str, Any]:
    told = {name: getattr(case, name) for name in ("state", "created_at")}
    return {"id": case.pk, "number": case.number or "", "title": case.version.title, **told}


@room.read("/me/bundles/{bundle_id}/form", person, "填写中的一件事", BundleFillingOut)
def get_filling(request: HttpRequest, bundle_id: UUID) -> dict[str, Any]:
    """Read how far a bundle that is being filled in has come."""
    return _filling(request, bundle_id)


@room.replace("/me/bundles/{bundle_id}/members", person, "选要办的", BundleFillingOut)
def choose(request: HttpRequest, bundle_id: UUID, sent: BundleChoiceIn) -> dict[str, Any]:
    """Answer what tells which members belong to it, and choose the optional ones."""
    way = queries.choosing(bundle_id=bundle_id, **who(request))
    answers: dict[str, Any] = {}
    if way.bundle.asks:
        asks = Section(code="asks", title="情况", fields=way.bundle.asks)
        posted = typed(asks, SectionIn(revision=sent.revision, answers=sent.answers))
        answers = dict(read_section(asks, posted, known={}).answers)
    operations.choose_members(
        bundle_id=bundle_id, revision=sent.revision, asks=answers, wanted=sent.members, **who(request)
    )
    return _filling(request, bundle_id)


def _screen(request: HttpRequest, bundle_id: UUID, section: str) -> tuple[Any, Section]:
    """:raises NotFound: the form has no such screen."""
    case, definition = queries.find_screen(bundle_id=bundle_id, section=section, **who(request))
    if definition is None:
        raise NotFound
    return case, definition


def _answered(case: Any, definition: Section, problems: Any) -> dict[str, Any]:
    codes = {field.code for field in definition.fields}
    return {
        "revision": case.revision,
        "section": forms.section(definition),
        "answers": {code: value for code, value in case.answers.items() if code in codes},
        "problems": _problems(problems),
    }


@room.read("/me/bundles/{bundle_id}/sections/{section}", person, "一件事的一屏", BundleSectionOut)
def get_section(request: HttpRequest, bundle_id: UUID, section: Line) -> dict[str, Any]:
    """Read one screen of the form that asks once."""
    case, definition = _screen(request, bundle_id, section)
    return _answered(case, definition, typed_problems(definition, case.typed))


@room.replace("/me/bundles/{bundle_id}/sections/{section}", person, "保存一件事的一屏", BundleSectionOut)
def save_section(request: HttpRequest, bundle_id: UUID, section: Line, sent: SectionIn) -> dict[str, Any]:
    """Save one screen; what cannot be used yet is kept as typed and named under `problems`."""
    case, definition = _screen(request, bundle_id, section)
    cleaned = read_section(definition, typed(definition, sent), known=case.answers)
    case = operations.save_bundle_section(
        bundle_id=bundle_id, revision=sent.revision, section=section, cleaned=cleaned, **who(request)
    )
    return _answered(case, definition, cleaned.problems)


@room.read("/me/bundles/{bundle_id}/materials", person, "一件事的材料", Page[BundlePaperOut])
def get_materials(request: HttpRequest, bundle_id: UUID) -> dict[str, Any]:
    """List the papers asked for, each once, with what was given."""
    _, rows = queries.bundle_papers(bundle_id=bundle_id, **who(request))
    return whole(rows, _paper)


def _paper(row: queries.PaperRow) -> dict[str, Any]:
    given = [_given(one) for one in row.given]
    return {"code": row.asked.code, "title": row.asked.title, "members": list(row.members), "given": given}


def _given(paper: Any) -> dict[str, Any]:
    return {"id": paper.pk, "code": paper.code, "scan": paper.file.scan, "given_at": paper.given_at}


@room.write("/me/bundles/{bundle_id}/materials", person, "上传一件事的材料", BundleGivenOut)
def add_material(request: HttpRequest, bundle_id: UUID, code: Form[Line], file: File[UploadedFile]) -> dict[str, Any]:
    """Give a paper once for all members that need it."""
    require_room(request)
    return _given(
        operations.add_bundle_paper(bundle_id=bundle_id, paper=code, content=file, name=file.name or "", **who(request))
    )


@room.remove("/me/bundles/{bundle_id}/materials/{paper_id}", person, "移除一件事的材料", Done)
def remove_material(request: HttpRequest, bundle_id: UUID, paper_id: Id) -> dict[str, Any]:
    """Take a paper out again."""
    operations.remove_bundle_paper(bundle_id=bundle_id, paper_id=paper_id, **who(request))
    return {"done": True}


@room.write("/me/bundles/{bundle_id}/submission", person, "提交一件事", BundleCaseOut)
def submit(request: HttpRequest, bundle_id: UUID, sent: BundleSubmitIn) -> dict[str, Any]:
    """Hand a bundle in; the same one again gives the same cases."""
    operations.submit_bundle(
        bundle_id=bundle_id,
        revision=sent.revision,
        delivery=sent.delivery,
        together=sent.together,
        **who(request),
    )
    return _stands(queries.my_bundle(bundle_id=bundle_id, **who(request)))


@room.read("/me/bundles/{bundle_id}", person, "一件事办到哪里", BundleCaseOut)
def get_bundle(request: HttpRequest, bundle_id: UUID) -> dict[str, Any]:
    """Read how every member of one's own bundle stands."""
    return _stands(queries.my_bundle(bundle_id=bundle_id, **who(request)))


def _stands(view: queries.BundleView) -> dict[str, Any]:
    case = view.case
    return {
        "id": case.pk,
        "title": case.version.title,
        **{name: getattr(case, name) for name in ("number", "state", "submitted_at", "due_at", "calculation")},
        "members": [_member(one) for one in view.members],
        "history": [
            {"kind": one.kind, "member": one.member, "state": one.to_state, "at": one.at} for one in view.events
        ],
    }


def _member(one: queries.MemberView) -> dict[str, Any]:
    return {
        **{name: getattr(one.row, name) for name in ("code", "title", "organ", "state", "reason")},
        "case_number": one.case.number if one.case else "",
        "draft": one.row.draft_id if one.row.state == "to_complete" else None,
        "holder": one.holder,
        "clock": one.clock,
        "due_at": one.ends,
    }


@room.write("/me/bundles/{bundle_id}/reports", person, "登记已在窗口办好", BundleCaseOut)
def report(request: HttpRequest, bundle_id: UUID, sent: BundleReportIn) -> dict[str, Any]:
    """Note that a member was dealt with at the window; what waited for it is released."""
    operations.report_member(bundle_id=bundle_id, member=sent.member, **who(request))
    return _stands(queries.my_bundle(bundle_id=bundle_id, **who(request)))


@room.write("/me/bundles/{bundle_id}/cancellation", person, "不办了", BundleCaseOut)
def cancel(request: HttpRequest, bundle_id: UUID) -> dict[str, Any]:
    """Give up what can still be given up; what is decided stays."""
    operations.cancel_bundle(bundle_id=bundle_id, **who(request))
    return _stands(queries.my_bundle(bundle_id=bundle_id, **who(request)))


@room.remove("/me/bundles/{bundle_id}", person, "删去填写中的一件事", Done)
def discard(request: HttpRequest, bundle_id: UUID) -> dict[str, Any]:
    """Throw away a bundle that was not submitted, with its papers."""
    operations.discard_bundle(bundle_id=bundle_id, **who(request))
    return {"done": True}


@room.read("/bundle-cases", officer("cases.view"), "一件事办件", Page[BundleMineOut])
def list_cases(request: HttpRequest) -> dict[str, Any]:
    """List the bundles of which a case lies within the officer's reach."""
    return whole(queries.bundles_for_officer(actor=who(request)["actor"]), _mine)


@room.read("/bundle-cases/{number}", officer("cases.view"), "一件事办件的进度", BundleCaseOut)
def get_case(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read who has what of a bundle by when; nobody's answers."""
    return _stands(queries.bundle_for_officer(number=number, **who(request)))


@room.read("/bundle-versions", keeper, "一件事的版本", Page[BundleVersionOut])
def list_versions(request: HttpRequest) -> dict[str, Any]:
    """List every version, those that wait for publication first."""
    return whole(queries.list_versions(actor=who(request)["actor"]), _version)


def _version(row: Any) -> dict[str, Any]:
    names = ("code", "version", "title", "state", "valid_from")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


@room.write("/bundle-versions", officer("catalog.edit"), "起草一件事", BundleVersionOut)
def draft_version(request: HttpRequest, sent: BundleTextIn) -> dict[str, Any]:
    """Put a bundle down as the next version, for another person to publish."""
    bundle = operations.read_bundle(sent.definition)
    return _version(operations.draft_bundle(bundle=bundle, **who(request)))


@room.read("/bundle-versions/{version_id}", keeper, "一件事的一个版本", BundleVersionWholeOut)
def get_version(request: HttpRequest, version_id: Id) -> dict[str, Any]:
    """Read a version with its text and what stands in its way."""
    view = queries.get_version(version_id=version_id, **who(request))
    return {**_version(view.row), "definition": view.text, "faults": list(view.faults)}


@room.write("/bundle-versions/{version_id}/review", officer("catalog.review"), "发布或退回一件事", BundleVersionOut)
def settle(request: HttpRequest, version_id: Id, sent: BundleSettleIn) -> dict[str, Any]:
    """Publish what another person has drafted, or send it back."""
    if not sent.publish:
        return _version(operations.send_back_bundle(version_id=version_id, opinion=sent.opinion, **who(request)))
    return _version(
        operations.publish_bundle(
            version_id=version_id,
            opinion=sent.opinion,
            valid_from=sent.valid_from or clock.today(),
            **who(request),
        )
    )

"""Items: find them, read their guide and their form, check beforehand. Public."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse

from onedoor.api import forms
from onedoor.api.answers import Answers, inside, typed
from onedoor.api.doors import anybody
from onedoor.api.forms import PaperOut, QuestionOut, SectionOut
from onedoor.api.rooms import PDF, Room, pdf
from onedoor.api.schemas import Line, Page, Told, whole
from onedoor.platform.cases import prechecks
from onedoor.platform.cases import queries as case_queries
from onedoor.platform.cases.forms.situations import situation_of
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.catalog import queries
from onedoor.platform.catalog.queries import Guide
from onedoor.platform.catalog.scenarios import Outcome, scenario_section
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.knowledge import queries as knowledge
from onedoor.standards.code_sets import all_sets
from onedoor.standards.judgement import Judgement

room = Room("items")
SUGGESTIONS = 600  # a minute for one address, the search box of the pages included
READS = "it reads; the answers stay out of the address and are not kept"


class ItemOut(Told):
    """事项目录的一行。One item of the catalogue."""

    code: str
    title: str
    title_en: str
    line: str
    summary: str
    delegable: bool


class SuggestionsOut(Told):
    """边输入边给的建议。What is suggested for words still being typed."""

    found: list[ItemOut]
    nearest: list[ItemOut]


class LimitOut(Told):
    """时限：按天的写 days，按小时的写 hours。A time limit, in days or in hours."""

    days: int
    hours: int
    unit: str


class FeeOut(Told):
    """收费。The fee."""

    charged: bool
    standard: str
    basis: str


class CounterOut(Told):
    """办理地点。Where to go."""

    name: str
    address: str
    hours: str
    phone: str


class FaqOut(Told):
    """常见问题。A question often asked."""

    question: str
    answer: str


class GuideOut(Told):
    """一个地区的办事指南。The guide of an item at a place."""

    code: str
    version: int
    valid_from: date | None
    title: str
    title_en: str
    gives: str
    conditions: list[str]
    materials: list[PaperOut]
    statutory: LimitOut
    promised: LimitOut
    fee: FeeOut
    visits: int
    steps: list[str]
    organization: str
    counters: list[CounterOut]
    faq: list[FaqOut]
    legal_basis: list[str]
    consult: str
    supervise: str
    delegable: bool
    begins_early: bool
    has_precheck: bool
    has_situations: bool


class ConsentTextOut(Told):
    """申请须签署的授权书。A consent an application needs."""

    code: str
    title: str
    by: str
    text: str
    sources: list[str]
    months: int


class SignerAskedOut(Told):
    """除申请人以外还要谁签字。Who signs besides the applicant."""

    code: str
    title: str
    basis: str
    least: int
    most: int


class ItemFormOut(Told):
    """事项的表单、材料和授权书。The form of an item with its papers and consents."""

    code: str
    version: int
    sections: list[SectionOut]
    precheck: list[QuestionOut]
    situation: list[QuestionOut]
    materials: list[PaperOut]
    consents: list[ConsentTextOut]
    signers: list[SignerAskedOut]


class OutcomeOut(Told):
    """一种情形需要什么。What a situation asks for; null fields while questions are open."""

    complete: bool
    titles: list[str]
    materials: list[PaperOut]
    fee: FeeOut | None
    promised: LimitOut | None
    places: list[str]
    notes: list[str]


class ReasonOut(Told):
    """判断的一条理由。One reason of a judgement."""

    code: str
    text: str
    article: str


class TraceOut(Told):
    """计算的一步。One step of a calculation."""

    label: str
    formula: str
    result: str
    article: str
    sources: list[str]


class ParameterOut(Told):
    """判断用到的参数。A figure of law a judgement used."""

    key: str
    value: Any
    document: str
    division: str
    valid_from: date
    valid_to: date | None


class JudgementOut(Told):
    """规则的判断：结论、理由、计算、参数。What a rule says: value, reasons, calculation, figures."""

    value: Any
    reasons: list[ReasonOut]
    trace: list[TraceOut]
    parameters: list[ParameterOut]


class DivisionOut(Told):
    """行政区划。An administrative division."""

    code: str
    name: str
    full_name: str
    level: int


class CodeOut(Told):
    """代码集的一行。One line of a code set."""

    code: str
    zh: str


def judgement(found: Judgement) -> dict[str, Any]:
    return found.as_data()


def _guide(code: str, division: str) -> Guide:
    return queries.read_guide(code=code, chain=identity.chain(division), on=clock.today())


@room.read("/items", anybody(), "查找事项", Page[ItemOut])
def find_items(request: HttpRequest, q: Line = "", line: Line = "") -> dict[str, Any]:
    """Find items by a person's own words, or list every item in force."""
    on = clock.today()
    if not q:
        return whole(queries.list_items(on=on, line=line))
    return whole(knowledge.cards_of(_found_items(q, on).hits("item"), on=on))


def _found_items(q: str, on: date, most: int = knowledge.SHOWN) -> knowledge.Found:
    whole_country = knowledge.place_at(division=identity.NATION, on=on)
    return knowledge.search(text=q, place=whole_country, on=on, kinds=["item"], most=most)


@room.read("/suggestions", anybody(most=SUGGESTIONS, name="suggestions"), "输入时的建议", SuggestionsOut)
def suggest(request: HttpRequest, q: Line = "") -> dict[str, Any]:
    """Suggest items for words still being typed; where none is found, the ones whose names have most in common with them."""
    on = clock.today()
    told = _found_items(q, on, knowledge.SUGGESTED)
    cards = knowledge.cards_of(told.hits("item"), on=on)
    return {"found": [] if told.corrected else cards, "nearest": cards if told.corrected else []}


@room.read("/items/{code}/paper-form", anybody(), "空白申请表", PDF)
def blank_form(request: HttpRequest, code: Line, division: Line = identity.NATION) -> HttpResponse:
    """Draw the blank form of the version in force on A4, as it is offered at a place, with its code."""
    return pdf(case_queries.blank_form(_guide(code, division)))


@room.read("/items/{code}", anybody(), "办事指南", GuideOut)
def read_guide(request: HttpRequest, code: Line, division: Line = identity.NATION) -> dict[str, Any]:
    """Read the guide of an item as it is offered to the people of a place."""
    guide = _guide(code, division)
    item, offering = guide.item, guide.offering
    own = offering.own if offering else {}
    points = (
        [] if offering else identity.service_points(chain=identity.chain(division), line=item.line, on=clock.today())
    )
    return {
        "code": code,
        "version": guide.version.version,
        "valid_from": guide.version.valid_from,
        "title": item.title,
        "title_en": item.title_en,
        "gives": item.gives,
        "conditions": list(item.conditions),
        "materials": [forms.paper(paper) for paper in item.materials],
        "statutory": item.limits.statutory,
        "promised": item.limits.promised,
        "fee": item.fee,
        "visits": item.visits.count,
        "steps": [step.title for step in item.steps],
        "organization": offering.organization.name if offering else "",
        "counters": [
            *own.get("counters", ()),
            *({"name": p.name, "address": p.address, "hours": p.opening_hours, "phone": p.phone} for p in points),
        ],
        "faq": list(item.faq),
        "legal_basis": [f"{one.law}{one.article}" for one in item.legal_basis],
        "consult": own.get("consult") or item.elements.consult,
        "supervise": own.get("supervise") or item.elements.supervise,
        "delegable": item.delegable,
        "begins_early": item.begins_early,
        "has_precheck": item.precheck is not None,
        "has_situations": bool(item.scenario),
    }


@room.read("/items/{code}/form", anybody(), "事项表单", ItemFormOut)
def read_form(request: HttpRequest, code: Line, division: Line = identity.NATION) -> dict[str, Any]:
    """Read what an application of this item asks: sections, questions, papers, consents."""
    guide = _guide(code, division)
    item, situation = guide.item, scenario_section(guide.item)
    return {
        "code": code,
        "version": guide.version.version,
        "sections": [forms.section(one) for one in item.form.sections],
        "precheck": [forms.question(one) for one in item.precheck.fields] if item.precheck else [],
        "situation": [forms.question(one) for one in situation.fields] if situation else [],
        "materials": [forms.paper(one) for one in item.materials],
        "consents": list(item.consents),
        "signers": list(item.signers.roles) if item.signers else [],
    }


@room.ask("/items/{code}/outcome", anybody(), "按情形看要求", OutcomeOut, why=READS)
def read_outcome(request: HttpRequest, code: Line, sent: Answers, division: Line = identity.NATION) -> dict[str, Any]:
    """Tell from the answers to a few choices exactly which papers, fee, limit and place apply."""
    item = _guide(code, division).item
    section = scenario_section(item)
    if section is None:
        raise NotFound
    found = situation_of(item, typed(section, sent))
    return _outcome(found.outcome if found else None)


def _outcome(found: Outcome | None) -> dict[str, Any]:
    if found is None:
        nothing: dict[str, Any] = {"titles": [], "materials": [], "places": [], "notes": []}
        return {"complete": False, "fee": None, "promised": None, **nothing}
    told = {name: list(getattr(found, name)) for name in ("titles", "places", "notes")}
    papers = [forms.paper(one) for one in found.materials]
    return {"complete": True, "fee": found.fee, "promised": found.promised, "materials": papers, **told}


@room.ask("/items/{code}/precheck", anybody(), "先看看是否符合条件", JudgementOut, why=READS)
def precheck(request: HttpRequest, code: Line, sent: Answers, division: Line = identity.NATION) -> dict[str, Any]:
    """Ask the item's rule about a few answers: reasons and a calculation, never a promise; nothing is kept."""
    item = _guide(code, division).item
    section = prechecks.section_of(item)
    if section is None:
        raise NotFound
    cleaned = read_section(section, typed(section, sent), known={})
    if cleaned.problems:
        raise InvalidInput(inside(cleaned.problems))
    return judgement(prechecks.judge(item, cleaned.answers, chain=identity.chain(division), on=clock.today()))


@room.read("/divisions", anybody(), "行政区划", Page[DivisionOut])
def find_divisions(request: HttpRequest, q: Line = "", under: Line = "") -> dict[str, Any]:
    """Find places by name, or list those right below one (the provinces without `under`)."""
    return whole(identity.find_divisions(q) if q.strip() else identity.divisions_below(under, on=clock.today()))


@room.read("/code-sets/{name}", anybody(), "代码集", Page[CodeOut])
def read_code_set(request: HttpRequest, name: Line) -> dict[str, Any]:
    """List the codes a question may be answered with, where it names a code set."""
    found = next((one for one in all_sets() if one.name == name), None)
    if found is None:
        raise NotFound
    return whole(found.rows)

"""
What a service item (事项) is: its elements, form, materials, steps and result, as immutable checked data.

Elements and their rules follow GB/T 39554.2-2020 as far as an item itself carries them; figures such as amounts live in
the parameter table, judgement lives in `rules.py`. `definition_faults` lists everything that blocks publication.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.forms import Form, FormField, field_faults
from onedoor.platform.catalog.limits import exceeds
from onedoor.platform.catalog.papers import LEAST_PROMISED, NEVER_LATER, CommitmentPolicy, TolerancePolicy, Waiver
from onedoor.platform.catalog.signers import Signers
from onedoor.platform.catalog.steps import Step, row_faults
from onedoor.platform.catalog.strict import Code, Limit, NonEmpty, StrictModel
from onedoor.platform.files.families import Family
from onedoor.platform.kernel.actors import MATCHED
from onedoor.platform.kernel.crypto import canonical_json, sm3


class Material(StrictModel):
    """A paper asked for, with what replaces it and how to give it."""

    code: Code
    title: NonEmpty
    title_en: str = ""
    required: bool = True
    required_when: Condition | None = None
    source: Literal["applicant", "government", "other"] = "applicant"
    issuer: str = ""
    format: Literal["electronic", "paper", "either"] = "either"
    accept: Annotated[tuple[Family, ...], Field(min_length=1)] = ("image", "pdf")
    how: NonEmpty
    acceptance_standard: NonEmpty
    legal_basis: NonEmpty
    catalog_code: str = ""  # 材料目录编码: papers of several items that have the same one are the same paper
    self_made: bool = False  # written by the applicant: nobody vouches for it (grade D)
    valid_days: Annotated[int, Field(ge=1)] | None = None  # natural days from its giving; None: not limited
    reusable: bool = True  # whether an earlier application's paper may be taken
    waiver: Waiver | None = None
    commitment: CommitmentPolicy | None = None
    tolerance: TolerancePolicy | None = None

    @field_validator("title")
    @classmethod
    def no_catch_all_material(cls, title: str) -> str:
        # A vague "other materials" entry lets a window ask for anything (standards §11, acceptance A12).
        if "其他材料" in title or "规定的其他" in title:
            raise ValueError("no_catch_all_material: 不得设置“其他材料”等兜底条款")
        return title

    @model_validator(mode="after")
    def tolerance_not_allowed(self) -> "Material":
        if self.tolerance and any(word in self.title for word in NEVER_LATER):
            raise ValueError(f"tolerance_not_allowed: {self.title}")
        return self

    def asked(self, answers: Mapping[str, Any]) -> bool:
        """Tell whether this paper is asked for, given the answers."""
        return self.required_when.holds(answers) if self.required_when else self.required


# A form filled in and signed by hand, scanned; beside whatever papers an item asks for.
PAPER_FORM = Material(
    code="paper_form",
    title="签字的纸质申请表",
    title_en="Signed paper form",
    required=False,
    how="把签好字的每一页拍清楚，或者扫描成一个文件；右上角的二维码要拍进去。",
    acceptance_standard="每页完整、清楚，有本人签字或者指印。",
    legal_basis="申请人自愿提交，不作为受理的条件。",
    reusable=False,
)


class ConsentRequest(StrictModel):
    """A consent that must be signed before submission, by whom, for which purpose and sources."""

    code: Code
    title: NonEmpty
    by: Literal["applicant", "adult_members", "obligors"]
    purpose: NonEmpty
    sources: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    months: int = 12
    text: NonEmpty

    @property
    def digest(self) -> str:
        """Digest of all that is agreed to: another text, another source or another span has to be signed anew."""
        return sm3(canonical_json(self.model_dump(include={"text", "sources", "months"}, mode="json"))).hex()


class Limits(StrictModel):
    statutory: Limit
    promised: Limit
    receive: Limit = Limit(days=5, basis="《中华人民共和国行政许可法》第三十二条")
    issue: Limit = Limit(days=10, basis="《中华人民共和国行政许可法》第四十四条")  # from the decision to its delivery


class SpecialProcedure(StrictModel):
    """A procedure of law whose days do not count: a hearing, an expert review, an inspection on the spot."""

    code: Code
    title: NonEmpty
    basis: NonEmpty
    most_days: Annotated[int, Field(ge=1)] = 60  # natural days it may take within one case, however often begun
    proof: NonEmpty = "结果证明"  # the paper that ends it: an expert opinion, a test report


class Silence(StrictModel):
    """What it means that the organ lets the law's limit pass without a decision; a grant needs the law that says so."""

    outcome: Literal["none", "grant"] = "none"
    basis: str = ""

    @model_validator(mode="after")
    def needs_basis(self) -> "Silence":
        if self.outcome == "grant" and not self.basis:
            raise ValueError("a grant by silence needs its legal basis")
        return self


class National(StrictModel):
    catalog_code: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    code_status: Literal["placeholder", "official"] = "placeholder"
    item_type: Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
    levels: tuple[Annotated[str, StringConstraints(pattern=r"^[1-7]$")], ...]
    case_type: Literal["1", "2", "9"]


class LegalBasis(StrictModel):
    law: NonEmpty
    article: str = ""
    text: str = ""


class Fee(StrictModel):
    """
    Whether the item costs something. What is really charged is the line of the published list (收费目录清单) that `project` names;
    without one nobody can charge anything. `due`: on acceptance, or when it is granted and before the result is collected.
    """

    charged: bool = False
    standard: str = ""
    basis: str = ""
    project: str = ""
    due: Literal["accept", "collect"] = "accept"

    @model_validator(mode="after")
    def needs_basis(self) -> "Fee":
        if self.charged and not (self.basis and self.standard):
            raise ValueError("a fee needs a standard and a legal basis")
        return self


class Visits(StrictModel):
    count: Annotated[int, Field(ge=0)] = 0
    reason: str = ""

    @model_validator(mode="after")
    def needs_reason(self) -> "Visits":
        if self.count and not self.reason:
            raise ValueError("each visit in person needs a reason")
        return self


class Jurisdiction(StrictModel):
    rule: Literal["household", "residence", "place_of_event", "any"] = "household"
    receiving_tier: Annotated[int, Field(ge=1, le=6)]
    deciding_tier: Annotated[int, Field(ge=1, le=6)]


class Result(StrictModel):
    name: NonEmpty
    kind: Literal["certificate", "document", "payment", "none"] = "certificate"


Openable = Literal[
    "limits.promised",
    "limits.receive",
    "fee",
    "visits",
    "handle_forms",
    "elements.online_depth",
    "early_draft",
    "conditions",
    "materials",
    "faq",
]


class Elements(StrictModel):
    """What GB/T 39554.2 asks of an item besides what its form and steps need; a draft may still lack some of it."""

    service_objects: tuple[Annotated[str, StringConstraints(pattern=r"^[1-6]$")], ...] = ()
    online_depth: Literal["", "consult", "precheck", "accept", "decide", "full"] = ""
    handle_scope: Literal["", "全国", "跨省", "跨市", "跨县", "本地"] = ""
    topics: tuple[NonEmpty, ...] = ()
    consult: str = ""
    supervise: str = ""
    quantity_limit: str = ""
    intermediary: str = ""
    pay_online: bool = False
    courier: bool = False
    bookable: bool = False
    kiosk: bool = False


class Scenario(StrictModel):
    """A situation told apart by the scenario section's answers, with what is different in it."""

    when: Condition
    title: NonEmpty
    fee: Fee | None = None
    promised: Limit | None = None
    place: str = ""
    note: str = ""


class Precheck(StrictModel):
    """A few questions before the form, answered by a registered rule with reasons, never a promise."""

    intro: NonEmpty
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]


class ServiceItem(StrictModel):
    """A whole service item. See the module's docstring."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z0-9_]+$")]
    title: NonEmpty
    title_en: str = ""
    line: Code
    audience: Literal["person", "organization"]
    summary: NonEmpty
    gives: NonEmpty  # what the applicant gets, one or two sentences
    aliases: tuple[NonEmpty, ...] = ()
    national: National
    legal_basis: Annotated[tuple[LegalBasis, ...], Field(min_length=1)]
    conditions: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    limits: Limits
    fee: Fee = Fee()
    visits: Visits = Visits()
    handle_forms: tuple[Literal["1", "2", "3", "4", "5", "9"], ...] = ("1", "2", "3")
    delegable: bool = True
    alone_from: Literal[16, 18] = 18  # from which age a person applies without a guardian (Civil Code arts. 18, 19)
    early_draft: bool = True  # a person may fill the form in before logging in; an organization's has to be known first
    one_at_a_time: bool = True  # a person has one open case of this item at the most
    once_per: Literal["", "month", "quarter", "year"] = ""  # granted to a person once in a calendar period at the most
    assurance: Annotated[int, Field(ge=0, le=4)] = 3
    single_officer_allowed: bool = False
    post_accept_supplement: bool = False
    undo_minutes: int = 10
    supplement_days: int = 15  # natural days the applicant has to supply missing papers
    jurisdiction: Jurisdiction
    precheck: Precheck | None = None
    form: Form
    materials: tuple[Material, ...] = ()
    consents: tuple[ConsentRequest, ...] = ()
    signers: Signers | None = None  # who signs the application besides its applicant
    special_procedures: tuple[SpecialProcedure, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    silence: Silence = Silence()
    result: Result
    elements: Elements = Elements()
    opened: tuple[Openable, ...] = ()  # what an authority may set otherwise in its offering; nothing else
    scenario: str = ""  # the section whose questions the guide asks, to show exactly what is needed
    scenarios: tuple[Scenario, ...] = ()
    faq: tuple[dict[Literal["question", "answer"], str], ...] = ()
    # What the item says, in other languages: by the code of the language, each Chinese text with its translation.
    translations: Mapping[str, Mapping[str, NonEmpty]] = {}

    @model_validator(mode="after")
    def hangs_together(self) -> "ServiceItem":
        faults = [
            *_limit_faults(self),
            *row_faults(self.steps),
            *field_faults(self.form, self._conditions()),
            *_repetition_faults(self),
            *_tolerance_faults(self),
            *_scenario_faults(self),
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _conditions(self) -> list[Condition | None]:
        roles = self.signers.roles if self.signers else ()
        return [*(paper.required_when for paper in self.materials), *(role.when for role in roles)]

    @property
    def level_to_act(self) -> int:
        """
        The real-name level of what has effect in law here: what the item asks, and never less than a matched name and
        number, whatever a version says that was published before that was checked.
        """
        return max(self.assurance, MATCHED)

    @property
    def begins_early(self) -> bool:
        """Tell whether the form may be filled in before logging in."""
        return self.early_draft and self.audience == "person"

    def lets(self, *ways: Literal["waiver", "commitment", "tolerance"]) -> bool:
        """Tell whether any paper may come in one of these ways, so that nobody looks for what cannot be there."""
        return any(getattr(paper, way) is not None for paper in self.materials for way in ways)

    def step(self, code: str) -> Step | None:
        return next((step for step in self.steps if step.code == code), None)

    def special_procedure(self, code: str) -> SpecialProcedure | None:
        return next((one for one in self.special_procedures if one.code == code), None)

    def material(self, code: str) -> Material | None:
        return next((material for material in self.materials if material.code == code), None)

    def given(self, code: str) -> Material | None:
        """Return a paper an applicant may give: one the item asks for, or the signed form, which nobody may demand."""
        return PAPER_FORM if code == PAPER_FORM.code else self.material(code)


def _limit_faults(item: ServiceItem) -> Iterator[str]:
    statutory, promised = item.limits.statutory, item.limits.promised
    if exceeds(promised, statutory):
        yield f"catalog.promise_exceeds_statutory: {promised.words} > {statutory.words}"
    if item.national.case_type == "1" and exceeds(promised, Limit(days=1)):
        yield "an immediate item (即办件) promises 0 or 1 day"


def _scenario_faults(item: ServiceItem) -> Iterator[str]:
    section = item.form.section(item.scenario) if item.scenario else None
    if item.scenario and section is None:
        yield f"scenario names the unknown section {item.scenario}"
    questions = {field.code for field in section.fields} if section else set()
    for field in section.fields if section else ():
        # They travel in the address of the guide, so they may not be able to hold anything about a person.
        if field.type not in ("choice", "choices", "yes_no"):
            yield f"the scenario question {field.code} is no choice"
    for one in item.scenarios:
        for code in one.when.fields():
            if code not in questions:
                yield f"the scenario {one.title} asks for the unknown field {code}"
        if one.promised and exceeds(one.promised, item.limits.statutory):
            yield f"catalog.promise_exceeds_statutory: {one.promised.words} > {item.limits.statutory.words}"


def translation_faults(item: ServiceItem) -> Iterator[str]:
    """
    Yield what is translated and not said, or no longer said. It is shown to nobody, so it keeps nothing from publication.
    """
    if not item.translations:
        return
    said = set(_texts(item.model_dump(exclude={"translations"})))
    for language, rows in item.translations.items():
        yield from (f"{language}：“{text}”，事项里没有这句话" for text in rows if text not in said)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _tolerance_faults(item: ServiceItem) -> Iterator[str]:
    """What comes later comes two working days before the promised end; a shorter promise leaves no day for it."""
    tolerable = [paper.title for paper in item.materials if paper.tolerance]
    limits = [item.limits.promised, *(one.promised for one in item.scenarios if one.promised)]
    if tolerable and any(exceeds(LEAST_PROMISED, limit) for limit in limits):
        yield f"tolerance_needs_time: {tolerable[0]}"


def _repetition_faults(item: ServiceItem) -> Iterator[str]:
    """No code may stand for two things."""
    if any(paper.code == PAPER_FORM.code for paper in item.materials):
        yield f"{PAPER_FORM.code} is the signed form that may come with any application; give the paper another code"
    lists = {
        "section": [section.code for section in item.form.sections],
        "material": [paper.code for paper in item.materials],
        "consent": [consent.code for consent in item.consents],
        "special procedure": [one.code for one in item.special_procedures],
    }
    lists |= {f"column of {field.code}": [column.code for column in field.columns] for field in item.form.all_fields()}
    for what, codes in lists.items():
        if len(set(codes)) != len(codes):
            yield f"{what} codes repeat"

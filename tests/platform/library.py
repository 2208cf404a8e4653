"""An invented item, 借书证, with everything a case can meet; no real service stands in these tests."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml
from django.http import QueryDict

from onedoor.demonstration.cast import Citizen, credit_code
from onedoor.platform.cases import handlers, operations
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as identity_queries
from onedoor.platform.identity.models import Division, Organization, Person
from onedoor.platform.kernel import definitions
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.definitions import Definition, Relation
from onedoor.standards.judgement import Judgement

CHINA = ZoneInfo("Asia/Shanghai")
COUNTY, TOWN = "110105000000", "110105100000"
NATION = "000000000000"
ITEM = "library.card"
MACHINE = Actor.system("测试")
LONG_AGO = datetime(2026, 7, 1, 9, 0, tzinfo=CHINA)
READER = Citizen("reader", "欧阳晓娜", date(1990, 5, 6), 22)
FRIEND = Citizen("friend", "张三", date(1992, 5, 6), 31)

TEXT = """
code: library.card
title: 借书证办理
title_en: Library card
line: library
audience: person
summary: 办一张借书证。
gives: 一张借书证。
aliases: [借书, 图书馆]
national: {catalog_code: "002011001000", code_status: placeholder, item_type: "20", levels: ["4", "5"], case_type: "2"}
legal_basis: [{law: 《公共图书馆法》, article: 第三十六条}]
conditions: [住在本区。]
limits:
  statutory: {days: 20, unit: workday, basis: 《公共图书馆法》, extension: 10}
  promised: {days: 10, unit: workday, basis: 本馆承诺}
  receive: {days: 5, unit: workday, basis: 《公共图书馆法》}
delegable: true
assurance: 3
jurisdiction: {rule: residence, receiving_tier: 5, deciding_tier: 4}
result: {name: 借书证, kind: none}
fee: {charged: false}
visits: {count: 0}
handle_forms: ["1", "2", "3"]
elements: {service_objects: ["1"], online_depth: full, handle_scope: 本地, topics: [文化], consult: "010-12345", supervise: "12345"}
opened: [limits.promised, conditions, materials]
form:
  sections:
    - code: reader
      title: 读者
      fields:
        - {code: name, type: person_name, label: 姓名, required: true}
        - {code: id_number, type: citizen_id, label: 身份证号, required: true, sensitive: true}
        - {code: student, type: yes_no, label: 是不是学生, required: true}
        - {code: school, type: text, label: 学校, required_when: {field: student, equals: true}, shown_when: {field: student, equals: true}}
        - {code: deposit, type: money, label: 押金（元）}
        - code: books
          type: table
          label: 想借的书
          row_title: "第 {n} 本"
          max_rows: 5
          columns:
            - {code: title, type: text, label: 书名, required: true}
            - {code: copies, type: integer, label: 册数, required: true, min: 1, max: 3}
materials:
  - {code: photo, title: 照片, required: true, how: 拍一张正面照。, acceptance_standard: 清楚, legal_basis: 《公共图书馆法》}
  - {code: proof, title: 居住证明, required: false, how: 拍清楚。, acceptance_standard: 清楚, legal_basis: 《公共图书馆法》}
  - {code: school_card, title: 学生证, required: false, how: 拍清楚。, acceptance_standard: 清楚, legal_basis: 《公共图书馆法》}
special_procedures:
  - {code: experts, title: 专家评审, basis: 《公共图书馆法》第四十条, most_days: 30}
steps:
  - {code: visit, title: 上门核实, permission: cases.survey, tier: 5, people: 2, after: [accept]}
  - {code: opinion, title: 审核意见, permission: cases.review, tier: 5, after: [visit], excludes: [visit]}
  - {code: notice, title: 公示, by: notice, permission: cases.notice, tier: 5, days_parameter: library.days, after: [opinion], state: publicizing}
  - {code: decide, title: 决定, permission: cases.decide, tier: 4, after: [notice], excludes: [accept, visit, opinion], state: deciding}
translations:
  en:
    办一张借书证。: Get a library card.
    一张借书证。: A library card.
    住在本区。: You live in this district.
    读者: Reader
    姓名: Name
    身份证号: ID number
    是不是学生: Are you a student
    学校: School
    押金（元）: Deposit (yuan)
    想借的书: Books to borrow
    "第 {n} 本": Book {n}
    书名: Title
    册数: Copies
    照片: Photo
    拍一张正面照。: Photograph your face from the front.
    居住证明: Proof of residence
    学生证: Student card
    拍清楚。: Photograph it clearly.
    清楚: Legible
    专家评审: Expert review
    上门核实: Home visit
    审核意见: Opinion
    公示: Public notice
    决定: Decision
"""

# A card for a whole household: the spouse signs as well, and of the children whoever has one.
HOUSEHOLD = {
    "roles": [
        {"code": "spouse", "title": "配偶", "basis": "本馆借书规则第三条"},
        {
            "code": "child",
            "title": "同住子女",
            "basis": "本馆借书规则第三条",
            "when": {"field": "student", "equals": True},
            "most": 3,
        },
    ]
}


def item(**changes: Any) -> ServiceItem:
    """Return the item, with parts replaced: `item(limits={...})`."""
    return ServiceItem.model_validate(yaml.safe_load(TEXT) | changes)


# The same for organizations: a shelf of books lent to a club.
SHELF = "library.shelf"
ORGANIZATION_FORM = {
    "sections": [
        {
            "code": "club",
            "title": "单位",
            "fields": [
                {"code": "name", "type": "text", "label": "单位名称", "required": True, "prefill": "person.name"},
                {
                    "code": "uscc",
                    "type": "credit_code",
                    "label": "信用代码",
                    "required": True,
                    "prefill": "person.id_number",
                },
                {"code": "copies", "type": "integer", "label": "册数", "required": True, "min": 1, "max": 500},
            ],
        }
    ]
}


def organization_item(**changes: Any) -> ServiceItem:
    """Return an item that organizations apply for: 集体借书."""
    form = {"form": ORGANIZATION_FORM, "materials": []}
    return item(**{"code": SHELF, "title": "集体借书", "audience": "organization"} | form | changes)


def judge(case: Case, on: date) -> Judgement:
    good = case.declared.content.get("name") != "谢绝"
    return Judgement(value={"eligible": good}, reasons=(), trace=(), parameters=())


def wording(case: Case, judgement: Judgement, granted: bool) -> handlers.Wording:
    return handlers.Wording(
        "决定书", "准予办证。" if granted else "不予办证。", ["经核实。"], ["《公共图书馆法》第三十六条"]
    )


# What an authority says of itself in its offering.
OWN = {
    "organ_nature": "1",
    "power_source": "1",
    "counters": [{"name": "图书馆一楼", "address": "朝阳路 1 号", "hours": "工作日 9:00–17:00", "phone": "010-10000"}],
    "consult": "010-10000",
    "supervise": "12345",
}
HANDLER = handlers.CaseHandler(
    item=ITEM,
    judge=judge,
    wording=wording,
    notice_lines=lambda case, on: [["读者", "欧**娜"]],
    notice_days=lambda case, on: 5,
    figures=("library.",),
)
handlers.register(HANDLER)
handlers.register(replace(HANDLER, item=SHELF))
definitions.define(
    Definition("library.deposit", "借书押金", "decimal", lowest=4, unit="元", least=0, most=1000),
    Definition(
        "library.loss",
        "遗失赔偿",
        "decimal",
        lowest=4,
        unit="元",
        least=0,
        most=5000,
        relations=(Relation("at_least", "library.deposit", "借书规则第九条", times=Decimal("1.3")),),
    ),
    Definition("library.hours", "开放时长", "whole", lowest=1, unit="小时", least=1, most=24),
)

OFFICERS = {
    "clerk": ("intake_clerk", TOWN),
    "second_clerk": ("intake_clerk", TOWN),
    "surveyor": ("surveyor", TOWN),
    "second_surveyor": ("surveyor", TOWN),
    "reviewer": ("reviewer", TOWN),
    "approver": ("approver", COUNTY),
    "supervisor": ("supervisor", COUNTY),
    "auditor": ("auditadmin", COUNTY),
    "sysadmin": ("sysadmin", COUNTY),
    "secadmin": ("secadmin", COUNTY),
    "data_steward": ("data_steward", COUNTY),
    "second_approver": ("approver", COUNTY),
    "cert_officer": ("cert_officer", COUNTY),
    "finance": ("finance", COUNTY),
    "elsewhere": ("intake_clerk", "330113100000"),
    "item_manager": ("item_manager", NATION),
    "legal_reviewer": ("legal_reviewer", NATION),
    "county_items": ("item_manager", COUNTY),
    "county_reviewer": ("legal_reviewer", COUNTY),
}


# What a denial and a refusal have to say (R-CASE-5).
DENIED = {
    "reason": "经核实不住在本区，不予办理。",
    "reason_code": "conditions_not_met",
    "how_to_fix": "搬到本区居住后可以重新申请。",
    "basis": ["《公共图书馆法》第三十六条"],
}
REFUSED = {
    "reason": "申请人已经搬离本区居住。",
    "reason_code": "not_qualified",
    "how_to_fix": "请向现在居住地的图书馆申请。",
    "basis": "《公共图书馆法》第三十六条",
}


def proof() -> bytes:
    """Return a picture that shows something: the paper that ends a special procedure."""
    from tests.journeys.conftest import photo

    return photo("proof").getvalue()


@dataclass
class Library:
    """The place with its people, and one application driven as far as a test wants it."""

    organs: dict[str, Organization]
    posts: dict[str, int]
    reader: Person
    friend: Person
    others: dict[str, Person] = field(default_factory=dict)  # who else a test has given an account

    def officer(self, name: str, on: date | None = None) -> Actor:
        return identity_queries.actor_for_post(post_id=self.posts[name], channel="window", on=on or date(2026, 9, 1))

    def citizen(self, person: Person | None = None, assurance: int = 3) -> Actor:
        return Actor(kind="citizen", name="", person_id=(person or self.reader).pk, assurance=assurance)

    def draft(self, at: datetime, *, photo: bool = True, **answers: str) -> Draft:
        """Return a filled draft of the reader, who has an account."""
        identity.open_citizen_login(
            person_id=self.reader.pk, phone="13800000000", password="x" * 12, actor=MACHINE, at=LONG_AGO
        )
        draft = operations.start_draft(item_code=ITEM, applicant_id=self.reader.pk, actor=self.citizen(), at=at)
        typed = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"} | answers
        draft = self.fill(draft, typed, at)
        if photo:
            self.attach(draft.pk, "photo", at)
        return Draft.objects.select_related("item_version").get(pk=draft.pk)

    def fill(self, draft: Draft, typed: dict[str, str], at: datetime) -> Draft:
        posted = QueryDict(mutable=True)
        posted.update(typed)
        section = draft.item_version.item.form.section("reader")
        assert section is not None
        return operations.save_section(
            draft_id=draft.pk,
            revision=draft.revision,
            section="reader",
            cleaned=read_section(section, posted, known={}),
            actor=self.citizen(),
            at=at,
        )

    def attach(self, draft_id: UUID, material: str, at: datetime, content: bytes | None = None) -> None:
        from tests.journeys.conftest import photo

        operations.attach_material(
            draft_id=draft_id,
            case_id=None,
            material=material,
            content=content or photo(material).getvalue(),
            name=f"{material}.jpg",
            actor=self.citizen(),
            at=at,
        )

    def submitted(self, at: datetime, **answers: str) -> Case:
        draft = self.draft(at, **answers)
        return operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=self.citizen(), at=at)

    def received(self, at: datetime, **answers: str) -> Case:
        case = self.submitted(at, **answers)
        return operations.hand_in_case(case_id=case.pk, actor=self.citizen(), at=at)

    def accepted(self, at: datetime) -> Case:
        case = self.received(at)
        operations.accept_case(case_id=case.pk, actor=self.officer("clerk"), at=at)
        return Case.objects.get(pk=case.pk)

    def step(self, case: Case, step: str, at: datetime, *names: str) -> Case:
        first, *others = [self.officer(name) for name in names]
        return operations.complete_step(
            case_id=case.pk,
            step=step,
            outcome="agree",
            note="情况属实，同意办理。",
            facts={},
            actor=first,
            together_with=others,
            at=at,
        )

    def noticed(self, at: datetime) -> Case:
        """Return a case whose notice has just been posted."""
        case = self.accepted(at)
        self.step(case, "visit", at, "surveyor", "second_surveyor")
        self.step(case, "opinion", at, "reviewer")
        operations.post_notice(case_id=case.pk, step="notice", actor=self.officer("reviewer"), at=at)
        return Case.objects.get(pk=case.pk)


def build() -> Library:
    """Put the place, its organs and officers, two citizens and the item in force into the database."""
    for code, level, parent, name in (
        (NATION, 1, None, "中华人民共和国"),
        (COUNTY, 4, None, "朝阳区"),
        (TOWN, 5, COUNTY, "高碑店镇"),
        ("330113000000", 4, None, "临平区"),
        ("330113100000", 5, "330113000000", "塘栖镇"),
    ):
        Division.objects.create(code=code, name=name, full_name=name, level=level, parent_id=parent, source="测试")
    organs = {}
    for place, (code, tier, body) in enumerate(
        (
            (COUNTY, 4, "MB000201"),
            (TOWN, 5, "MB000202"),
            ("330113000000", 4, "MB000203"),
            ("330113100000", 5, "MB000204"),
            (NATION, 1, "MB000205"),
        )
    ):
        organs[code] = identity.register_organization(
            uscc=credit_code("11", code, body),
            name=f"第{place}图书局",
            short_name=f"图{place}",
            kind="organ",
            tier=tier,
            division=code,
            parent_id=organs[COUNTY].pk if code == TOWN else None,
            phone="",
            actor=MACHINE,
            at=LONG_AGO,
        )
    posts = {}
    for name, (role, division) in OFFICERS.items():
        login = identity.open_officer_login(
            username=name, name=f"官员{name}", password="x" * 12, one_time_secret="", actor=MACHINE, at=LONG_AGO
        )
        post = identity.appoint_officer(
            login_id=login.pk,
            organization_id=organs[division].pk,
            role=role,
            division=division,
            lines=[],
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=LONG_AGO,
        )
        posts[name] = post.pk
    people = []
    for citizen in (READER, FRIEND):
        person = identity.ensure_person(
            name=citizen.name,
            id_number=citizen.id_number,
            division=TOWN,
            phone="13800000000",
            actor=MACHINE,
            at=LONG_AGO,
        )
        people.append(
            identity.verify_person(person_id=person.pk, assurance=3, method="测试", actor=MACHINE, at=LONG_AGO)
        )
    publish(item())
    catalog.open_offering(
        item_code=ITEM,
        division=COUNTY,
        organization_id=organs[COUNTY].pk,
        open_from=date(2026, 7, 1),
        own=OWN,
        actor=MACHINE,
        at=LONG_AGO,
    )
    return Library(organs, posts, people[0], people[1])


def open_to_organizations(books: Library) -> None:
    """Put the item for organizations into force and open it in the county."""
    publish(organization_item())
    catalog.open_offering(
        item_code=SHELF,
        division=COUNTY,
        organization_id=books.organs[COUNTY].pk,
        open_from=date(2026, 7, 1),
        own=OWN,
        actor=MACHINE,
        at=LONG_AGO,
    )


def publish(one: ServiceItem, valid_from: date = date(2026, 7, 1)) -> None:
    version = catalog.draft_version(item=one, actor=MACHINE, at=LONG_AGO)
    catalog.publish_version(version_id=version.pk, valid_from=valid_from, actor=MACHINE, at=LONG_AGO)

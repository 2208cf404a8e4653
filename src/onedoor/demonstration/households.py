"""More invented households whose cases wait at several desks, made through the same operations as everybody's."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.http import QueryDict
from PIL import Image, ImageDraw

from onedoor.demonstration.cast import TOWN, Citizen, bank_card
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity import queries as identity_queries
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import CHINA
from onedoor.standards.workdays import national_calendar

ITEM = "assistance.dibao_apply"
SURNAMES = "陈林黄张李吴刘蔡杨许郑谢郭洪邱曾廖赖徐周叶苏庄吕江何萧罗高潘"
GIVEN = ("建国", "秀英", "桂花", "志强", "玉兰", "国栋", "美华", "金生", "巧珍", "文祥", "水根", "彩凤", "阿根", "月琴")
STREETS = ("水北街", "广济路", "圆满路", "人民路", "西小河街", "郁家弄")
REASONS = (
    "丈夫去年过世，我一个人带孙子，只有零工收入。",
    "长年慢性病吃药，做不动重活。",
    "厂里停工后一直没有找到工作，孩子还在读书。",
    "两个老人，地租给别人种，一年几百块。",
)
MACHINE = Actor.system("演示数据")


@dataclass(frozen=True)
class Household:
    """One invented household: its people, what it lives on, how far its case has come."""

    members: tuple[Citizen, ...]
    relations: tuple[str, ...]
    wage: int  # yuan a month
    deposits: int
    reason: str
    card: int
    days_ago: int  # working days since it was handed in
    stage: str  # waiting, supplement, accepted


def invent(number: int) -> list[Household]:
    """Return the first `number` households; the same every time."""
    return [_household(place) for place in range(number)]


def _household(place: int) -> Household:
    dice = Random(20260000 + place)  # noqa: S311 - the same households every time
    surname = SURNAMES[place % len(SURNAMES)]
    size = dice.choice((1, 2, 2, 3))
    address = f"塘栖镇{dice.choice(STREETS)} {dice.randint(2, 190)} 号"
    members = []
    for row in range(size):
        born = date(dice.randint(1948, 1975) if row < 2 else dice.randint(2010, 2018), dice.randint(1, 12), 15)
        sequence = 100 + (place * 4 + row) % 850
        name = (surname if row != 1 else dice.choice(SURNAMES)) + dice.choice(GIVEN)
        members.append(Citizen(f"house{place}-{row}", name, born, sequence, address=address))
    return Household(
        members=tuple(members),
        relations=("SELF", "SPOUSE", "CHILD")[:size],
        wage=dice.choice((0, 300, 600, 900, 1500, 2600)),
        deposits=dice.randint(0, 9) * 1000,
        reason=dice.choice(REASONS),
        card=1000 + place,
        days_ago=1 + place % 4 if place % 3 else 4 + place % 5,
        stage=("waiting", "accepted", "supplement", "waiting", "accepted")[place % 5],
    )


def simulated(households: list[Household]) -> dict[str, object]:
    """Return what the departments know about these households, by identity number."""
    known: dict[str, object] = {}
    for place, home in enumerate(households):
        book = {
            "number": f"3301131{place:05d}",
            "address": f"浙江省杭州市临平区{home.members[0].address}",
            "members": [{"name": one.name, "idNumber": one.id_number, "relation": "家庭成员"} for one in home.members],
        }
        for row, one in enumerate(home.members):
            accounts = [{"bank": "农村商业银行", "balance": f"{home.deposits}.00"}] if row == 0 else []
            if place % 6 == 4 and row == 0:  # money nobody told of
                accounts.append({"bank": "邮政储蓄银行", "balance": "46200.00"})
            known[one.id_number] = {"household": book, "houses": [], "vehicles": [], "accounts": accounts}
    return known


def load(households: list[Household], *, at: datetime) -> int:
    """Let each household apply on its day and its clerk act; one that has applied before is left alone. Returns how many."""
    fresh = 0
    for home in households:
        people = [_person(one, at) for one in home.members]
        if Case.objects.filter(applicant=people[0]).exists() or Draft.objects.filter(applicant=people[0]).exists():
            continue
        case = _apply(home, people[0], _moment(at, home.days_ago, 9))
        _receive(case, home.stage, _moment(at, home.days_ago - 1, 10))
        fresh += 1
    return fresh


def _moment(at: datetime, working_days: int, hour: int) -> datetime:
    """Return `hour` o'clock so many working days before `at`, never later than `at`."""
    day, calendar = at.astimezone(CHINA).date(), national_calendar()
    while working_days > 0:
        day -= timedelta(days=1)
        working_days -= calendar.is_workday(day)
    return min(datetime.combine(day, time(hour, 20), CHINA), at)


def _person(one: Citizen, at: datetime) -> Person:
    person = identity.ensure_person(
        name=one.name, id_number=one.id_number, division=TOWN, phone="", actor=MACHINE, at=at
    )
    if person.assurance < 3:
        identity.verify_person(person_id=person.pk, assurance=3, method="窗口核验", actor=MACHINE, at=at)
    return person


def _apply(home: Household, applicant: Person, at: datetime) -> Case:
    actor = Actor(kind="citizen", name="", person_id=applicant.pk, assurance=3, channel="window")
    draft = cases.start_draft(item_code=ITEM, applicant_id=applicant.pk, actor=actor, at=at)
    for code, fields in _form(home):
        section = draft.item_version.item.form.section(code)
        assert section is not None
        cleaned = read_section(section, _posted(fields), known=draft.answers)
        draft = cases.save_section(
            draft_id=draft.pk, revision=draft.revision, section=code, cleaned=cleaned, actor=actor, at=at
        )
    for material in ("household_register", "rent_contract", "income_note"):
        cases.attach_material(
            draft_id=draft.pk,
            case_id=None,
            material=material,
            content=_paper(material),
            name=f"{material}.png",
            actor=actor,
            at=at,
        )
    for one in home.members:
        if one.born.year < 2008:
            _trust(one, actor, at)
            cases.sign_consent(draft_id=draft.pk, consent="verification", id_number=one.id_number, actor=actor, at=at)
    draft.refresh_from_db()
    case = cases.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=actor, at=at)
    return cases.hand_in_case(case_id=case.pk, actor=actor, at=at)


def _trust(member: Citizen, head: Actor, at: datetime) -> None:
    """A member lets the head of the household sign for them, and confirms it at the window."""
    person = Person.objects.get(name=member.name, born_on=member.born)
    if person.pk == head.person_id:
        return
    delegation = identity.ask_delegation(
        principal_name=member.name,
        principal_id_number=member.id_number,
        items=[ITEM],
        scopes=["view", "sign"],
        valid_to=at.date() + timedelta(days=365),
        actor=head,
        at=at,
    )
    own = Actor(kind="citizen", name="", person_id=person.pk, assurance=3, channel="window")
    identity.confirm_delegation(delegation_id=delegation.pk, actor=own, at=at)


def _form(home: Household) -> Iterator[tuple[str, dict[str, str]]]:
    head = home.members[0]
    yield (
        "applicant",
        {
            "name": head.name,
            "id_number": head.id_number,
            "phone": "13900019999",
            "hukou": "urban",
            "address": head.address,
        },
    )
    rows = [
        {
            "name": one.name,
            "id_number": one.id_number,
            "relation": relation,
            "health": "CHRONIC",
            "works": "yes" if home.wage and relation == "SELF" else "no",
        }
        for one, relation in zip(home.members, home.relations, strict=True)
    ]
    yield "household", _table("members", rows)
    wages = [{"earner": head.name, "kind": "WAGE", "gross": str(home.wage), "period": "month"}] if home.wage else []
    yield "income", _table("incomes", wages)
    yield (
        "assets",
        {
            "housing": "rent",
            "houses": "0",
            "vehicles": "0",
            "deposits": str(home.deposits),
            "has_medical": "no",
        },
    )
    yield "obligors", _table("obligors", [])
    yield (
        "reason",
        {
            "reason": home.reason,
            "account_name": head.name,
            "account": bank_card(home.card),
            "near_relative": "no",
            "truth": "on",
            "publicity": "on",
        },
    )


def _table(name: str, rows: list[dict[str, str]]) -> dict[str, str]:
    fields = {f"{name}-rows": str(len(rows))}
    for number, row in enumerate(rows):
        fields |= {f"{name}-{number}-{column}": value for column, value in row.items()}
    return fields


def _posted(fields: dict[str, str]) -> QueryDict:
    posted = QueryDict(mutable=True)
    posted.update(fields)
    return posted


def _paper(title: str) -> bytes:
    """Return a picture that says what it stands for."""
    picture = Image.new("RGB", (640, 440), "#f7f4ea")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 620, 420), outline="#8a8371", width=3)
    pen.text((60, 60), f"DEMONSTRATION  {title}", fill="#333333")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _receive(case: Case, stage: str, at: datetime) -> None:
    if stage == "waiting":
        return
    login = Login.objects.get(username="TX001")
    clerk = identity_queries.actor_for(
        login=login,
        post_id=login.posts.get().pk,
        channel="window",
        address="",
        factors=2,
        on=at.date(),
    )
    if stage == "accepted":
        cases.accept_case(case_id=case.pk, actor=clerk, at=at)
        return
    defect = Defect(
        material="rent_contract",
        problem="合同没有房东签字",
        how_to_fix="请房东在最后一页签字后重新拍照上传",
        basis="《最低生活保障审核确认办法》",
    )
    cases.request_supplement(case_id=case.pk, defects=[defect], actor=clerk, at=at)

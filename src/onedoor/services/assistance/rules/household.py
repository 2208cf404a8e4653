"""R1: who counts as a family member living together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from onedoor.services.assistance.rules.laws import HOUSEHOLD
from onedoor.standards.judgement import Judgement, Reason
from onedoor.standards.periods import age_on

# Prisoners, people in compulsory isolation, the missing and religious staff living apart three years do not count.
AWAY = {
    "PRISON": "正在服刑",
    "ISOLATION": "强制隔离戒毒",
    "MISSING": "被宣告失踪",
    "RELIGIOUS_APART": "宗教教职人员脱离家庭满三年",
}
UNDERGRADUATE = frozenset({"SCHOOL", "COLLEGE", "UNDERGRADUATE"})


@dataclass(frozen=True)
class PersonFacts:
    """A person who may belong to the household, as far as R1 needs to know. `relation` is to the applicant."""

    name: str
    relation: str  # SELF, SPOUSE, CHILD, PARENT, GRANDPARENT, OTHER
    born: date
    lives_together: bool = True
    school: str = ""  # SCHOOL, COLLEGE, UNDERGRADUATE, GRADUATE: full-time
    dependent: bool = False  # an adult child who cannot live independently
    away: str = ""  # a key of AWAY
    support_duty: bool = True


@dataclass(frozen=True)
class Counted:
    """Whether a person counts, and why; `manual` asks an officer to look."""

    name: str
    counts: bool
    reason: str
    manual: bool = False


def cohabiting_members(
    people: Sequence[PersonFacts], on: date, *, count_working_adult_children: bool = True
) -> Judgement:
    """
    Return a tuple of Counted, one a person in the order given (Measures art. 7).

    A working adult child who lives with the parents counts (readings 17); a place may rule otherwise.

    :raises ValueError: an absence the law does not name, or `on` lies before a birth.
    """
    counted = tuple(_count(person, on, count_working_adult_children) for person in people)
    reasons = tuple(Reason(f"R1.{'in' if row.counts else 'out'}", row.reason, HOUSEHOLD) for row in counted)
    return Judgement(value=counted, reasons=reasons)


def _count(person: PersonFacts, on: date, working_children: bool) -> Counted:
    if person.away:
        if person.away not in AWAY:
            raise ValueError(f"unknown absence {person.away}")
        return Counted(person.name, False, f"{AWAY[person.away]}，不计入共同生活的家庭成员。")
    if person.relation in ("SELF", "SPOUSE"):
        return Counted(person.name, True, "申请人本人及配偶，计入。")
    if person.relation == "CHILD":
        return _count_child(person, on, working_children)
    if person.lives_together and person.support_duty:
        return Counted(person.name, True, "有法定赡养、抚养、扶养义务关系并长期共同居住，计入。")
    return Counted(person.name, False, "没有法定义务关系或不共同居住，不计入。")


def _count_child(person: PersonFacts, on: date, working_children: bool) -> Counted:
    if age_on(person.born, on) < 18:
        return Counted(person.name, True, "未成年子女，计入。")
    if person.dependent or person.school in UNDERGRADUATE:
        return Counted(person.name, True, "已成年但不能独立生活的子女（含全日制本科及以下在校生），计入。")
    if person.school == "GRADUATE":
        return Counted(person.name, False, "研究生不属于本科及以下在校生，暂不计入，请工作人员核实。", manual=True)
    if person.lives_together and working_children:
        return Counted(person.name, True, "与父母共同生活的成年子女，计入。")
    return Counted(person.name, False, "已成年并独立生活，不计入。")

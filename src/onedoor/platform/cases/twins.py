"""Applications that may be one: what counts as the same period, and which open cases name the same person, address or telephone (row 33)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, QuerySet

from onedoor.platform.cases.models import Case, CaseAddress, CasePerson
from onedoor.platform.cases.states import TERMINAL
from onedoor.platform.identity.models import Person
from onedoor.platform.kernel.clock import CHINA

PERIODS: Mapping[str, str] = {"month": "每月", "quarter": "每季度", "year": "每年"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
MEMBER = "member"  # who lives with the applicant; an obligor is rightly named by several households


@dataclass(frozen=True)
class Period:
    """A calendar period as moments, the end not counted."""

    begins: datetime
    ends: datetime


def period_of(kind: str, on: date) -> Period:
    """Return the month, quarter or year a day lies in."""
    months = _MONTHS[kind]
    first = (on.month - 1) // months * months  # months before the period, from January
    year, month = divmod(on.year * 12 + first + months, 12)
    begins, ends = date(on.year, first + 1, 1), date(year, month + 1, 1)
    return Period(datetime.combine(begins, time.min, CHINA), datetime.combine(ends, time.min, CHINA))


def named_elsewhere() -> Exists:
    """Tell, within a query of cases, whether another open case of the same item names one of the same household."""
    mine = CasePerson.objects.filter(case=OuterRef(OuterRef("pk")), role=MEMBER)
    return Exists(_others(mine, item_code=OuterRef("item_code"), case=OuterRef("pk")))


def named_also_in(case: Case) -> QuerySet[CasePerson]:
    """Return who of this household is named in which other open case of the same item, in any place."""
    rows = _others(case.people.filter(role=MEMBER), item_code=case.item_code, case=case)
    return rows.select_related("person", "case__receiving_organization").order_by("case_id", "row")


def _others(mine: QuerySet[CasePerson], *, item_code: str | OuterRef, case: Case | OuterRef) -> QuerySet[CasePerson]:
    same = CasePerson.objects.filter(case__item_code=item_code, role=MEMBER, person__in=mine.values("person_id"))
    still = same.exclude(case__state__in=sorted(TERMINAL)).exclude(case__relation=Case.Relation.REVOKE)
    return still.exclude(case=case)


def called_elsewhere() -> Exists:
    """Tell, within a query of cases, whether another person with the same telephone has an open case of the same item."""
    telephone = OuterRef(f"applicant__{Person.by_phone.searched}")
    return Exists(_under(telephone, item_code=OuterRef("item_code"), applicant=OuterRef("applicant_id")))


def called_alike(case: Case) -> QuerySet[Case]:
    """Return the open cases of the same item, in any place, of other people with the applicant's telephone."""
    telephone = getattr(case.applicant, Person.by_phone.searched)
    rows = _under(telephone or "", item_code=case.item_code, applicant=case.applicant_id)
    return rows.select_related("receiving_organization").order_by("pk")


def _under(telephone: str | OuterRef, *, item_code: str | OuterRef, applicant: int | OuterRef) -> QuerySet[Case]:
    column = f"applicant__{Person.by_phone.searched}"
    # Who has left no number has "" there; two of them have nothing in common.
    same = Case.objects.filter(**{column: telephone, f"{column}__gt": ""}, item_code=item_code)
    return _open_of_others(same, applicant)


def living_elsewhere() -> Exists:
    """Tell, within a query of cases, whether another person has an open case of the same item with the same address."""
    mine = CaseAddress.objects.filter(case=OuterRef(OuterRef("pk")))
    return Exists(_at(mine, item_code=OuterRef("item_code"), applicant=OuterRef("applicant_id")))


def living_alike(case: Case) -> QuerySet[Case]:
    """Return the open cases of the same item, in any place, of other people that declare an address of this one."""
    rows = _at(case.addresses.all(), item_code=case.item_code, applicant=case.applicant_id)
    return rows.select_related("receiving_organization").order_by("pk").distinct()


def _at(mine: QuerySet[CaseAddress], *, item_code: str | OuterRef, applicant: int | OuterRef) -> QuerySet[Case]:
    column = CaseAddress.by_address.searched
    same = Case.objects.filter(**{f"addresses__{column}__in": mine.values(column)}, item_code=item_code)
    return _open_of_others(same, applicant)


def _open_of_others(cases: QuerySet[Case], applicant: int | OuterRef) -> QuerySet[Case]:
    still = cases.exclude(state__in=sorted(TERMINAL)).exclude(relation=Case.Relation.REVOKE)
    return still.exclude(applicant_id=applicant)

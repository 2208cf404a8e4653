"""What social assistance asks of others and for what, and what it lets others ask."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from django.db.models import Q

from onedoor.platform.exchange.datasets import (
    DataField,
    Dataset,
    LegalClass,
    Row,
    Sharing,
)
from onedoor.platform.exchange.purposes import Purpose
from onedoor.services.assistance.models import RecognizedPerson
from onedoor.services.assistance.rules.laws import LAW

PREFILL = Purpose(
    code="assistance.prefill",
    title="替您填好申请表里已经知道的内容，免交户口簿",
    legal_basis=f"{LAW}第六十二条",
    opens={"police.household": ("address", "members")},
    valid_from=date(2026, 7, 1),
)
VERIFICATION = Purpose(
    code="assistance.verification",
    title="核对申请救助的家庭和赡养义务人的经济状况",
    legal_basis=f"{LAW}第四十一条",
    opens={
        "police.household": ("members",),
        "housing.ownership": ("address", "area"),
        "vehicles.registration": ("plate", "status"),
        "banks.balance": ("bank", "balance"),
    },
    valid_from=date(2026, 7, 1),
)


@dataclass(frozen=True)
class RecognizedPersonRow(Row):
    """That a person is covered by a recognition in force."""

    category: Annotated[str, DataField("救助类别", "Category of assistance", LegalClass.SENSITIVE)]
    since: Annotated[date, DataField("认定起始月", "Recognised from", LegalClass.PERSONAL)]
    review_due_on: Annotated[date, DataField("下次复核日", "Next review", LegalClass.PERSONAL)]
    organ: Annotated[str, DataField("确认机关", "Deciding organ", LegalClass.ORDINARY, Sharing.UNCONDITIONAL)]
    monthly_amount: Annotated[
        Decimal, DataField("月保障金", "Monthly amount", LegalClass.SENSITIVE, Sharing.NOT_SHARED)
    ]


def find_recognized(person_ids: Collection[int], on: date) -> Iterable[RecognizedPersonRow]:
    """Return the living recognitions that cover these people on a day; one query."""
    covered = RecognizedPerson.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=on),
        person_id__in=person_ids,
        recognition__in_force_from__lte=on,
    ).select_related("recognition__decided_by")
    return [
        RecognizedPersonRow(
            person_id=row.person_id,
            division=row.recognition.division,
            as_of=on,
            category=row.recognition.get_category_display(),
            since=row.recognition.start_month,
            review_due_on=row.recognition.review_due_on,
            organ=row.recognition.decided_by.name,
            monthly_amount=row.recognition.monthly_amount,
        )
        for row in covered.order_by("pk")
    ]


RECOGNIZED_PEOPLE = Dataset(
    code="assistance.recognized_people",
    title="最低生活保障对象",
    title_en="People who receive the minimum living guarantee",
    line="assistance",
    owner_tier=4,
    legal_basis=f"{LAW}第六十二条",
    stale_after_days=1,
    row=RecognizedPersonRow,
    find=find_recognized,
)

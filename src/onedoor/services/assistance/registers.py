"""How the registers of social assistance show."""

from onedoor.platform.registers.declarations import Column, Register
from onedoor.services.assistance.models import Recognition
from onedoor.standards.masks import mask_name
from onedoor.standards.money import format_money


def _month(entry: Recognition) -> str:
    return f"{entry.start_month:%Y年%m月}"


def _amount(entry: Recognition) -> str:
    return f"{format_money(entry.monthly_amount)} 元"


def _covered(entry: Recognition) -> str:
    return "、".join(row.person.name for row in entry.people.select_related("person").order_by("pk"))


RECOGNITIONS = Register(
    code="assistance.recognitions",
    title="救助认定登记簿",
    line="assistance",
    model=Recognition,
    columns=(
        Column("户主", lambda entry: mask_name(entry.head.name)),
        Column("类别", lambda entry: entry.get_category_display()),
        Column("月保障金", _amount),
        Column("发放起始月", _month),
        Column("下次复核", lambda entry: entry.review_due_on.isoformat()),
        Column("确认机关", lambda entry: entry.decided_by.name),
    ),
    facts=(
        Column("户主", lambda entry: entry.head.name),
        Column("保障对象", _covered),
        Column("类别", lambda entry: entry.get_category_display()),
        Column("月保障金", _amount),
        Column("发放起始月", _month),
        Column("复核类别", lambda entry: entry.get_review_class_display()),
        Column("下次复核", lambda entry: entry.review_due_on.isoformat()),
        Column("确认机关", lambda entry: entry.decided_by.name),
        Column("计算摘要", lambda entry: entry.judgement_digest),
    ),
    related=("head", "decided_by"),
)

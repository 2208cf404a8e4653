"""What the exchange holds about people: what was asked about them, of whom, for what, and what was told."""

from django.db.models import Q

from onedoor.platform.exchange.models import DataUsePerson
from onedoor.platform.kernel.holdings import Holding, Withheld


def _used(person_id: int) -> Q:
    return Q(**DataUsePerson.by_person.at(str(person_id), through="people__"))


HOLDINGS = (
    Holding(
        "exchange.Query",
        (
            *("connector", "purpose", "legal_basis", "fields", "business", "asked_at", "state", "answered_at"),
            *("as_of", "answer"),
        ),
        by=("person",),
    ),
    Holding(
        "exchange.DataUse",
        (
            *("dataset", "purpose", "purpose_words", "legal_basis", "business", "fields", "at", "as_of"),
            "organization_name",
        ),
        find=_used,
    ),
    Withheld("exchange.DataUsePerson", "只是数据使用记录的索引，记录本身在“数据使用记录”里。"),
    Holding(
        "exchange.DataObjection",
        ("receipt", "source", "kind", "text", "agent__name", "raised_at", "due_on", "state", "answer", "answered_at"),
        by=("person",),
    ),
)

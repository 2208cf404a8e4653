"""However an organization's people come to act for it, there are never more of them than the figure allows."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.platform import clubs
from tests.platform.library import CHINA, FRIEND, LONG_AGO, Library

from onedoor.platform.identity import operations
from onedoor.platform.identity.models import Delegation, LegalEntity
from onedoor.platform.identity.operations import TooManyOperators
from onedoor.platform.identity.operations.operators import MOST_OPERATORS
from onedoor.platform.kernel.parameters import write_parameter

AT = datetime(2026, 10, 12, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=40)


def appoint(books: Library, entity: LegalEntity, who: Any, at: datetime) -> Delegation:
    terms: dict[str, Any] = {"role": "org_operator", "items": [], "scopes": ["view"]}
    return operations.appoint_operator(
        entity_id=entity.pk,
        name=who.name,
        id_number=who.id_number,
        valid_to=at.date() + timedelta(days=30),
        actor=books.citizen(),
        at=at,
        **terms,
    )


def test_who_has_run_out_is_renewed_only_while_there_is_room(books: Library) -> None:
    clubs.open_accounts(books)
    entity = clubs.bound(books)
    write_parameter(
        key=MOST_OPERATORS,
        division="000000000000",
        value=1,
        document="测试",
        valid_from=date(2026, 1, 1),
        recorded_by="测试",
        at=LONG_AGO,
    )
    first = appoint(books, entity, FRIEND, AT)
    renewing: dict[str, Any] = {"valid_to": LATER.date() + timedelta(days=9), "actor": books.citizen()}
    operations.renew_operator(delegation_id=first.pk, **renewing | {"valid_to": AT.date()}, at=AT)  # counts already
    second = appoint(books, entity, clubs.SUCCESSOR, LATER)
    with pytest.raises(TooManyOperators):
        operations.renew_operator(delegation_id=first.pk, **renewing, at=LATER)
    operations.drop_operator(delegation_id=second.pk, actor=books.citizen(), at=LATER)
    operations.renew_operator(delegation_id=first.pk, **renewing, at=LATER)

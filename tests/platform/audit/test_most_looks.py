"""How many looks without a case one officer has in a day is a figure two people can change (D01)."""

from datetime import date

import pytest
from tests.platform.audit.test_looks import AT, open_records, secadmin
from tests.platform.library import COUNTY, MACHINE, NATION, Library

from onedoor.platform.audit.models import QuerySuspension
from onedoor.platform.catalog import operations
from onedoor.platform.kernel.errors import InvalidInput


def allow(times: int, division: str = NATION) -> None:
    operations.set_parameter(
        key="audit.most_looks",
        division=division,
        value=times,
        document="民办发〔2026〕1号",
        valid_from=date(2026, 1, 1),
        actor=MACHINE,
        at=AT,
    )


def test_one_look_more_than_the_figure_suspends_the_right(books: Library) -> None:
    allow(2)
    assert "超过 2 次" in secadmin(books).get("/supervision/suspensions/").content.decode()
    open_records(books, 2)
    assert not QuerySuspension.objects.exists()
    open_records(books, 1)
    assert QuerySuspension.objects.get().looks == 3


def test_no_county_lets_its_officers_look_more_often(books: Library) -> None:
    with pytest.raises(InvalidInput) as refused:
        allow(200, COUNTY)
    assert list(refused.value.problems) == ["division"]

"""Figures law relates to one another fit in every place that reads them together, as long as they hold, and as they ship."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.platform.catalog.conftest import NOW
from tests.platform.library import COUNTY, MACHINE, NATION, TOWN, Library

from onedoor.platform.catalog import loading, operations
from onedoor.platform.kernel import definitions, parameters
from onedoor.platform.kernel.definitions import Definition, Relation
from onedoor.platform.kernel.models import ParameterRow

NEED, SUPPORT = "library.need", "library.support"
DAY = date(2026, 10, 1)
LAW = "国发〔2016〕14号"


@pytest.fixture(autouse=True)
def related(books: Library, today: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Support is at least 1.3 times what somebody needs; a hundred and a hundred and thirty in the whole country."""
    monkeypatch.setattr(definitions, "_definitions", dict(definitions._definitions))
    definitions.define(
        Definition(NEED, "低保标准", "decimal", lowest=5),
        Definition(
            SUPPORT,
            "特困基本生活标准",
            "decimal",
            lowest=5,
            relations=(Relation("at_least", NEED, LAW, times=Decimal("1.3")),),
        ),
    )
    stands(NEED, "100.00")
    stands(SUPPORT, "130.00")


def stands(key: str, value: str, division: str = NATION, since: date = date(2026, 1, 1)) -> None:
    operations.set_parameter(
        key=key, division=division, value=value, document="图〔2026〕1号", valid_from=since, actor=MACHINE, at=NOW
    )


def propose(books: Library, key: str, value: str, division: str = NATION) -> Any:
    return operations.propose_parameter(
        key=key,
        division=division,
        value=value,
        document="图〔2026〕9号",
        valid_from=DAY,
        actor=books.officer("item_manager"),
        at=NOW,
    )


@pytest.mark.parametrize(("key", "fits", "fails"), [(SUPPORT, "130.00", "129.99"), (NEED, "99.99", "100.01")])
def test_support_is_at_least_one_and_three_tenths_of_the_need_to_the_fen(
    books: Library, key: str, fits: str, fails: str
) -> None:
    with pytest.raises(operations.Contradiction, match=r"不得低于“低保标准”的 1\.3 倍"):
        propose(books, key, fails)
    stands(key, "1000.00" if key == SUPPORT else "1.00", since=date(2026, 9, 1))  # so that it is something new
    assert propose(books, key, fits)


def test_a_place_below_that_reads_it_beside_a_figure_of_its_own_is_asked_too(books: Library) -> None:
    stands(SUPPORT, "200.00", since=date(2026, 2, 1))
    stands(NEED, "120.00", COUNTY)
    with pytest.raises(operations.Contradiction, match="朝阳区：“特困基本生活标准”不得低于") as refused:
        propose(books, SUPPORT, "155.99")
    assert "120.00" in str(refused.value)
    assert propose(books, SUPPORT, "156.00")


def test_a_place_below_with_its_own_figure_is_not_touched(books: Library) -> None:
    stands(SUPPORT, "200.00", since=date(2026, 2, 1))
    stands(NEED, "120.00", COUNTY)
    stands(SUPPORT, "160.00", COUNTY)
    assert propose(books, SUPPORT, "140.00")


def test_a_town_under_a_county_with_its_own_figure_is_not_touched_either(books: Library) -> None:
    stands(SUPPORT, "200.00", since=date(2026, 2, 1))
    stands(SUPPORT, "160.00", COUNTY)
    stands(NEED, "120.00", TOWN)
    assert propose(books, SUPPORT, "140.00")
    with pytest.raises(operations.Contradiction, match="高碑店镇："):
        propose(books, SUPPORT, "155.00", COUNTY)


def test_a_figure_that_changes_later_is_looked_at_on_that_day_as_long_as_ours_holds(books: Library) -> None:
    stands(SUPPORT, "200.00", since=date(2026, 2, 1))
    stands(NEED, "120.00", COUNTY, since=date(2027, 1, 1))
    with pytest.raises(operations.Contradiction, match="朝阳区："):
        propose(books, SUPPORT, "140.00")
    stands(SUPPORT, "156.00", since=date(2027, 1, 1))
    assert propose(books, SUPPORT, "140.00")


def test_what_fitted_when_it_was_proposed_is_asked_again_when_it_is_approved(books: Library) -> None:
    stands(SUPPORT, "200.00", since=date(2026, 2, 1))
    made = propose(books, SUPPORT, "140.00")
    stands(NEED, "120.00", COUNTY)
    reviewer = books.officer("legal_reviewer")
    with pytest.raises(operations.Contradiction, match="朝阳区："):
        operations.approve_proposal(proposal_id=made.pk, opinion="与文件一致，同意。", actor=reviewer, at=NOW)


ROW = '- {{key: {key}, division: "000000000000", value: "{value}", valid_from: 2026-11-01, document: 图〔2026〕11号}}\n'


def test_a_shipped_file_that_contradicts_itself_or_the_table_is_not_loaded_at_all(
    books: Library, tmp_path: Path
) -> None:
    path, before = tmp_path / "parameters.yaml", ParameterRow.objects.count()
    path.write_text(ROW.format(key=NEED, value="110.00") + ROW.format(key=SUPPORT, value="142.99"), encoding="utf-8")
    with pytest.raises(operations.Contradiction):
        loading.load_parameters([path], actor=MACHINE, at=NOW)
    assert ParameterRow.objects.count() == before
    path.write_text(ROW.format(key=NEED, value="110.00") + ROW.format(key=SUPPORT, value="143.00"), encoding="utf-8")
    loading.load_parameters([path], actor=MACHINE, at=NOW)
    assert parameters.figure(SUPPORT, chain=[NATION], on=date(2026, 11, 1)) == "143.00"
    loading.load_parameters([path], actor=MACHINE, at=NOW)  # again changes nothing
    assert ParameterRow.objects.count() == before + 2

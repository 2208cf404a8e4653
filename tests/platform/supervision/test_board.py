"""The supervisor's board: places below the reach, the way down and up, every figure a link to its rows."""

import re
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, TOWN, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case
from onedoor.platform.identity.models import Division
from onedoor.platform.supervision import queries
from onedoor.platform.supervision.operations import watch_clocks
from onedoor.web.parts import charts
from onedoor.web.supervision import boards

BEGUN = datetime(2026, 9, 29, 8, 0, tzinfo=CHINA)
LATE = datetime(2026, 11, 3, 8, 0, tzinfo=CHINA)


def test_a_county_sees_its_towns_and_an_empty_town_is_there_with_noughts(books: Library) -> None:
    Division.objects.create(
        code="110105200000", name="望湖镇", full_name="望湖镇", level=5, parent_id=COUNTY, source="测试"
    )
    books.accepted(BEGUN)
    watch_clocks(at=LATE)
    board = queries.board(actor=books.officer("supervisor"), on=LATE.date())
    figures = {place.code: (place.open_cases, place.due, place.cards) for place in board.places}
    assert figures == {TOWN: (1, 1, 1), "110105200000": (0, 0, 0)}
    assert board.places[0].share_due == 1.0
    below = queries.board(actor=books.officer("supervisor"), on=LATE.date(), within=TOWN)
    assert (below.open_cases, [place.code for place in below.above]) == (1, [COUNTY])
    assert [(place.name, place.open_cases) for place in below.places] == [(f"{below.places[0].name}", 1)]
    assert below.places[0].name.endswith("本级")


def test_days_are_counted_in_chinese_time_and_beside_the_week_before(books: Library) -> None:
    midnight = datetime(2026, 9, 29, 0, 30, tzinfo=CHINA)  # still the 28th in UTC
    early = midnight - timedelta(days=8)
    operations.withdraw_case(case_id=books.received(early).pk, actor=books.citizen(), at=early)
    books.received(midnight)
    flow = queries.board(actor=books.officer("supervisor"), on=date(2026, 9, 30)).received
    assert (flow.days, flow.days_before) == ((0, 0, 0, 0, 0, 1, 0), (0, 0, 0, 0, 1, 0, 0))
    assert (flow.total, flow.total_before) == (1, 1)


def test_every_figure_of_the_page_leads_to_as_many_rows(desk: Desk) -> None:
    desk.books.accepted(BEGUN)
    watch_clocks(at=LATE)
    desk.go(LATE)
    page = desk.page("supervisor", f"/supervision/?within={TOWN}")
    figures = re.findall(r'<a href="(/supervision/rows/[^"]+)">.*?<strong class="number">(\d+)', page, re.S)
    assert len(figures) == 5
    for address, number in figures:
        assert f"within={TOWN}" in address
        rows = desk.page("supervisor", address)
        assert rows.count("/staff/cases/") == int(number), address
    assert f'<a href="?within={COUNTY}">' in page
    assert desk.get("supervisor", "/supervision/?within=x").status_code == 404
    assert 'data-wall="on"' in desk.page("supervisor", "/supervision/?wall=1")


def test_the_board_costs_the_same_however_many_places_and_cases(desk: Desk) -> None:
    desk.go(LATE)
    client = desk.client("supervisor")

    def cost() -> int:
        client.get("/supervision/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/supervision/").status_code == 200
        return len(asked)

    case = desk.books.accepted(BEGUN)
    watch_clocks(at=LATE)
    few = cost()
    with transaction.atomic():
        for number in range(1, 9):
            code = f"1101052{number:02d}000"
            Division.objects.create(
                code=code, name=f"镇{number}", full_name=code, level=5, parent_id=COUNTY, source="测试"
            )
            another(case, number)
        assert len(queries.running_clocks(actor=desk.books.officer("supervisor"), at=LATE)) == 9
        assert cost() == few
        transaction.set_rollback(True)  # the copies have no actions, which no case may lack


def another(case: Case, number: int) -> None:
    """Copy a case with its clocks and cards."""
    clocks, events = list(case.clocks.all()), list(case.supervision_events.all())
    copy = Case.objects.get(pk=case.pk)
    copy.pk, copy.number, copy.query_code = None, f"{number:030d}", f"{number:010d}"
    copy.save()
    for row in [*clocks, *events]:
        row.pk, row.case = None, copy
        row.save()


def test_provinces_lie_where_they_lie_and_other_places_row_by_row() -> None:
    def place(code: str, name: str, weight: float = 0.0) -> charts.Place:
        return charts.Place(code, name, "1", name, "#", weight)

    country = charts.tile_map([place("330000000000", "浙江省", 0.2), place("650000000000", "新疆维吾尔自治区")])
    east, west = country.tiles
    assert (east.short, west.short, east.shade, west.shade) == ("浙", "新", 4, 0)
    assert (east.x - west.x, east.y - west.y) == (6 * 128, 3 * 96)
    assert charts.tile_map([place("330113100000", "塘栖镇")]).width >= 3 * charts.WIDTH  # one place alone is no poster
    towns = charts.tile_map([place(f"3301101{number:02d}000", f"第{number}街道", number / 10) for number in range(9)])
    assert len({(tile.x, tile.y) for tile in towns.tiles}) == 9
    assert [tile.shade for tile in towns.tiles] == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert len({(column, row) for _, column, row in charts.PROVINCES.values()}) == len(charts.PROVINCES) == 34


def test_lines_stand_on_one_scale_and_nought_is_the_ground() -> None:
    line = charts.lines([0, 4], [2, 0], words="")
    assert (line.now, line.before) == ("3.0,27.0 97.0,3.0", "3.0,15.0 97.0,27.0")
    assert charts.bars([4, 1, 0]) == [100.0, 25.0, 0.0]
    assert charts.bars([0, 0]) == [0.0, 0.0]


def test_the_notes_say_more_less_or_the_same() -> None:
    flow = queries.Flow((1, 0, 0, 0, 0, 0, 2), (0, 0, 0, 0, 0, 0, 1))
    board = queries.Board("地", "", [], 1, 0, flow, queries.Flow(flow.days_before, flow.days), flow, 5, 0, 0, [])
    notes = [figure.note for figure in boards.figures(board)]
    assert notes == ["比上周多 2 件", "另有作废 0 件", "比上周少 2 件", "目标 0 件", "七天 3 件，比上周多 2 件"]

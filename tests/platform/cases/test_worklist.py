"""Row 27: the worklist narrowed, sorted and kept as queues, over many pages, at a size at which it has to be read by its index."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.library import CHINA, COUNTY, TOWN, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, CaseStep, Queue
from onedoor.platform.cases.operations.queues import QueueNotFound, TooManyQueues
from onedoor.platform.cases.queries import PAGE, WorkItem, queues, worklist
from onedoor.platform.cases.queries.worklist import read_place
from onedoor.platform.cases.queues import Sieve
from onedoor.platform.cases.remaining import Left
from onedoor.platform.kernel.errors import NotAllowed
from onedoor.web.staff.templatetags.bench import work_lines

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)  # a case received now has five working days, until 09-08


@pytest.fixture
def many(books: Library) -> Library:
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    return books


def days(books: Library, sieve: Sieve, at: datetime) -> list[str]:
    lines = worklist(actor=books.officer("clerk"), at=at, sieve=sieve)
    return [line.due_on.isoformat() if line.due_on else "" for line in lines]


def test_the_list_is_narrowed_by_time_step_item_and_place(many: Library) -> None:
    for later in (0, 1, 2, 7):
        many.received(AT + timedelta(days=later))
    now = AT + timedelta(days=8)  # 09-09
    whole = ["2026-09-08", "2026-09-09", "2026-09-10", "2026-09-15"]
    assert days(many, Sieve(), now) == whole
    assert days(many, Sieve(due="over"), now) == whole[:1]
    assert days(many, Sieve(due="soon"), now) == whole[1:3]
    assert days(many, Sieve(duty="accept", item=library.ITEM, within=TOWN), now) == whole
    for nothing in (Sieve(duty="decide"), Sieve(item="library.other"), Sieve(within="330113000000")):
        assert days(many, nothing, now) == []
    assert days(many, Sieve(within=COUNTY), now) == whole  # and everything below it


@pytest.mark.parametrize("order", ["", "opened"])
def test_pages_neither_repeat_nor_leave_out_whatever_the_order(many: Library, order: str) -> None:
    for hour in range(5):
        many.received(AT + timedelta(hours=hour))  # all due on the same day
    found: list[int] = []
    after = ""
    for _ in range(3):
        page = worklist(actor=many.officer("clerk"), at=AT, sieve=Sieve(order=order), after=after, most=2)
        found += [int(line.place.rpartition(".")[2]) for line in page]
        after = page[-1].place
    assert found == sorted(found)
    assert len(found) == 5
    for nonsense in ("x.y", "9999-12-31T23:59:59-14:00.1", "0001-01-01T00:00:00+14:00.1"):
        assert len(worklist(actor=many.officer("clerk"), at=AT, sieve=Sieve(order=order), after=nonsense)) == 5


def test_what_is_no_choice_lets_everything_through() -> None:
    assert Sieve.read({"due": "never", "order": "random", "within": "1'; --", "other": "x"}) == Sieve()
    assert Sieve.read(Sieve(due="over", within=TOWN, order="opened").chosen()) == Sieve(
        due="over", within=TOWN, order="opened"
    )


def test_what_the_list_can_be_narrowed_by_is_asked_for_when_somebody_wants_to_choose(desk: Desk) -> None:
    desk.books.received(AT)
    desk.go(AT)
    plain = desk.page("clerk", "/staff/")
    assert '<a href="?choose=yes">筛选和排序</a>' in plain
    assert "sieve_item" not in plain
    with CaptureQueriesContext(connection) as lean:
        desk.page("clerk", "/staff/")
    with CaptureQueriesContext(connection) as whole:
        page = desk.page("clerk", "/staff/?choose=yes")
    assert f'<option value="{library.ITEM}"' in page
    assert len(whole) == len(lean) + 4
    assert f'<option value="{library.ITEM}" selected' in desk.page("clerk", f"/staff/?item={library.ITEM}")


def test_row_27_a_queue_is_kept_shared_and_let_go_on_the_page(desk: Desk) -> None:
    library.publish(library.item(one_at_a_time=False), valid_from=date(2026, 8, 1))
    for later in (0, 7):
        desk.books.received(AT + timedelta(days=later))
    desk.go(AT + timedelta(days=8))
    assert "存成队列" not in desk.page("clerk", "/staff/")  # nothing chosen, nothing to keep
    assert "存成队列" in desk.page("clerk", "/staff/?due=over")
    assert "起个名字" in desk.refused("clerk", "/staff/queues/", 422, due="over", title=" ")
    assert "先选一个筛选条件" in desk.refused("clerk", "/staff/queues/", 422, title="都要")
    desk.act("clerk", "/staff/queues/", due="over", title="超期的", shared="yes")
    kept = r'<a href="/staff/\?due=over"[^>]*><span class="small">超期的[^<]*</span><strong class="number">1</strong>'
    assert re.search(kept, desk.page("clerk", "/staff/"))
    assert re.search(kept, desk.page("second_clerk", "/staff/"))  # of the same organization
    page = desk.page("second_clerk", "/staff/?due=over")
    assert "官员clerk共用" in page
    assert "删除队列" not in page
    for other in ("approver", "elsewhere"):  # of others
        assert "超期的" not in desk.page(other, "/staff/")
    queue = Queue.objects.get()
    desk.refused("second_clerk", "/staff/queues/", 404, drop=str(queue.pk))
    desk.act("clerk", "/staff/queues/", due="soon", title="超期的")  # the same title again replaces it, now alone
    assert "超期的" not in desk.page("second_clerk", "/staff/")
    desk.act("clerk", "/staff/queues/", drop=str(queue.pk), due="soon")
    assert not Queue.objects.exists()


def test_a_queue_needs_a_post_with_cases_and_twenty_are_enough(books: Library) -> None:
    sieve = Sieve(due="over")
    with pytest.raises(NotAllowed):
        operations.keep_queue(title="一", sieve=sieve, shared=False, actor=books.officer("secadmin"), at=AT)
    clerk = books.officer("clerk")
    for number in range(20):
        operations.keep_queue(title=f"第{number}", sieve=sieve, shared=False, actor=clerk, at=AT)
    with pytest.raises(TooManyQueues):
        operations.keep_queue(title="再一个", sieve=sieve, shared=False, actor=clerk, at=AT)
    with pytest.raises(QueueNotFound):
        operations.drop_queue(queue_id=Queue.objects.first().pk, actor=books.officer("second_clerk"), at=AT)  # type: ignore[union-attr]


def test_row_27_counts_of_all_queues_cost_the_same(many: Library, django_assert_num_queries: Any) -> None:
    clerk = many.officer("clerk")
    many.received(AT)
    many.received(AT + timedelta(days=7))
    sieves = [Sieve(due="over"), Sieve(due="soon"), Sieve(duty="accept"), Sieve(item=library.ITEM), Sieve(within=TOWN)]
    for number, sieve in enumerate(sieves):
        operations.keep_queue(title=f"第{number}", sieve=sieve, shared=number % 2 == 0, actor=clerk, at=AT)
        on = (AT + timedelta(days=8)).date()
        with django_assert_num_queries(2 if "within" not in str(sieve.chosen()) else 4):
            found = queues(actor=clerk, on=on)
    assert {one.queue.title: one.number for one in found} == {"第0": 1, "第1": 0, "第2": 2, "第3": 2, "第4": 2}


def test_a_line_says_what_its_step_waits_for_and_nothing_of_it_is_markup() -> None:
    def drawn(**more: Any) -> str:
        plain = {
            "number": "1" * 30 + "2" * 16,
            "title": "<b>办证</b>",
            "opened_at": AT,
            "applicant": "<*>",
            "due_on": None,
        }
        given = {**dict.fromkeys(WorkItem._fields, ""), **plain, "left": None, **more}
        return work_lines([WorkItem(**given)])

    line = drawn()
    assert f'<a href="/staff/cases/{"1" * 30}{"2" * 16}/">&lt;b&gt;办证&lt;/b&gt;</a>' in line
    assert f'<td>&lt;*&gt;</td><td></td>\n    <td class="code small">…{"2" * 16}</td>' in line
    assert "9月1日 10:00" in line
    assert "<td>—</td>" in line
    over = Left("已超 2 天", "red")
    assert '<span class="lamp lamp--red">已超 2 天</span>' in drawn(left=over, to_deliver=True)
    assert '<span class="lamp lamp--paused">待送达</span>' in drawn(to_deliver=True)
    assert '<span class="lamp lamp--paused">等申请人补正</span>' in drawn(left=over, waits_for_applicant=True)
    assert '&lt;*&gt; <span class="tag tag--bad">已死亡</span>' in drawn(applicant_died=True)


def fill(case: Case, number: int, *, here: int) -> None:
    """Let so many steps wait all over the country, `here` of them in the town, on days of a year."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO cases_casestep (case_id, code, title, permission, division, line, item_code, opened_at, urgent_on, outcome)
            SELECT %s, 'accept' || n, '收件', 'cases.accept',
                   CASE WHEN n %% %s = 0 THEN %s ELSE lpad((200000 + n %% 3000)::text, 6, '0') || '100000' END,
                   'library', 'library.card', timestamptz '2026-01-01 08:00+08' + n * interval '1 minute',
                   date '2026-01-01' + (n * 7919 %% 365), ''
            FROM generate_series(1, %s) AS n
            """,
            [case.pk, number // here, TOWN, number],
        )
        cursor.execute("ANALYZE cases_casestep")


def plan(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}")
        return "\n".join(row[0] for row in cursor.fetchall())


def asked(actor: Any, after: str) -> tuple[list[Any], str]:
    with CaptureQueriesContext(connection) as captured:
        lines = worklist(actor=actor, at=AT, after=after)
    assert len(captured) == 1
    return lines, captured[0]["sql"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the plans of PostgreSQL are meant")
@pytest.mark.parametrize("everywhere", [False, True])
def test_row_27_the_list_of_two_hundred_thousand_is_read_by_its_index(books: Library, everywhere: bool) -> None:
    from dataclasses import replace

    case, actor = books.received(AT), books.officer("clerk")
    if everywhere:
        actor = replace(actor, reach=(("000000000000", "999999999999"),))
    with transaction.atomic():
        fill(case, 200_000, here=4_000)
        after, seen = "", 0
        for page in range(1, 35):
            lines, query = asked(actor, after)
            assert len(lines) == PAGE
            places = [read_place(line.place) for line in lines]
            assert places == sorted(places)
            if page in (1, 2, 34):
                steps = plan(query)
                assert re.search(r"(Index|Index Only|Bitmap Index) Scan (using|on) step_waiting(_counts)?\b", steps), (
                    steps
                )
                assert "Seq Scan on cases_casestep" not in steps, steps
                if page > 1 and everywhere:  # it begins at the place, not at the beginning
                    assert re.search(r"Index Cond: \(+urgent_on >= ", steps), steps
            after, seen = lines[-1].place, seen + len(lines)
        assert seen == 3_400
        transaction.set_rollback(True)
    assert CaseStep.objects.filter(case=case).count() == 1

"""Prepared questions: the SQL is put together once, and the answer is the ORM's, value for value."""

import gc
import threading
import types
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.transaction import TransactionManagementError
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.platform.library import CHINA, COUNTY, NATION, TOWN, Library

from onedoor.platform.cases.models import Case, CaseAnswers, Draft
from onedoor.platform.identity.models import Login, Organization, Person
from onedoor.platform.kernel.models import ParameterRow
from onedoor.platform.kernel.prepared import prepared

AT = datetime(2026, 9, 1, 0, 30, tzinfo=CHINA)  # the day before in universal time
PLACES = (NATION, COUNTY, TOWN)


def figures(*, key: str, chain: Sequence[str], on: date) -> QuerySet[ParameterRow]:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    return ParameterRow.objects.filter(lasting, key=key, division__in=chain, valid_from__lte=on).order_by("pk")


def cases(*, number: str) -> QuerySet[Case]:
    own = Draft.objects.filter(submitted_as=OuterRef("pk"), submitted_as__number=number)
    found = Case.objects.select_related("applicant__division", "declared", "agent").defer("query_code")
    return found.annotate(from_draft=Exists(own)).filter(number=number)


def submitted(*, since: datetime, until: datetime) -> QuerySet[Case, tuple[str, datetime]]:
    return Case.objects.filter(submitted_at__gte=since, submitted_at__lt=until).values_list("number", "submitted_at")


def locked(*, pk: int) -> QuerySet[Case]:
    return Case.objects.select_for_update(of=("self",)).select_related("applicant").filter(pk=pk)


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(PLACES), DAYS, st.none() | st.integers(1, 5)),
        unique_by=lambda row: row[:3],  # a figure begins once on a day
    ),
    key=st.sampled_from("ab'%s"),
    chain=st.lists(st.sampled_from(PLACES), max_size=4),
    on=DAYS,
)
def test_the_answer_is_the_one_of_the_orm(rows: Any, key: str, chain: list[str], on: date) -> None:
    asked = prepared(figures)
    with transaction.atomic():
        for name, division, start, days in rows:
            ParameterRow.objects.create(
                key=name,
                division=division,
                value={"days": days},
                valid_from=start,
                document="示例〔2026〕1号",
                valid_to=start + timedelta(days=days) if days else None,
                recorded_at=AT,
                recorded_by="",
            )
        wanted = [model_to_dict(one) for one in figures(key=key, chain=chain, on=on)]
        assert [model_to_dict(one) for one in asked.all(key=key, chain=chain, on=on)] == wanted
        assert [model_to_dict(one) for one in asked.all(key=key, chain=tuple(chain), on=on)] == wanted
        transaction.set_rollback(True)


def test_what_is_joined_deferred_sealed_and_worked_out_comes_along(books: Library) -> None:
    case = books.submitted(AT)
    with CaptureQueriesContext(connection) as once:
        found = prepared(cases).one(number=case.number)
        told = (found.applicant.name, found.applicant.id_number, found.applicant.division, found.declared.content)
    assert len(once) == 1
    assert told == (case.applicant.name, case.applicant.id_number, case.applicant.division, case.declared.content)
    assert (found.agent, found.from_draft) == (None, True)  # type: ignore[attr-defined]
    assert found.get_deferred_fields() == {"query_code"}
    assert found.query_code == case.query_code
    assert (found, found._state.adding, found._state.db) == (case, False, "default")
    found.save(update_fields=["state"])


def test_a_moment_is_the_same_moment_in_every_zone(books: Library) -> None:
    case, asked = books.submitted(AT), prepared(submitted)
    utc = ZoneInfo("UTC")
    for zone in (CHINA, utc):
        begin, end = AT.astimezone(zone), (AT + timedelta(seconds=1)).astimezone(zone)
        assert asked.all(since=begin, until=end) == [(case.number, AT)]
        assert asked.all(since=end, until=end + timedelta(days=1)) == []


def test_it_is_put_together_once_and_again_for_a_list_of_another_length(books: Library) -> None:
    built = []

    def counted(*, chain: Sequence[str]) -> QuerySet[Organization]:
        built.append(len(chain))
        return Organization.objects.filter(division__code__in=chain)

    asked = prepared(counted)
    for _ in range(3):
        assert {one.division_id for one in asked.all(chain=[TOWN, COUNTY])} == {TOWN, COUNTY}
        assert {one.division_id for one in asked.all(chain=[TOWN])} == {TOWN}
    assert built == [2, 1]


def test_what_would_be_another_question_is_refused(books: Library) -> None:
    case = books.submitted(AT)
    asked: Any = prepared(cases)
    with pytest.raises(TypeError, match="may not be None"):
        asked.first(number=None)
    for wrong in ({}, {"numbre": case.number}, {"number": case.number, "state": "submitted"}):
        with pytest.raises(TypeError, match="takes number by name"):
            asked.first(**wrong)
    with pytest.raises(TypeError, match="takes number by name"):
        asked.first(case.number)
    with pytest.raises(ObjectDoesNotExist):
        asked.one(number="")


@pytest.mark.parametrize(
    ("build", "value"),
    [
        (lambda given: Case.objects.filter(number__startswith=given), "3"),
        (lambda given: Organization.objects.filter(division_id__in=given), ["3"]),
        (lambda given: Case.objects.filter(pk=1), 1),
        (lambda given: Case.objects.prefetch_related("documents").filter(pk=given), 1),
        (lambda given: Person.objects.filter(id_index=given), "0"),
        (lambda given: Person.objects.filter(pk=given, id_index_even__in=Login.objects.values("holder_index_even")), 1),
        (lambda given: Login.objects.filter(pk=given).values_list("holder_index"), 1),
    ],
    ids=[
        *("another comparison", "a list of a relation", "a value left out", "a second question"),
        *("an index", "an index within", "an index read"),
    ],
)
@pytest.mark.django_db
def test_what_it_cannot_ask_is_refused_when_it_is_put_together(build: Any, value: Any) -> None:
    with pytest.raises(TypeError):
        prepared(build).all(given=value)


@pytest.mark.django_db
def test_the_column_of_an_index_is_compared_where_the_question_is_prepared_for_it(books: Library) -> None:
    def numbered(*, index: str) -> QuerySet[Person]:
        return Person.objects.filter(id_index=index)

    asked = prepared(numbered, keyed_by={"id_index"})
    assert asked.one(index=books.reader.id_index) == books.reader
    with pytest.raises(TypeError, match="compared under one key only"):
        prepared(numbered, keyed_by={"id_index_even"}).all(index="0")


@pytest.mark.django_db
def test_the_order_in_which_values_are_named_does_not_matter(books: Library) -> None:
    def among(*, codes: Sequence[str], tiers: Sequence[int]) -> QuerySet[Organization]:
        return Organization.objects.filter(division__code__in=codes, tier__in=tiers)

    asked, codes, tiers = prepared(among), [TOWN, COUNTY], [1, 2, 3, 4, 5]
    assert {one.division_id for one in asked.all(codes=codes, tiers=tiers)} == set(codes)
    # As many values, the other way round.
    assert {one.division_id for one in asked.all(tiers=tiers[-2:], codes=codes * 2 + codes[:1])} <= set(codes)
    few = {"tiers": [4, 5], "codes": [TOWN, COUNTY, TOWN, COUNTY, TOWN]}
    assert {one.pk for one in asked.all(**few)} == {one.pk for one in among(**few)}


@pytest.mark.django_db
def test_one_is_not_one_of_several(books: Library) -> None:
    def open_ones(*, tier: int) -> QuerySet[Organization]:
        return Organization.objects.filter(tier__lte=tier)

    with pytest.raises(MultipleObjectsReturned):
        prepared(open_ones).one(tier=99)


@pytest.mark.django_db
def test_a_value_is_of_one_kind(books: Library) -> None:
    def mixed(*, given: Any) -> QuerySet[Case]:
        return Case.objects.filter(Q(number=given) | Q(pk=given))

    with pytest.raises(TypeError, match="different kinds"):
        prepared(mixed).all(given=1)


@pytest.mark.parametrize("given", [2**63, -(2**63) - 1, 2**80])
@pytest.mark.django_db
def test_no_row_has_a_number_no_database_holds(books: Library, given: int) -> None:
    case = books.submitted(AT)
    equal: Any = lambda *, given: Case.objects.filter(pk=given)  # noqa: E731
    less: Any = lambda *, given: Case.objects.filter(pk__lt=given)  # noqa: E731
    assert prepared(equal).all(given=given) == []
    assert prepared(less).all(given=given) == [case] * (given > 0)


@pytest.mark.django_db
def test_a_plan_keeps_no_connection(books: Library) -> None:
    asked = prepared(cases)
    asked.one(number=books.submitted(AT).number)
    (plan,) = asked._plans.values()
    seen: set[int] = set()
    held: list[Any] = [plan.read, plan.params]
    while held:
        one = held.pop()
        assert not isinstance(one, BaseDatabaseWrapper)
        if id(one) in seen or isinstance(one, type | types.ModuleType | Model):
            continue
        seen.add(id(one))
        held += (
            gc.get_referents(one) if isinstance(one, dict | list | tuple | types.CellType | types.MethodType) else []
        )
        held += list(getattr(one, "__closure__", None) or ()) + list(getattr(one, "__dict__", {}).values())


@pytest.mark.django_db(transaction=True)
def test_a_row_is_locked_until_the_transaction_ends_and_only_inside_one(books: Library) -> None:
    if not connection.features.has_select_for_update_nowait:
        pytest.skip("SQLite lets one writer in at a time")
    case, asked, held = books.submitted(AT), prepared(locked), []

    def other() -> None:
        try:
            with transaction.atomic():
                held.append(list(Case.objects.select_for_update(skip_locked=True).filter(pk=case.pk)))
        finally:
            connections.close_all()

    for _ in range(2):  # the first time it is put together, the second it is remembered
        with transaction.atomic():
            assert asked.one(pk=case.pk).applicant == case.applicant
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
    assert held == [[], []]
    with pytest.raises(TransactionManagementError):
        asked.first(pk=case.pk)


@pytest.mark.django_db(transaction=True)
def test_many_threads_share_one_question(books: Library) -> None:
    case, asked = books.submitted(AT), prepared(cases)
    found: list[Any] = []

    def ask() -> None:
        try:
            found.extend(asked.one(number=case.number).submitted_at for _ in range(20))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [AT] * 80
    assert CaseAnswers.objects.filter(case=case).exists()

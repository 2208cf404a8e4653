"""
Questions whose SQL is put together once per process: the ORM takes longer to write most of them than the database to answer.

    @prepared
    def _numbered(*, number: str) -> QuerySet[Case]:
        return Case.objects.select_related("applicant").filter(number=number)

    case = _numbered.one(number="…")

The function is called the first time only, with a mark for each value, and again for lists of another length. A value
stands on the right of =, <, <=, >, >= or `in`, is never None, and never decides what is asked: no `if` over it.
Only the words of a question are remembered, never an answer.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet, ObjectDoesNotExist
from django.db import connections
from django.db.models import Expression, Lookup, QuerySet
from django.db.models.query import RelatedPopulator
from django.db.models.sql import Query
from django.db.transaction import TransactionManagementError

COMPARED = frozenset({"exact", "gt", "gte", "lt", "lte", "in"})
Given = ParamSpec("Given")
Row = TypeVar("Row")
_Joined: Any = RelatedPopulator  # the stubs are of a later Django


class _Mark(Expression):
    """Stands for a value that is given later; `compared` is the field beside it, which knows how it goes to the database."""

    compared: Any

    def __init__(self, name: str, place: int | None = None) -> None:
        super().__init__()
        self.name, self.place, self.compared = name, place, None

    def resolve_expression(self, *args: Any, **kwargs: Any) -> "_Mark":
        return self

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if self.compared is None:
            raise TypeError(f"{self.name} is not compared with a field in one of these ways: {', '.join(COMPARED)}")
        return "%s", [self]

    def value(self, values: dict[str, Any], connection: Any) -> Any:
        found = values[self.name] if self.place is None else values[self.name][self.place]
        if found is None:
            raise TypeError(f"{self.name} may not be None: that is another question")
        return self.compared.get_db_prep_value(found, connection)


@dataclass(frozen=True)
class _Plan:
    """A question in the words of one database, and how an answer is read."""

    sql: str
    params: list[Any]
    locks: bool
    read: Callable[[list[Any]], Iterator[Any]]


class Prepared(Generic[Given, Row]):
    def __init__(self, build: Callable[Given, "QuerySet[Any, Row]"]) -> None:
        self._build, self._plans = build, dict[Any, _Plan]()
        self._names = inspect.signature(build).parameters.keys()

    def all(self, *args: Given.args, **values: Given.kwargs) -> list[Row]:
        """Return every row as the ORM would: models with what is joined to them, or tuples where columns are named."""
        if args or values.keys() != self._names:
            raise TypeError(f"takes {', '.join(self._names)} by name, not {', '.join(values)}")
        connection = connections["default"]
        shape = (connection.vendor, *(len(one) for one in values.values() if isinstance(one, list | tuple)))
        plan = self._plans.get(shape) or self._plans.setdefault(shape, self._planned(values, connection))
        if plan.locks and connection.get_autocommit():
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        if not plan.sql:
            return []
        params = [one.value(values, connection) if isinstance(one, _Mark) else one for one in plan.params]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, params)
            return list(plan.read(cursor.fetchall()))

    def one(self, *args: Given.args, **values: Given.kwargs) -> Row:
        """:raises ObjectDoesNotExist: there is no row."""
        found = self.first(*args, **values)
        if found is None:
            raise ObjectDoesNotExist(self._build.__qualname__)
        return found

    def first(self, *args: Given.args, **values: Given.kwargs) -> Row | None:
        return next(iter(self.all(*args, **values)), None)

    def _planned(self, values: dict[str, Any], connection: Any) -> _Plan:
        marks: dict[str, Any] = {name: _marked(name, value) for name, value in values.items()}
        asked: Any = self._build(**marks)  # type: ignore[call-arg]
        if asked._prefetch_related_lookups or asked._known_related_objects:
            raise TypeError("a prepared question reads no other tables than it joins, and hangs on no other row")
        _name_fields(asked.query)
        compiler = asked.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # `in` an empty list
            return _Plan("", [], False, iter)
        arrived = [one for one in params if isinstance(one, _Mark)]
        for name, given in marks.items():
            if not all(one in arrived for one in (given if isinstance(given, list) else [given])):
                # A lookup of relations makes constants of a list.
                raise TypeError(f"{name} does not arrive in the question; name the column it is compared with")
        locks = asked.query.select_for_update and connection.features.has_select_for_update
        return _Plan(sql, list(params), locks, _reader(compiler, connection.alias))


prepared = Prepared


def _marked(name: str, value: Any) -> Any:
    return [_Mark(name, place) for place in range(len(value))] if isinstance(value, list | tuple) else _Mark(name)


def _name_fields(part: Any) -> None:
    """Tell every mark in a query, its conditions and the queries inside it which field it is compared with."""
    if isinstance(part, Query):
        inside = [part.where, *part.annotations.values()]
    elif isinstance(part, Lookup):
        for mark in [part.rhs, *getattr(part.rhs, "source_expressions", ())]:
            if isinstance(mark, _Mark) and part.lookup_name in COMPARED:
                field = part.lhs.output_field
                mark.compared = getattr(field, "target_field", field)
        inside = [part.rhs]
    else:
        inside = [*getattr(part, "children", ()), getattr(part, "query", None)]
    for one in inside:
        if one is not None and not isinstance(one, _Mark):
            _name_fields(one)


def _reader(compiler: Any, alias: str) -> Callable[[list[Any]], Iterator[Any]]:
    """Return what makes of rows what `ModelIterable` and `ValuesListIterable` of the ORM would, worked out beforehand."""
    select, info, annotated = compiler.select, compiler.klass_info, (compiler.annotation_col_map or {}).items()
    converters = compiler.get_converters([one[0] for one in select])
    begin, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [one[0].target.attname for one in select[begin:end]]
    joined = [_Joined(one, select, alias) for one in info.get("related_klass_infos", ())]

    def read(rows: list[Any]) -> Iterator[Any]:
        for row in compiler.apply_converters(rows, converters) if converters else rows:
            if compiler.query.values_select:
                yield tuple(row[: len(select)])
                continue
            instance = info["model"].from_db(alias, names, row[begin:end])
            for populator in joined:
                populator.populate(row, instance)
            for name, place in annotated:
                setattr(instance, name, row[place])
            yield instance

    return read

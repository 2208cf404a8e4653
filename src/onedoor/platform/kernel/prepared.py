"""
Questions whose SQL is put together once per process: the ORM takes longer to write most of them than the database to answer.

    @prepared
    def _numbered(*, number: str) -> QuerySet[Case]:
        return Case.objects.select_related("applicant").filter(number=number)

    case = _numbered.one(number="…")

The function is called the first time only, with a mark for each value, and again for lists of another length. A value
stands on the right of =, <, <=, >, >= or `in`, is never None, and never decides what is asked: no `if` over it.
Only the words of a question are remembered, never an answer. So nothing read from settings, keys or the clock may shape
it: what does is an argument of a `@cache`d function that prepares one question for each. The column of a blind index is
such a thing, it changes with the key; a question that compares one is refused unless it is `keyed_by` it.
"""

import inspect
import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet, MultipleObjectsReturned, ObjectDoesNotExist
from django.db import connections
from django.db.models import Expression, Lookup, QuerySet
from django.db.models.query import RelatedPopulator
from django.db.models.sql import Query
from django.db.transaction import TransactionManagementError

from onedoor.platform.kernel.blind import BlindIndexField

COMPARED = frozenset({"exact", "gt", "gte", "lt", "lte", "in"})
Given = ParamSpec("Given")
Row = TypeVar("Row")
Reader = Callable[[list[Any], Any], Iterator[Any]]  # of rows and the connection they came by
WIDEST = 2**63  # of the integers in a database
_Joined: Any = RelatedPopulator  # the stubs are of a later Django


class _Mark(Expression):
    """Stands for a value that is given later; `compared` is the field beside it, which knows how it goes to the database."""

    compared: Any

    def __init__(self, name: str, place: int | None = None) -> None:
        super().__init__()
        self.name, self.place, self.compared = name, place, None

    def resolve_expression(self, *args: Any, **kwargs: Any) -> "_Mark":
        return self

    def compare_with(self, field: Any) -> None:
        if self.compared is not None and type(self.compared) is not type(field):
            raise TypeError(f"{self.name} is compared with {self.compared} and {field}, which are of different kinds")
        self.compared = field

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if self.compared is None:
            raise TypeError(f"{self.name} is not compared with a field in one of these ways: {', '.join(COMPARED)}")
        return "%s", [self]

    def value(self, values: dict[str, Any], connection: Any) -> Any:
        found = values[self.name] if self.place is None else values[self.name][self.place]
        if found is None:
            raise TypeError(f"{self.name} may not be None: that is another question")
        ready = self.compared.get_db_prep_value(found, connection)
        if isinstance(ready, int) and not -WIDEST <= ready < WIDEST:
            return math.copysign(math.inf, ready)  # compares as the number would; SQLite takes no wider one
        return ready


@dataclass(frozen=True)
class _Plan:
    """A question in the words of one database, and how an answer is read."""

    sql: str
    params: list[Any]
    locks: bool
    read: Reader


class Prepared(Generic[Given, Row]):
    def __init__(self, build: Callable[Given, "QuerySet[Any, Row]"], *, keyed_by: Collection[str] = ()) -> None:
        """`keyed_by` names the columns of blind indexes the question was prepared for, one question for each."""
        self._build, self._plans, self._keyed_by = build, dict[Any, _Plan](), frozenset(keyed_by)
        self._names = inspect.signature(build).parameters.keys()

    def all(self, *args: Given.args, **values: Given.kwargs) -> list[Row]:
        """Return every row as the ORM would: models with what is joined to them, or tuples where columns are named."""
        if args or values.keys() != self._names:
            raise TypeError(f"takes {', '.join(self._names)} by name, not {', '.join(values)}")
        connection = connections["default"]
        lists = ((name, values[name]) for name in self._names)  # in one order, whatever that of the call
        shape = (connection.vendor, *((name, len(one)) for name, one in lists if isinstance(one, list | tuple)))
        plan = self._plans.get(shape) or self._plans.setdefault(shape, self._planned(values, connection))
        if plan.locks and connection.get_autocommit():
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        if not plan.sql:
            return []
        params = [one.value(values, connection) if isinstance(one, _Mark) else one for one in plan.params]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, params)
            return list(plan.read(cursor.fetchall(), connection))

    def one(self, *args: Given.args, **values: Given.kwargs) -> Row:
        """:raises ObjectDoesNotExist, MultipleObjectsReturned: there is no row, or more than one."""
        found = self.all(*args, **values)
        if not found:
            raise ObjectDoesNotExist(self._build.__qualname__)
        if len(found) > 1:
            raise MultipleObjectsReturned(self._build.__qualname__)
        return found[0]

    def first(self, *args: Given.args, **values: Given.kwargs) -> Row | None:
        return next(iter(self.all(*args, **values)), None)

    def _planned(self, values: dict[str, Any], connection: Any) -> _Plan:
        marks: dict[str, Any] = {name: _marked(name, value) for name, value in values.items()}
        asked: Any = self._build(**marks)  # type: ignore[call-arg]
        if asked._prefetch_related_lookups or asked._known_related_objects:
            raise TypeError("a prepared question reads no other tables than it joins, and hangs on no other row")
        for part in _parts(asked.query):
            _name_fields(part)
            self._refuse_unkeyed(part)
        compiler = asked.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # `in` an empty list
            return _Plan("", [], False, _nothing)
        arrived = [one for one in params if isinstance(one, _Mark)]
        for name, given in marks.items():
            if not all(one in arrived for one in (given if isinstance(given, list) else [given])):
                # A lookup of relations makes constants of a list.
                raise TypeError(f"{name} does not arrive in the question; name the column it is compared with")
        locks = asked.query.select_for_update and connection.features.has_select_for_update
        return _Plan(sql, list(params), locks, _reader(compiler, connection.alias))

    def _refuse_unkeyed(self, part: Any) -> None:
        field = getattr(part, "target", None)
        if isinstance(field, BlindIndexField) and field.name not in self._keyed_by:
            raise TypeError(f"{field.name} is compared under one key only; prepare a question for each, `keyed_by` it")


prepared = Prepared


def _marked(name: str, value: Any) -> Any:
    return [_Mark(name, place) for place in range(len(value))] if isinstance(value, list | tuple) else _Mark(name)


def _parts(part: Any) -> Iterator[Any]:
    """Yield a query, its conditions, what they compare, and the same of the queries inside it."""
    yield part
    if isinstance(part, Query):
        inside = [part.where, *part.annotations.values(), *part.select]
    elif isinstance(part, Lookup):
        inside = [part.lhs, part.rhs]
    else:
        inside = [*getattr(part, "children", ()), getattr(part, "query", None)]
        inside += getattr(part, "source_expressions", ())
    for one in inside:
        if one is not None and not isinstance(one, _Mark):
            yield from _parts(one)


def _name_fields(part: Any) -> None:
    """Tell the marks on the right of a comparison which field they are compared with."""
    if isinstance(part, Lookup) and part.lookup_name in COMPARED:
        field = part.lhs.output_field
        for mark in [part.rhs, *getattr(part.rhs, "source_expressions", ())]:
            if isinstance(mark, _Mark):
                mark.compare_with(getattr(field, "target_field", field))


def _nothing(rows: list[Any], connection: Any) -> Iterator[Any]:
    return iter(())


def _reader(compiler: Any, alias: str) -> Reader:
    """
    Return what makes of rows what `ModelIterable` and `ValuesListIterable` of the ORM would, worked out beforehand.

    It keeps nothing of the compiler: that holds the connection of the thread which put the question together.
    """
    select, info, annotated = compiler.select, compiler.klass_info, (compiler.annotation_col_map or {}).items()
    converted = [(place, one) for place, (_, one) in compiler.get_converters([one[0] for one in select]).items()]
    begin, end, width = info["select_fields"][0], info["select_fields"][-1] + 1, len(select)
    names = [one[0].target.attname for one in select[begin:end]]
    joined = [_Joined(one, select, alias) for one in info.get("related_klass_infos", ())]
    as_values = bool(compiler.query.values_select)

    def read(rows: list[Any], connection: Any) -> Iterator[Any]:
        for row in _converted(rows, converted, connection) if converted else rows:
            if as_values:
                yield tuple(row[:width])
                continue
            instance = info["model"].from_db(alias, names, row[begin:end])
            for populator in joined:
                populator.populate(row, instance)
            for name, place in annotated:
                setattr(instance, name, row[place])
            yield instance

    return read


def _converted(rows: list[Any], converted: list[tuple[int, Any]], connection: Any) -> Iterator[Any]:
    """Yield rows with their values as Python has them; the database's own converters belong to a connection."""
    ways = [
        (place, one, [*connection.ops.get_db_converters(one), *one.get_db_converters(connection)])
        for place, one in converted
    ]
    for row in rows:
        values = list(row)
        for place, one, converters in ways:
            for convert in converters:
                values[place] = convert(values[place], one, connection)
        yield values

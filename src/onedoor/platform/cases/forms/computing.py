"""Work out the computed answers of a form: on the server, whenever a section is saved and once more at submission."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from onedoor.platform.cases.forms.kinds import spoken
from onedoor.platform.catalog.forms import Form, FormField, Section

Computations = Mapping[str, Callable[[Mapping[str, Any]], Any]]


def with_computed(form: Form, answers: Mapping[str, Any], computations: Computations) -> dict[str, Any]:
    """
    Return the answers with every computed one worked out anew, in the order of the form; what was stored does not count.

    A function of a column sees its row, any other the whole form with what was computed before it.
    """
    worked_out = dict(answers)
    for field in form.all_fields():
        columns = [column for column in field.columns if column.computes]
        if field.computes:
            _put(worked_out, field, computations)
        elif columns and worked_out.get(field.code):
            rows = [dict(row) for row in worked_out[field.code]]
            for row in rows:
                for column in columns:
                    _put(row, column, computations)
            worked_out[field.code] = rows
    return worked_out


def _put(answers: dict[str, Any], field: FormField, computations: Computations) -> None:
    answers.pop(field.code, None)
    value = computations[field.computes](answers)
    if value is not None:
        answers[field.code] = _as_stored(value, field)


def _as_stored(value: Any, field: FormField) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        places = 2 if field.shows == "money" else field.places
        return str(value.quantize(Decimal(1).scaleb(-places)))
    return value


def said_computed(section: Section, answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield path and words of every computed answer of a screen."""
    for field in section.fields:
        if field.computes:
            yield field.code, spoken(field, answers.get(field.code))
        for column in field.columns:
            if column.computes:
                for number, row in enumerate(answers.get(field.code) or []):
                    yield f"{field.code}.{number}.{column.code}", spoken(column, row.get(column.code))

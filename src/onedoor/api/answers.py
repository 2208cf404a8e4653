"""Answers as JSON, read by the same code that reads a posted form, so that a page and a program are judged alike."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onedoor.api.schemas import Text, Told
from onedoor.platform.cases.forms.kinds import parts_of
from onedoor.platform.catalog.forms import FormField, Section
from onedoor.platform.kernel.errors import InvalidInput

Field = FormField
MOST_ROWS = 1000


class Answers(Told):
    """
    一屏的回答。表格是各行的列表，多部分的回答是对象。The answers of a screen: a table is a list of rows, an answer of parts an object.

    `agreed` 同意的写法（如姓名间隔点）；`disputed` 认为来源内容有误的理由。
    """

    answers: dict[str, Any]
    agreed: dict[str, Text] = {}
    disputed: dict[str, Text] = {}


class Typed:
    """A form as a browser would have posted it, made of JSON answers."""

    def __init__(self, fields: Sequence[FormField], sent: Answers) -> None:
        self._values: dict[str, list[str]] = {}
        for name, texts in _named(fields, sent.answers, ""):
            self._values[name] = texts
        for path, spelling in sent.agreed.items():
            self._values[f"{path.replace('.', '-')}-as"] = [spelling]
        for code, reason in sent.disputed.items():
            self._values |= {f"{code}-other": ["on"], f"{code}-reason": [reason]}

    def get(self, key: str, default: Any = None) -> Any:
        return next(iter(self._values.get(key, [])), default)

    def getlist(self, key: str) -> Sequence[str]:
        return self._values.get(key, [])


def typed(section: Section, sent: Answers) -> Typed:
    """
    Return the answers of a section as a posted form.

    :raises InvalidInput: an answer is not of a shape the question has, or nobody asks for it.
    """
    unknown = sorted(set(sent.answers) - {field.code for field in section.fields})
    if unknown:
        raise InvalidInput({f"answers.{code}": "这一屏没有这个问题，请对照事项的表单核对。" for code in unknown})
    return Typed(section.fields, sent)


def _named(fields: Sequence[FormField], answers: Mapping[str, Any], before: str) -> Iterator[tuple[str, list[str]]]:
    for field in fields:
        value, name = answers.get(field.code), f"{before}{field.code}"
        if value is None or field.type == "computed":
            continue
        if field.type == "table":
            rows = _rows(value, name)
            yield f"{name}-rows", [str(len(rows))]
            for number, row in enumerate(rows):
                yield from _named(field.columns, row, f"{name}-{number}-")
        elif parts_of(field):
            yield from _named(parts_of(field), _whole(value, dict, name), f"{name}-")
        elif field.type == "choices":
            yield name, [_text(one, name) for one in _whole(value, list, name)]
        else:
            yield name, [_said(field, value, name)]


def _rows(value: Any, name: str) -> list[Mapping[str, Any]]:
    rows = _whole(value, list, name)
    if len(rows) > MOST_ROWS:
        raise InvalidInput({_path(name): f"最多 {MOST_ROWS} 行。"})
    return [_whole(row, dict, f"{name}-{number}") for number, row in enumerate(rows)]


def _said(field: FormField, value: Any, name: str) -> str:
    if field.type == "statement":
        return "on" if value is True else ""
    return ("yes" if value else "no") if isinstance(value, bool) else _text(value, name)


def _text(value: Any, name: str) -> str:
    return str(_whole(value, (str, int, float), name))


def _whole(value: Any, kinds: type | tuple[type, ...], name: str) -> Any:
    if not isinstance(value, kinds):
        raise InvalidInput({_path(name): "这个回答的格式不对，请对照事项的表单填写。"})
    return value


def _path(name: str) -> str:
    return f"answers.{name.replace('-', '.')}"


def inside(problems: Mapping[str, str]) -> dict[str, str]:
    """Return the problems of answers by their path in the body that was sent."""
    return {f"answers.{path}" if path else "": sentence for path, sentence in problems.items()}

"""Code tables of the standards as data: rows are closed, never deleted; values are text."""

from onedoor.standards.code_sets.matters import MATTERS, exported, stars
from onedoor.standards.code_sets.people import PEOPLE, education_level, ethnicity_name
from onedoor.standards.code_sets.places import PLACES
from onedoor.standards.code_sets.table import Code, CodeSet, UnknownCode

__all__ = [
    "Code",
    "CodeSet",
    "UnknownCode",
    "all_sets",
    "code_set",
    "education_level",
    "ethnicity_name",
    "exported",
    "label",
    "stars",
]

_SETS = {table.name: table for table in (*PEOPLE, *MATTERS, *PLACES)}


def code_set(name: str) -> CodeSet:
    """:raises KeyError: no such table."""
    return _SETS[name]


def label(name: str, code: str, lang: str = "zh") -> str:
    return code_set(name).label(code, lang)


def all_sets() -> tuple[CodeSet, ...]:
    return tuple(_SETS.values())

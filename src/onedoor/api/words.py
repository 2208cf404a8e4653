"""The words of the API: every field in Chinese and English, most with an example, from one table for all schemas."""

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).parent / "words.csv"


class Word(NamedTuple):
    zh: str
    en: str
    example: str  # as JSON; empty where there is none

    def describe(self, schema: dict[str, Any]) -> None:
        """Put description and example into the schema of a field or parameter."""
        schema["description"] = f"{self.zh} · {self.en}"
        if self.example:
            schema["examples"] = [json.loads(self.example)]


def _read() -> dict[str, Word]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return {row["field"]: Word(row["zh"], row["en"], row["example"]) for row in csv.DictReader(table)}


WORDS = _read()


def word_of(schema: str, field: str) -> Word | None:
    """Return the word of a field: that of this schema, where it means something else there, else the common one."""
    return WORDS.get(f"{schema}.{field}") or WORDS.get(field)

"""The English names of the glossary are names of the code."""

import re

from tests.docs.pages import DOCS, SOURCE, prose

ROW = re.compile(r"^\| *[^|\n]*[^|\n\x00-\x7f][^|\n]* *\|(?P<names>[^|\n]*)\|", re.MULTILINE)
NAME = re.compile(r"`([^`]+)`")


def test_every_name_of_the_glossary_stands_in_the_source() -> None:
    kinds = ("*.py", "*.yaml")
    source = "\n".join(path.read_text(encoding="utf-8") for kind in kinds for path in SOURCE.rglob(kind))
    rows = [row["names"] for row in ROW.finditer(prose(DOCS / "glossary.md"))]
    names = {name.strip(".*") for row in rows for name in NAME.findall(row)}
    missing = sorted(name for name in names if name.split(".")[-1] not in source)
    assert len(names) > 100
    assert missing == []

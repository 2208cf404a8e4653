"""Load the table of divisions: new units begin, units that are gone end; nothing is deleted."""

import csv
import gzip
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from onedoor.platform.identity.models import Division, FormerDivisionName, Post
from onedoor.platform.identity.queries import reach_of

SHIPPED = Path(__file__).parent / "data" / "divisions.csv.gz"
SOURCE = "国家统计局统计用区划代码（开放数据包 china-division 2.7.0，MIT）"


@dataclass(frozen=True)
class TableRow:
    code: str
    level: int
    parent: str
    name: str


@dataclass(frozen=True)
class Loaded:
    """What a load changed."""

    new: int
    renamed: int
    ended: int


def read_table(path: Path) -> tuple[list[TableRow], date]:
    """
    Read a table made by tools/make_division_table.py, packed or not; superiors stand before what is below them.

    :raises ValueError: the heading is not code, level, parent, name, "as_of YYYY-MM-DD".
    """
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    lines = csv.reader(io.StringIO(text))
    heading = next(lines)
    if heading[:4] != ["code", "level", "parent", "name"] or not heading[4].startswith("as_of "):
        raise ValueError(f"{path} is not a division table")
    rows = [TableRow(code, int(level), parent, name) for code, level, parent, name in lines]
    return rows, date.fromisoformat(heading[4].removeprefix("as_of "))


@transaction.atomic
def load_table(path: Path, *, source: str = SOURCE) -> Loaded:
    """
    Bring the divisions to the state of a table. Loading the same table again changes nothing.

    The first table begins before anybody's memory (`in_force_from` empty); later ones begin and end units on their day.
    A unit ends only if the table reaches as deep as it: a county-level table does not end villages.
    """
    rows, as_of = read_table(path)
    known = {division.code: division for division in Division.objects.all()}
    names = {code: division.full_name for code, division in known.items()}
    begin = as_of if known else None
    new, renamed, former = [], [], []
    for row in rows:
        above = names.get(row.parent, "")
        names[row.code] = row.name if row.level < 3 else above + row.name
        existing = known.get(row.code)
        if existing is None:
            new.append(
                Division(
                    code=row.code,
                    name=row.name,
                    full_name=names[row.code],
                    level=row.level,
                    parent_id=row.parent or None,
                    in_force_from=begin,
                    source=source,
                )
            )
        elif existing.name != row.name:
            former.append(
                FormerDivisionName(division=existing, name=existing.name, full_name=existing.full_name, until=as_of)
            )
            existing.name, existing.full_name = row.name, names[row.code]
            renamed.append(existing)
    Division.objects.bulk_create(new, batch_size=2000)
    FormerDivisionName.objects.bulk_create(former, ignore_conflicts=True)
    Division.objects.bulk_update(renamed, ["name", "full_name"], batch_size=500)
    ended = _end_missing(known, {row.code for row in rows}, max(row.level for row in rows), as_of)
    if known and (new or ended):
        recompute_reach(on=as_of)
    return Loaded(len(new), len(renamed), ended)


def _end_missing(known: dict[str, Division], present: set[str], deepest: int, as_of: date) -> int:
    gone = [
        code
        for code, division in known.items()
        if code not in present and division.level <= deepest and division.in_force_to is None
    ]
    return Division.objects.filter(code__in=gone).update(in_force_to=as_of)


def recompute_reach(*, on: date) -> int:
    """Work out anew every post's reach as of a day, after the tree has changed; return how many posts it changed."""
    changed = []
    ranges: dict[str, list[list[str]]] = {}
    for post in Post.objects.all():
        if post.division_id not in ranges:
            ranges[post.division_id] = [list(one) for one in reach_of(post.division_id, on=on)]
        if [list(one) for one in post.reach] != ranges[post.division_id]:
            post.reach = ranges[post.division_id]
            changed.append(post)
    Post.objects.bulk_update(changed, ["reach"], batch_size=500)
    return len(changed)

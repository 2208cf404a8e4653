"""W3: a form of 14 and of 95 fields: the page is read, filled in and saved; 8 readers at once."""

import re

from benchmarks import items
from benchmarks.errands import Party, parties
from benchmarks.load import drive
from benchmarks.site import running

CLIENTS, SECONDS = 8, 8.0
REVISION = re.compile(rb'name="revision" value="(\d+)"')


def form(count: int) -> object:
    drafts: dict[int, str] = {}

    def work(party: Party, turn: int) -> None:
        reader = party.reader
        if id(party) not in drafts:
            answer = reader.post("开始 start", f"/items/bench.form_{count}/start/", {"applicant": reader.person.pk})
            drafts[id(party)] = answer.location.split("/")[2]
        url = f"/drafts/{drafts[id(party)]}/s/reader/"
        revision = REVISION.search(reader.get("看表 read", url).body)
        assert revision is not None
        reader.post("保存 save", url, {"revision": revision[1].decode(), **items.typed(count)})

    return work


def main() -> None:
    with running() as site:
        for count in items.FIELDS:
            figures = drive(
                site,
                f"W3 表单 form of {count} fields",
                "份 forms/s",
                parties(site, CLIENTS),
                form(count),
                seconds=SECONDS,
            )
            print("\n".join(figures.lines()), flush=True)

"""Row 73: one search among 1,000,000 names of a public register, on PostgreSQL: whole names, parts, pinyin, initials, slips."""

import os
import random
import statistics
import time
from collections.abc import Iterator
from datetime import date

from django.db import connection

from onedoor.platform.knowledge import queries
from onedoor.platform.knowledge.models import SearchRow
from onedoor.platform.knowledge.words import tokens

ROWS = int(os.environ.get("ONEDOOR_BENCH_NAMES", "1000000"))
ROUNDS, ON = 40, date(2026, 11, 27)
FIRST = "春夏秋冬东南西北金木水火土和平安康福寿明德仁义礼智信爱心阳光青松翠柏红云蓝天绿水长江黄河"
FIELDS = (
    "志愿服务队",
    "养老服务中心",
    "社会工作服务中心",
    "慈善基金会",
    "书画研究会",
    "救助协会",
    "环保志愿者协会",
    "托老所",
)
PLACES = ("朝阳", "临平", "西湖", "长寿", "海淀", "浦东", "天河", "武侯", "雁塔", "江岸")
COLUMNS = (
    "kind",
    "source",
    "part",
    "title",
    "title_en",
    "names",
    "text",
    "cited",
    "address",
    "line",
    "division",
    "tokens",
)


def invented() -> Iterator[tuple[str, ...]]:
    """Return rows of invented organizations, the same ones each time."""
    dice = random.Random(73)  # noqa: S311 - invents names
    for number in range(ROWS):
        name = f"{dice.choice(PLACES)}{''.join(dice.choices(FIRST, k=3))}{dice.choice(FIELDS)}"
        found = tokens([name], inside=False)
        yield (
            "register",
            f"register:bench:{number}",
            "",
            name,
            "",
            "[]",
            "",
            "社会组织",
            "/",
            "",
            "110105000000",
            found,
        )


def fill() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX knowledge_searchrow_searched")
        with cursor.copy(f"COPY knowledge_searchrow ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in invented():
                copy.write_row(row)
        cursor.execute("CREATE INDEX knowledge_searchrow_searched ON knowledge_searchrow USING gin (searched)")
        cursor.execute("VACUUM ANALYZE knowledge_searchrow")


def asked() -> dict[str, list[str]]:
    """Return what is typed, by how: names that are there, and what is made of them."""
    dice = random.Random(7)  # noqa: S311 - as above
    count = SearchRow.objects.count()
    names = [SearchRow.objects.order_by("pk")[dice.randrange(count)].title for _ in range(ROUNDS)]
    return {
        "整名 whole name": names,
        "前五字 five characters": [name[:5] for name in names],
        "中间 middle part": [name[2:5] for name in names],
        "常见词 a common word": [name[5:] for name in names],
        "拼音 pinyin": [tokens([name[:4]], inside=False).rsplit(" p", 1)[1].split()[0] for name in names],
        "没有 not there": [f"{name[:2]}鲸鲨{name[4:6]}" for name in names],
    }


def main() -> None:
    begun = time.monotonic()
    fill()
    print(f"    {ROWS:,} 个名称 names in {time.monotonic() - begun:,.0f} s", flush=True)
    place = queries.place_at(division="", on=ON)
    for how, texts in asked().items():
        queries.search(text=texts[0], place=place, on=ON)
        taken, found = [], 0
        for text in texts:
            start = time.perf_counter()
            found += queries.search(text=text, place=place, on=ON).total > 0
            taken.append((time.perf_counter() - start) * 1000)
        taken.sort()
        p50, p95 = statistics.median(taken), taken[int(len(taken) * 0.95) - 1]
        print(f"    {how}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, {found}/{len(texts)} 有结果 found", flush=True)

"""Invented cases: how long a number of them takes, on the whole country; ONEDOOR_BENCH_CASES says how many."""

import os
import time
from datetime import datetime
from typing import Any

from onedoor.platform.kernel.clock import CHINA

CITY = "330100000000"  # of thirteen counties; the benchmarks' officers work in one of them


def main() -> None:
    from benchmarks import processors

    cases = int(os.environ.get("ONEDOOR_BENCH_CASES", "1000000"))
    program, database = os.getpid(), processors.server_pid()
    begun, spent, asked = time.monotonic(), processors.seconds(program), processors.seconds(database)
    written = fill(cases, "")
    passed = time.monotonic() - begun
    spent, asked = processors.seconds(program) - spent, processors.seconds(database) - asked
    print(f"生成 generator: {cases:,} 件 cases, {written:,} 行 rows in {passed:,.0f} s, load {os.getloadavg()[0]:.1f}")
    print(
        f"    CPU: 程序 program {spent / cases * 1000:.2f} ms, 数据库 database {asked / cases * 1000:.2f} ms a case"
        f" = {2 * cases / (spent + asked):,.0f} 件 cases/s on 2 free cores"
    )


def fill(cases: int, within: str, **more: Any) -> int:
    """Load the shipped items and invent cases; return how many rows."""
    from django.db import connection

    from onedoor.demonstration import loading
    from onedoor.demonstration.generation.loading import invent
    from onedoor.demonstration.generation.plans import Plan

    at = datetime.now(CHINA)
    loading.load_items(at=at)
    loading.load_people(at=at)
    written = invent(Plan(cases, within, **more), at=at, tell=lambda line: print("   ", line, flush=True))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return written

"""Invented cases: how long a number of them takes, on the whole country; ONEDOOR_BENCH_CASES says how many."""

import os
import time
from datetime import datetime
from typing import Any

from onedoor.platform.kernel.clock import CHINA

CITY = "330100000000"  # of thirteen counties; the benchmarks' officers work in one of them


def main() -> None:
    cases = int(os.environ.get("ONEDOOR_BENCH_CASES", "1000000"))
    begun = time.monotonic()
    written = fill(cases, "")
    print(f"生成 generator: {cases:,} 件 cases, {written:,} 行 rows in {time.monotonic() - begun:,.0f} s")


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

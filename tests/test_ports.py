"""Two processes that ask for ports get different ones, though neither has bound any yet."""

import subprocess
import sys
from pathlib import Path

from tests.ports import RANGE, free_base

ROOT = Path(__file__).resolve().parents[1]


def test_a_range_once_given_is_nobody_elses_before_it_is_bound() -> None:
    ask = "from tests.ports import free_base; print(free_base(), flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", ask], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    given = [int(other.stdout.readline()), *(free_base() for _ in range(3))]
    other.communicate("\n")
    assert len(set(given)) == len(given)
    assert all(abs(one - two) >= RANGE for one in given for two in given if one != two)

"""`./onedoor bench`: measure, on a PostgreSQL of its own; figures go to docs/performance.md by hand, with the command."""

import os
import subprocess

from onedoor.config import environment, postgres
from onedoor.config.environment import ROOT
from onedoor.config.terminal import Stop, say

ALL = "all"
LONG = ("generator", "lists", "search")  # a million rows: asked for by name


def run_benchmarks(names: list[str]) -> int:
    """
    Run the named benchmarks of benchmarks/, or list them when none is named; "all" is every one but the long ones.

    :raises Stop: there is none of that name, or PostgreSQL is missing.
    """
    known = {path.stem.removeprefix("bench_"): path for path in sorted((ROOT / "benchmarks").glob("bench_*.py"))}
    if not names:
        say("可用 · known: " + " ".join((*known, ALL)))
        return 0
    if names == [ALL]:
        names = [name for name in known if name not in LONG]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Stop(f"没有这项测量：{'、'.join(unknown)}。可用 · known: {' '.join((*known, ALL))}")
    binaries = postgres.find_binaries()
    if binaries is None:
        raise Stop(f"测量需要 PostgreSQL：{postgres.INSTALL}")
    python = environment.ensure("dev")
    code = 0
    for name in names:
        # Each on a database of its own: the rows of one would slow the next.
        with postgres.private_cluster(binaries, options=postgres.DURABLE) as url:
            variables = environment.variables(ONEDOOR_DATABASE_URL=url)
            command = [str(python), "-m", "benchmarks", name]
            done = subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, check=False)
            code = code or done.returncode
    return code

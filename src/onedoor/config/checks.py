"""`./onedoor check`: everything a machine can judge without running the tests."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onedoor.config import environment
from onedoor.config.environment import ROOT
from onedoor.config.terminal import Stop, last_lines, say

LONGEST_REPORT = 60  # lines


@dataclass(frozen=True)
class Check:
    """One tool: its name on the command line, what it judges, its command; a report informs and never fails."""

    name: str
    title: str
    command: Sequence[str]
    is_report: bool = False


def all_checks(python: Path) -> list[Check]:
    """Return the checks in the order in which they run: the quickest to answer first."""
    tools, django = python.parent, [str(python), "-m", "django"]
    templates = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "src").rglob("templates/**/*.html"))
    checks = [
        Check("lint", "写法 ruff check", [str(tools / "ruff"), "check", "--quiet", "."]),
        Check("format", "排版 ruff format", [str(tools / "ruff"), "format", "--check", "--quiet", "."]),
        Check("hosts", "锁定文件不含软件源地址", [str(python), "tools/find_registry_hosts.py"]),
        Check("outside", "文件不指向仓库之外", [str(python), "tools/find_outside_paths.py"]),
        Check("imports", "引用方向 import-linter", [str(tools / "lint-imports"), "--no-logo", "--no-cache"]),
        Check("types", "类型 mypy", [str(tools / "mypy"), "--no-color-output"]),
        Check("django", "Django 自检", [*django, "check", "--fail-level", "WARNING"]),
        Check("migrations", "迁移齐全", [*django, "makemigrations", "--check", "--dry-run"]),
        Check("sizes", "文件与函数长度", [str(python), "tools/report_sizes.py"], is_report=True),
    ]
    if templates:
        command = [str(tools / "djade"), "--check", "--target-version", "5.2", *templates]
        checks.insert(2, Check("templates", "模板 djade", command))
    return checks


def run_checks(names: list[str]) -> int:
    """
    Run the named checks, or all; every one runs even when an earlier one has failed. Returns 0 when all passed.

    :raises Stop: there is no check of that name.
    """
    python = environment.ensure("dev")
    checks = all_checks(python)
    known = {check.name for check in checks}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Stop(f"没有这项检查：{'、'.join(unknown)}。可用 · known: {', '.join(sorted(known))}")
    failed = [check.title for check in checks if (not names or check.name in names) and not _passes(check)]
    if failed:
        say(f"\n未通过 · failed: {'、'.join(failed)}")
        return 1
    say("\n检查全部通过 · all checks passed.")
    return 0


def _passes(check: Check) -> bool:
    started = time.monotonic()
    variables = environment.variables(DJANGO_SETTINGS_MODULE="onedoor.config.settings.test")
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    good = done.returncode == 0
    say(f"  {'✓' if good else '✗'} {check.title}  ({time.monotonic() - started:.1f} s)")
    if done.stdout.strip() and (check.is_report or not good):
        say(last_lines(done.stdout, LONGEST_REPORT))
    return good or check.is_report

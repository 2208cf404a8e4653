"""`./onedoor doctor`: what this machine has, what it lacks, and the line that mends it."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onedoor.config import demo, environment, postgres, suite
from onedoor.config.environment import ROOT
from onedoor.config.terminal import say

OLDEST_SQLITE = (3, 37)  # strict typing, JSON, RETURNING
DISK = 2 * 1024**3  # bytes: .venv, files, databases of a demonstration
DEFAULT_PORT = 8000


@dataclass(frozen=True)
class Finding:
    """One thing looked at. A finding that is not good and needed makes the examination fail."""

    title: str
    good: bool
    found: str
    mend: str = ""
    needed: bool = True


def examine() -> int:
    """Print every finding; 0 when a demonstration can run here."""
    findings = list(_look())
    for finding in findings:
        mark = "✓" if finding.good else ("✗" if finding.needed else "–")
        say(f"  {mark} {finding.title}: {finding.found}")
        if not finding.good and finding.mend:
            say(f"      {finding.mend}")
    return int(any(finding.needed and not finding.good for finding in findings))


def _look() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python ≥ 3.11", sys.version_info >= (3, 11), version)
    missing = environment.missing_parts(has_uv=environment.find_uv() is not None)
    yield Finding("venv", not missing, "有" if not missing else "没有", missing)
    yield Finding(
        "SQLite ≥ 3.37", sqlite3.sqlite_version_info >= OLDEST_SQLITE, sqlite3.sqlite_version, "升级 Python 或系统"
    )
    free = shutil.disk_usage(ROOT).free
    yield Finding("磁盘 · disk", free >= DISK, f"{free // 1024**2} MB 可用", "演示需要约 2 GB")
    stamp = environment.read_stamp(environment.VENV)
    ready = environment.is_current(stamp, "core", ROOT / "requirements")
    yield Finding("运行环境 .venv", ready, "已装好" if ready else "还没有", "./onedoor demo 会装好它", needed=False)
    if ready:
        yield from _installation()
    free_port = demo.is_free(DEFAULT_PORT)
    yield Finding(
        f"端口 {DEFAULT_PORT}", free_port, "空闲" if free_port else "被占用", "./onedoor demo --port 8020", needed=False
    )
    binaries = postgres.find_binaries()
    yield Finding("PostgreSQL（测试用）", binaries is not None, str(binaries or "没有"), postgres.INSTALL, needed=False)
    chromium = suite.find_chromium()
    yield Finding(
        "Chromium（浏览器测试用）",
        chromium is not None,
        chromium or "没有",
        "apt-get install -y chromium",
        needed=False,
    )


def _installation() -> Iterator[Finding]:
    """Whether the database of this installation, if there is one, refuses to change history, and whether other nodes keep up."""
    folder = Path(os.environ.get("ONEDOOR_VAR") or ROOT / "var").resolve()
    if not os.environ.get("ONEDOOR_DATABASE_URL") and not (folder / "onedoor.sqlite3").exists():
        return
    good, said = _asked(folder, "guard_history", "--look")
    mend = "刚升级过，先运行 ./onedoor manage migrate；再运行 ./onedoor manage guard_history"
    yield Finding("历史表防改 · history guarded", good, said, mend)
    good, said = _asked(folder, "check_network", "--lag")
    yield Finding("节点积压 · lag", good, said, "在工作台“节点网络”看是哪个节点，与对方联系", needed=False)


def _asked(folder: Path, *command: str) -> tuple[bool, str]:
    """Ask a management command, and return whether all is well and its last word."""
    looked = subprocess.run(
        [str(environment.python()), "-m", "django", *command],
        env={**os.environ, **demo.demo_variables(folder, DEFAULT_PORT)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = (looked.stdout + looked.stderr).strip().splitlines()
    return looked.returncode == 0, said[-1] if said else "没有回答"

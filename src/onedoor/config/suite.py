"""`./onedoor test`: the whole suite on SQLite, then on PostgreSQL, then the browser tests; one closing line counts."""

import os
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from onedoor.config import environment, postgres
from onedoor.config.environment import ROOT
from onedoor.config.terminal import Stop, is_continuous_integration, say

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROMIUM = "/Applications/{0}.app/Contents/MacOS/{0}"
NO_TESTS = 5  # pytest's way of saying that none was selected
MOST_WORKERS = 4  # each may start a whole site of its own, of 600 MB


@dataclass
class Outcome:
    """What one round of the suite came to. `missing` says why it was not run."""

    title: str
    tests: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    code: int = 0
    missing: str = ""

    @property
    def passed(self) -> int:
        return self.tests - self.failed - self.skipped

    def __str__(self) -> str:
        if self.missing:
            return f"  {self.title:<11} 跳过 · skipped: {self.missing}"
        counts = f"{self.passed} 通过 passed, {self.failed} 失败 failed, {self.skipped} 跳过 skipped"
        return f"  {self.title:<11} {counts}  ({self.seconds:.0f} s)"


@dataclass(frozen=True)
class Round:
    """One run of pytest: which tests, on which database; `missing` is what this machine lacks for it."""

    option: str
    title: str
    marks: str
    missing: Callable[[], str]


def find_chromium() -> str | None:
    for name in CHROMIUM_NAMES:
        path = shutil.which(name)
        if path:
            return path
    places = [MAC_CHROMIUM.format(name) for name in ("Chromium", "Google Chrome")]
    return next((place for place in places if Path(place).exists()), None)


ROUNDS = (
    Round("--sqlite", "SQLite", "not browser", lambda: ""),
    Round(
        "--postgres",
        "PostgreSQL",
        "not browser",
        lambda: "" if postgres.find_binaries() else f"没有 PostgreSQL（{postgres.INSTALL}）",
    ),
    Round(
        "--browser",
        "Chromium",
        "browser",
        lambda: "" if find_chromium() else "没有 Chromium（apt-get install -y chromium）",
    ),
)


def run_suite(arguments: list[str]) -> int:
    """
    Run the rounds asked for (all without --sqlite, --postgres, --browser), passing other arguments on to pytest.

    Returns 0 only when at least one test ran and none failed. With CI=true a round that cannot be run has failed.
    """
    python = environment.ensure("dev")
    options = {one.option for one in ROUNDS}
    chosen = [one for one in ROUNDS if one.option in arguments or not options & set(arguments)]
    rest, marks = _take_marks([word for word in arguments if word not in options])
    outcomes = []
    for one in chosen:
        missing = one.missing()
        if missing:
            outcomes.append(Outcome(one.title, missing=missing, code=int(is_continuous_integration())))
            continue
        say(f"\n═══ {one.title} ═══")
        with _database(one) as url:
            selected = f"({marks}) and ({one.marks})" if marks else one.marks
            outcomes.append(
                _run_round(python, one, [*_side_by_side(one, rest), *_from_here(rest), "-m", selected], url)
            )
    return _close(outcomes)


def _close(outcomes: list[Outcome]) -> int:
    say("\n═══ 结果 · result ═══")
    for outcome in outcomes:
        say(str(outcome))
    tests, failed = sum(one.tests for one in outcomes), sum(one.failed for one in outcomes)
    seconds = sum(one.seconds for one in outcomes)
    problems = [one.title for one in outcomes if one.code not in (0, NO_TESTS)]
    verdict = f"未通过 not passed: {'、'.join(problems)}" if problems else "通过 passed"
    if not tests:
        verdict = "没有运行任何测试 no test ran"
    say(f"共 {tests} 项测试，{failed} 项失败，{verdict}。 {tests} tests, {failed} failed, {seconds:.0f} s.")
    return 1 if problems or not tests else 0


@contextmanager
def _database(one: Round) -> Iterator[str]:
    binaries = postgres.find_binaries() if one.option == "--postgres" else None
    with postgres.private_cluster(binaries) if binaries else nullcontext("") as url:
        yield url


def _run_round(python: Path, one: Round, arguments: list[str], url: str) -> Outcome:
    # The tests depend on nothing the operator has set for a real installation.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONEDOOR_")}
    variables = {**kept, **environment.variables(DJANGO_SETTINGS_MODULE="onedoor.config.settings.test")}
    if url:
        variables["ONEDOOR_DATABASE_URL"] = url
    chromium = find_chromium()
    if chromium:
        variables["ONEDOOR_CHROMIUM"] = chromium
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="onedoor-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [str(python), "-m", "pytest", *arguments, f"--junitxml={report}"]
        code = subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode
        outcome = Outcome(one.title, code=code, seconds=time.monotonic() - started)
        if report.exists():
            _count(report, outcome)
    return outcome


def _count(report: Path, outcome: Outcome) -> None:
    # Written a moment ago by our own pytest: not foreign XML.
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314
        outcome.tests += int(suite.get("tests", 0))
        outcome.failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        outcome.skipped += int(suite.get("skipped", 0))


def _side_by_side(one: Round, arguments: list[str]) -> list[str]:
    """Return the options that spread a round over the processors; a browser alone keeps them busy, a few tests do not."""
    wants_all = all(word.startswith("-") for word in arguments)
    if one.option == "--browser" or not wants_all or any(word.startswith(("-n", "--num")) for word in arguments):
        return []
    return ["-n", str(min(os.cpu_count() or 1, MOST_WORKERS))]


def _take_marks(arguments: list[str]) -> tuple[list[str], str]:
    """Take `-m EXPRESSION` out of the arguments: each round adds its own condition to it."""
    if "-m" not in arguments:
        return arguments, ""
    place = arguments.index("-m")
    if place + 1 == len(arguments):
        raise Stop("-m 后面缺少条件。 -m needs an expression.")
    return arguments[:place] + arguments[place + 2 :], arguments[place + 1]


def _from_here(arguments: list[str]) -> list[str]:
    """Turn paths that exist where the caller stands into absolute ones: pytest runs in the repository."""
    found = []
    for word in arguments:
        path, separator, test = word.partition("::")
        here = Path.cwd() / path
        found.append(f"{here}{separator}{test}" if not word.startswith("-") and here.exists() else word)
    return found

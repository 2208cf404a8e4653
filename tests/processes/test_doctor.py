"""`./onedoor doctor` looks at the database of the installation: whether history could be changed at this moment."""

import subprocess
import sys

import pytest

from tests.live import REPOSITORY, LiveSite

pytestmark = pytest.mark.processes

RELEASE = (
    "from django.db import connection; from onedoor.platform.kernel import append_only; "
    "append_only.release(connection, {'cases_action': ()})"
)


def run(live: LiveSite, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], env=live.environment, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return done.stdout


def told(live: LiveSite) -> list[str]:
    """What the doctor says of history, and the line after it."""
    lines = run(live, "onedoor", "doctor").splitlines()
    (place,) = (number for number, line in enumerate(lines) if "history guarded" in line)
    return [line.strip() for line in lines[place : place + 2]]


def test_the_doctor_says_when_history_could_be_changed_and_what_to_do(live: LiveSite) -> None:
    assert told(live)[0] == "✓ 历史表防改 · history guarded: 历史表的防改触发器都在。"
    run(live, "-m", "django", "shell", "-v0", "-c", RELEASE)
    said, mend = told(live)
    assert said.startswith("✗")
    assert "cases_action" in said
    assert mend.endswith("./onedoor manage guard_history")
    assert "已重新装上" in run(live, "-m", "django", "guard_history")
    assert told(live)[0].startswith("✓")

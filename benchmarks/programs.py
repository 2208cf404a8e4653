"""Programs of a site as real processes: started by name, killed as a crash kills them, waited for."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

REPOSITORY = Path(__file__).resolve().parents[1]
READY_SECONDS = 60.0
WEB = ("gunicorn", "onedoor.config.wsgi", "--workers", "1", "--threads", "4", "--no-control-socket", "--bind")


@dataclass
class Programs:
    """What runs of a site under `folder`, by name; each writes a log there."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict, kw_only=True)
    settings: dict[str, str] = field(default_factory=dict, kw_only=True)  # of programs started from now on

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables of its programs: nothing of ours but what the site says."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ONEDOOR_", "DJANGO_"))}
        path = f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY}"
        return {**kept, "PYTHONPATH": path, "ONEDOOR_VAR": str(self.folder), **self.settings}

    def launch(self, name: str, command: Sequence[str], *, health: str = "") -> None:
        """
        Start a module with its arguments, and wait until its address `health` answers, where it has one.

        :raises RuntimeError: it does not answer in time; the end of its log says why.
        """
        file = self.folder / f"{name}.log"
        with file.open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                cwd=REPOSITORY,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up = time.monotonic() + READY_SECONDS
        while health and not answers(health):
            if time.monotonic() > give_up:
                raise RuntimeError(file.read_text()[-2000:])
            time.sleep(0.1)

    def kill(self, name: str) -> None:
        """SIGKILL a program with everything it started: nothing gets to say goodbye."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def wait(done: Callable[[], bool], what: str, *, seconds: float) -> None:
    """Wait until it is done; a drill in which nothing moves on has failed."""
    give_up = time.monotonic() + seconds
    while not done():
        if time.monotonic() > give_up:
            raise SystemExit(f"the {what} do not come on")
        time.sleep(0.2)

"""
Real nodes as real processes, each with a folder, a database, a web server and a worker of its own.

`python -m benchmarks.nodes write 500 ministry` runs inside a node's environment: it writes so many messages for another one.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

REPOSITORY = Path(__file__).resolve().parents[1]
READY_SECONDS = 60.0


@dataclass
class RunningNode:
    """A node under `folder`; its programs are killed and started again by name."""

    code: str
    level: str
    folder: Path
    port: int
    database: str  # a PostgreSQL address, or nothing for SQLite
    reached_by: int = 0  # the port others know, where something stands in between
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)  # what programs started from now on have set besides

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ONEDOOR_", "DJANGO_"))}
        return {
            **kept,
            **({"ONEDOOR_DATABASE_URL": self.database} if self.database else {}),
            "PYTHONPATH": f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY}",
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "ONEDOOR_VAR": str(self.folder),
            "ONEDOOR_SECRET_KEY": "only for the measurement" * 3,
            "ONEDOOR_PUBLIC_URL": f"http://127.0.0.1:{self.reached_by or self.port}",
            "ONEDOOR_NODE": self.code,
            "ONEDOOR_NODE_LEVEL": self.level,
            "ONEDOOR_WORKER_INTERVAL": "0.1",
            "ONEDOOR_LOG_LEVEL": "ERROR",
            **self.settings,
        }

    def manage(self, *command: str) -> str:
        """Run a management command of this node, or a module of ours given as "-m", and return what it says."""
        whole = command if command[0] == "-m" else ("-m", "django", *command)
        done = subprocess.run(
            [sys.executable, *whole],
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stdout[-2000:]} {done.stderr[-3000:]}")
        return done.stdout

    def set_up(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.manage("-m", "onedoor.config.node_keys", "--publish", str(self.folder / "node.pub"))
        self.manage("migrate", "--no-input", "-v0")
        self.manage("collectstatic", "--no-input", "-v0")
        self.manage("-m", "benchmarks.nodes", "place")

    def join(self, other: "RunningNode") -> None:
        """Let another node in; two people do it, and it has to be done on both sides."""
        card = self.folder / f"{other.code}.json"
        card.write_text(other.manage("node_card"), encoding="utf-8")
        self.manage("join_node", str(card), "--by", "登记员", "--approved-by", "批准员")

    def start(self, name: str) -> None:
        """Start "web" or "worker"."""
        web = ["gunicorn", "onedoor.config.wsgi", "--workers", "1", "--threads", "4", "--no-control-socket", "--bind"]
        command = [*web, f"127.0.0.1:{self.port}"] if name == "web" else ["django", "work"]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                cwd=REPOSITORY,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up = time.monotonic() + READY_SECONDS
        while name == "web" and not self._answers():
            if time.monotonic() > give_up:
                raise RuntimeError((self.folder / f"{name}.log").read_text()[-2000:])
            time.sleep(0.1)

    def kill(self, name: str) -> None:
        """SIGKILL with everything it started."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def main() -> None:
    """Do something inside a node: "place" it, "write" so many messages, tell what was "read", how much is "left"."""
    import django

    django.setup()
    from benchmarks import network_acts

    act, *rest = sys.argv[1:]
    sys.stdout.write(str(getattr(network_acts, act)(*rest)) + "\n")


if __name__ == "__main__":
    main()

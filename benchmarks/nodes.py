"""
Real nodes as real processes, each with a folder, a database, a web server and a worker of its own.

`python -m benchmarks.nodes write 500 ministry` runs inside a node's environment: it writes so many messages for another one.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.programs import REPOSITORY, WEB, Programs

TAKEN_OVER = ("onedoor.sqlite3", "static")


@dataclass
class RunningNode(Programs):
    """A node under `folder` with its "web" and its "worker"."""

    code: str
    level: str
    port: int
    database: str  # a PostgreSQL address, or nothing for SQLite
    reached_by: int = 0  # the port others know, where something stands in between

    @property
    def environment(self) -> dict[str, str]:
        return {
            **super().environment,
            **({"ONEDOOR_DATABASE_URL": self.database} if self.database else {}),
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
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

    def set_up(self, *, like: "RunningNode | None" = None) -> None:
        """Make an empty installation; one `like` another on SQLite takes its tables and pages over, never its keys."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.manage("-m", "onedoor.config.node_keys", "--publish", str(self.folder / "node.pub"))
        if like is not None:
            for name in TAKEN_OVER:
                copy = shutil.copytree if (like.folder / name).is_dir() else shutil.copy2
                copy(like.folder / name, self.folder / name)
            return
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
        place = f"127.0.0.1:{self.port}"
        if name == "web":
            self.launch(name, [*WEB, place], health=f"http://{place}/healthz")
        else:
            self.launch(name, ["django", "work"])


def main() -> None:
    """Do something inside a node: "place" it, "write" so many messages, tell what was "read", how much is "left"."""
    import django

    django.setup()
    from benchmarks import network_acts

    act, *rest = sys.argv[1:]
    sys.stdout.write(str(getattr(network_acts, act)(*rest)) + "\n")


if __name__ == "__main__":
    main()

"""A PostgreSQL of one's own for the length of a test run: a new cluster in a temporary folder, on loopback only."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from onedoor.config.processes import start_guard
from onedoor.config.terminal import Stop, last_lines

NAME = "onedoor"
INSTALL = "apt-get install -y postgresql"
# Chinese text search needs a locale that knows letters; "C" alone does not.
LOCALES = ("C.UTF-8", "en_US.UTF-8")
# A test database is thrown away: what protects data against a power cut only costs time.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=64MB")
# What is measured keeps its promises, as a real installation does; only memory is given as on a small server.
DURABLE = ("shared_buffers=1GB", "effective_cache_size=4GB", "max_wal_size=4GB", "work_mem=16MB", "max_connections=60")
START_SECONDS = 30.0


def find_binaries() -> Path | None:
    """Return the folder with initdb and postgres, newest version first; None when PostgreSQL is not installed."""
    told = shutil.which("pg_config")
    candidates = []
    if told:
        answer = subprocess.run([told, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(answer.stdout.strip()))
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(debian, key=lambda path: int(path.parent.name.partition(".")[0]), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


@contextmanager
def private_cluster(binaries: Path, *, options: tuple[str, ...] = HASTY) -> Iterator[str]:
    """
    Start a new cluster and give its address; nothing of it is left afterwards. `options` is HASTY or DURABLE.

    :raises Stop: it does not come up, with the reason PostgreSQL gives.
    """
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="onedoor-pg-"))
    try:
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        password = secrets.token_hex(16)
        _create(binaries, folder, password, owner)
        port = _free_port()
        guard = start_guard()
        server = _start(binaries, folder, port, options, owner)
        try:
            guard.watch(server.pid)
            _wait(binaries, folder, port, server)
            yield f"postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}"
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients
            server.wait()
            guard.forget(server.pid)
            guard.close()
    finally:
        shutil.rmtree(folder)


def _owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then a user without rights runs it."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise Stop("以 root 运行测试需要 postgres 或 nobody 用户。 As root, a user postgres or nobody is needed.")


def _create(binaries: Path, folder: Path, password: str, owner: dict[str, Any]) -> None:
    secret = folder / "password"
    secret.write_text(password, encoding="ascii")
    secret.chmod(0o600)
    if owner:
        os.chown(secret, owner["user"], owner["group"])
    failures = []
    for locale in LOCALES:
        command: list[str | Path] = [
            binaries / "initdb",
            "--pgdata",
            folder / "data",
            "--username",
            NAME,
            "--pwfile",
            secret,
        ]
        command += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", locale, "--no-sync"]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **owner)
        if made.returncode == 0:
            return
        failures.append(made.stderr)
    raise Stop("PostgreSQL 无法建立测试库。 initdb failed:\n" + last_lines("\n".join(failures)))


def _start(
    binaries: Path, folder: Path, port: int, chosen: tuple[str, ...], owner: dict[str, Any]
) -> subprocess.Popen[bytes]:
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *chosen]
    options = [word for setting in settings for word in ("-c", setting)]
    # The log of a folder that is about to vanish; shown when the server does not come up.
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the tests; the cluster is stopped after them.
            start_new_session=True,
            **owner,
        )


def _wait(binaries: Path, folder: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + START_SECONDS
    question: list[str | Path] = [binaries / "pg_isready", "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    while subprocess.run(question, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > give_up:
            log = (folder / "log").read_text(encoding="utf-8", errors="replace")
            raise Stop("PostgreSQL 没有启动。 PostgreSQL did not start:\n" + last_lines(log))
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

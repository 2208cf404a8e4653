"""The bare costs on the same machine: PostgreSQL alone, an empty Django view, a Django view with one INSERT; 8 clients."""

import os
import subprocess
import tempfile
from pathlib import Path

from benchmarks.load import Client, drive
from benchmarks.site import serving
from onedoor.config import postgres

CLIENTS, SECONDS = 8, 8
ROW = (
    "INSERT INTO kernel_outboxmessage (topic, key, payload, published_at, attempts, last_error)"
    " VALUES ('bench', 'bare', '{\"case_id\": 1, \"action_id\": 2, \"seq\": 3}', now(), 0, '');\n"
)


def database_alone() -> str:
    """Return what PostgreSQL's own tool says of durable single-row transactions."""
    binaries = postgres.find_binaries()
    assert binaries is not None
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "insert.sql"
        script.write_text(ROW, encoding="ascii")
        clients = ["--client", str(CLIENTS), "--jobs", "1", "--time", str(SECONDS), "--protocol", "prepared"]
        command = [binaries / "pgbench", "--no-vacuum", *clients, "--file", script, os.environ["ONEDOOR_DATABASE_URL"]]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in told.splitlines() if line.startswith(("latency average", "tps"))]
    return "PostgreSQL 单独 alone, one INSERT a transaction:\n" + "\n".join(f"    {line}" for line in lines)


def main() -> None:
    print(database_alone(), flush=True)
    with serving("benchmarks.bare", ready="/empty") as site:
        for path, title in (("/empty", "Django 空页 empty view"), ("/insert", "Django 一条 one INSERT")):
            clients = [Client(site.port, None) for _ in range(CLIENTS)]
            work = lambda client, turn, path=path: client.get("请求 request", path)  # noqa: E731
            print("\n".join(drive(site, title, "次 requests/s", clients, work, seconds=SECONDS).lines()), flush=True)

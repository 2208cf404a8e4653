"""`./onedoor demo`: a running site with invented people on 127.0.0.1, in one command."""

import base64
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from onedoor.config import environment
from onedoor.config.environment import ROOT
from onedoor.config.processes import Program, Supervisor
from onedoor.config.terminal import Stop, run_quietly, say

SETTINGS = "onedoor.config.settings.local"
# The simulators listen on ports of their own above the site's: one for each department, for SMS, mail, WeChat, control,
# the log-ins of others; the treasury's platform and a machine's card reader and scanner are processes of their own.
SIMULATOR_DISTANCE = 701
DEPARTMENTS = ("police.household", "housing.ownership", "vehicles.registration", "banks.balance")
SECOND_SMS, MAIL, WECHAT, TIME_STAMPS, SMS, CONTROL = 4, 5, 6, 7, 8, 9
WEIBO, PUSH, IDENTITY = 10, 11, 12
TREASURY, READER, SCANNER = 13, 14, 15
LAST = SCANNER
MACHINE = "ZD00001"  # the first self-service machine that was ever registered


def run_demo(*, port: int, households: int | None) -> int:
    """
    Set everything up that is not there yet, start the site and wait until it is told to stop. Safe to run again.

    :raises Stop: a port is taken, a demo already runs on this data, or a part does not come up.
    """
    folder = var_folder()
    with _alone(folder, port):
        _require_free_ports(port)
        python = environment.ensure("core")
        variables = demo_variables(folder, port)
        _prepare(python, folder, variables, households)
        supervisor = Supervisor(programs(python, folder, variables, port), folder=ROOT)
        say("启动 · starting")
        supervisor.run(ready=lambda: _welcome(folder, port))
    say("已停止。 Stopped.")
    return 0


def run_management_command(arguments: list[str]) -> int:
    """Run a management command on the demo's data, in place of the launcher itself."""
    folder = var_folder()
    python = environment.ensure("core")
    variables = demo_variables(folder, port=8000)
    os.execve(python, [str(python), "-m", "django", *arguments], {**os.environ, **variables})


def var_folder() -> Path:
    """Make and return the folder for everything this installation writes; nobody else may look into it."""
    folder = Path(os.environ.get("ONEDOOR_VAR") or ROOT / "var").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def outside_logins(address: str) -> str:
    """Return the log-ins of others that the simulators play: the unified log-in, and WeChat."""
    shared = {"client_id": "onedoor-demo", "client_secret": "demo", "issuer": address}
    unified = {"code": "national", "title": "国家统一身份认证（模拟）", "kind": "oidc", "levels": {"3": 3}}
    return json.dumps([{**unified, **shared}, {"code": "weixin", "title": "微信（模拟）", "kind": "weixin", **shared}])


def demo_variables(folder: Path, port: int) -> dict[str, str]:
    """Return the settings of the demo's processes; what the caller's environment already sets stays as it is."""
    base = port + SIMULATOR_DISTANCE
    connectors = ",".join(f"{name}=http://127.0.0.1:{base + offset}" for offset, name in enumerate(DEPARTMENTS))
    defaults = {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "ONEDOOR_VAR": str(folder),
        "ONEDOOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ONEDOOR_NODE_NAME": "临平区民政节点",
        "ONEDOOR_NODE_DIVISION": "330113000000",
        "ONEDOOR_NODE_LEVEL": "county",
        "ONEDOOR_SECRET_KEY": secret(folder / "secret_key"),
        "ONEDOOR_CONNECTORS": connectors,
        "ONEDOOR_CONNECTOR_KEYS": str(folder / "simulators" / "department-keys"),
        "ONEDOOR_BANK_CHECK_URL": f"http://127.0.0.1:{base + DEPARTMENTS.index('banks.balance')}",
        "ONEDOOR_OUTSIDE_LOGINS": outside_logins(f"http://127.0.0.1:{base + IDENTITY}"),
        "ONEDOOR_SMS_URL": f"http://127.0.0.1:{base + SMS}",
        "ONEDOOR_SMS_SECRET": secret(folder / "sms_secret"),
        "ONEDOOR_SMS_SECOND_URL": f"http://127.0.0.1:{base + SECOND_SMS}",
        "ONEDOOR_SMS_SECOND_SECRET": secret(folder / "sms_second_secret"),
        "ONEDOOR_SMTP_URL": f"smtp://127.0.0.1:{base + MAIL}",
        "ONEDOOR_MAIL_FROM": "noreply@onedoor.example",
        "ONEDOOR_WECHAT_URL": f"http://127.0.0.1:{base + WECHAT}",
        "ONEDOOR_WECHAT_APP_ID": "wx-demonstration",
        "ONEDOOR_WECHAT_SECRET": secret(folder / "wechat_secret"),
        "ONEDOOR_WECHAT_TOKEN": secret(folder / "wechat_token"),
        "ONEDOOR_WECHAT_AES_KEY": wechat_key(folder / "wechat_aes_key"),
        "ONEDOOR_WECHAT_TEMPLATE": "demonstration",
        "ONEDOOR_WEIBO_URL": f"http://127.0.0.1:{base + WEIBO}",
        "ONEDOOR_WEIBO_RIP": "203.0.113.7",
        "ONEDOOR_PUSH_SERVICES": f"http://127.0.0.1:{base + PUSH}",
        "ONEDOOR_TREASURY_URL": f"http://127.0.0.1:{base + TREASURY}",
        "ONEDOOR_TREASURY_SECRET": secret(folder / "treasury_secret"),
        "ONEDOOR_DEMONSTRATION_READER": f"127.0.0.1:{base + READER}",
        "ONEDOOR_DEMONSTRATION_SCANNER": f"127.0.0.1:{base + SCANNER}",
        "ONEDOOR_TSA_URL": f"http://127.0.0.1:{base + TIME_STAMPS}/",
        "ONEDOOR_TSA_ROOTS": str(folder / "simulators" / "time-stamp-root.pem"),
    }
    chosen = {name: value for name, value in defaults.items() if not os.environ.get(name)}
    return environment.variables(**chosen | {"DJANGO_SETTINGS_MODULE": SETTINGS})


def secret(path: Path) -> str:
    """Return a secret that is made once and kept in a file only its owner can read."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(60))
    return path.read_text(encoding="ascii").strip()


def wechat_key(path: Path) -> str:
    """Return the key of WeChat's callbacks: 43 letters that stand for 32 bytes, made once and kept like any secret."""
    made = base64.b64encode(sha256(secret(path).encode()).digest()).decode()
    return made.rstrip("=")


def programs(python: Path, folder: Path, variables: dict[str, str], port: int) -> list[Program]:
    """Return the demo's processes in the order in which they start."""
    base, logs = port + SIMULATOR_DISTANCE, folder / "logs"
    state = folder / "simulators"
    simulators = ["onedoor.demonstration.simulators", "--base-port", str(base)]
    shown = ["--state", str(state), "--node-key", str(state / "node.pub"), "--receipts", f"http://127.0.0.1:{port}"]

    devices = ["--reader", f"127.0.0.1:{base + READER}", "--scanner", f"127.0.0.1:{base + SCANNER}"]
    site = ["--site", f"http://127.0.0.1:{port}", "--number", MACHINE]
    beside = [str(python), "-m", "onedoor.web.kiosk.machine_agent", *site, *devices]
    gunicorn = ["gunicorn", "onedoor.config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    return [
        *_devices(python, state, logs, variables, base),
        Program(
            "simulators",
            [str(python), "-m", *simulators, *shown],
            logs / "simulators.log",
            variables,
            health=f"http://127.0.0.1:{base + CONTROL}/health",
        ),
        Program(
            "web",
            [str(python), "-m", *gunicorn, "--no-control-socket"],
            logs / "web.log",
            variables,
            health=f"http://127.0.0.1:{port}/healthz",
        ),
        Program("worker", [str(python), "-m", "django", "work"], logs / "worker.log", variables),
        Program("machine", beside, logs / "machine.log", variables),
    ]


def _devices(python: Path, state: Path, logs: Path, variables: dict[str, str], base: int) -> list[Program]:
    """Return what is simulated in a process of its own: the treasury's platform, the devices of a machine."""
    started: tuple[tuple[str, int, list[str], str], ...] = (
        ("treasury", TREASURY, ["--state", str(state)], f"http://127.0.0.1:{base + TREASURY}/health"),
        ("card_reader", READER, ["--key", str(state / "card-reader.key")], ""),
        ("scanner", SCANNER, [], ""),
    )
    return [
        Program(
            name,
            [str(python), "-m", f"onedoor.demonstration.simulators.{name}", "--port", str(base + offset), *more],
            logs / f"{name}.log",
            variables,
            health=health,
        )
        for name, offset, more, health in started
    ]


def _prepare(python: Path, folder: Path, variables: dict[str, str], households: int | None) -> None:
    say(f"准备数据 · preparing {folder}")
    django = [str(python), "-m", "django"]
    number = [] if households is None else ["--households", str(households)]
    keys = [str(python), "-m", "onedoor.config.node_keys", "--publish", str(folder / "simulators" / "node.pub")]
    for title, command in (
        ("密钥 · keys", keys),
        ("数据库 · database", [*django, "migrate", "--no-input"]),
        ("静态文件 · static files", [*django, "collectstatic", "--no-input"]),
        ("演示数据 · invented people", [*django, "load_demonstration", *number]),
    ):
        run_quietly(title, command, environment=variables, folder=ROOT)


def _welcome(folder: Path, port: int) -> None:
    say(f"\n一门通已启动 · OneDoor is running:  http://127.0.0.1:{port}\n")
    say((folder / "demo-logins.txt").read_text(encoding="utf-8").rstrip())
    say(f"\n日志 · logs: {folder / 'logs'}\n按 Ctrl-C 停止。 Ctrl-C stops everything.")


def _require_free_ports(port: int) -> None:
    base = port + SIMULATOR_DISTANCE
    if not 1024 <= port <= 65535 - SIMULATOR_DISTANCE - LAST:
        raise Stop(f"端口须在 1024 到 {65535 - SIMULATOR_DISTANCE - LAST} 之间。 The port is out of range.")
    for number in (port, *range(base, base + LAST + 1)):
        if not is_free(number):
            raise Stop(
                f"端口 {number} 已被其他程序占用。请换一个端口。 Port {number} is taken; try another one:\n"
                f"  ./onedoor demo --port {port + 20}"
            )


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def _alone(folder: Path, port: int) -> Iterator[None]:
    """Two demos on the same data would race each other; the second is told where the first one is."""
    descriptor = os.open(folder / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = json.loads(os.pread(descriptor, 1000, 0) or b"{}")
            raise Stop(
                f"演示已在运行（进程 {running.get('pid')}）。 A demo is already running: {running.get('url')}"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "url": f"http://127.0.0.1:{port}"}).encode(), 0)
        yield
    finally:
        os.close(descriptor)

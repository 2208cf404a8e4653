"""
The folder .venv beside the launcher: made from a hashed lock file, and again only when that file has changed.

Only the standard library may be used here and in every module the launcher imports: on a bare machine nothing else exists.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from onedoor.config.terminal import Stop, run_quietly, say

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
STAMP = "onedoor-installed.json"
# What is installed when a lock file is: dev.txt pins everything core.txt does, at the same versions.
CONTAINS = {"core": ("core",), "dev": ("core", "dev")}
FIND_FONT = "from onedoor.platform.files.rendering import find_cjk_font; print(find_cjk_font() or '')"


def python() -> Path:
    return VENV / "bin" / "python"


def variables(**more: str) -> dict[str, str]:
    """Return the environment that lets the Python of .venv find the code of this checkout."""
    return {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **more}


def ensure(wanted: str) -> Path:
    """
    Make .venv hold what requirements/<wanted>.txt ("core" or "dev") pins and return its Python.

    Takes a few milliseconds when nothing has changed since the last time.

    :raises Stop: something is missing on this machine; the text says how to get it.
    """
    with _one_at_a_time():
        stamp = read_stamp(VENV)
        if not is_current(stamp, wanted, ROOT / "requirements") or not python().exists():
            say(f"准备运行环境 · setting up .venv from requirements/{wanted}.txt")
            _make_venv()
            (VENV / STAMP).unlink(missing_ok=True)  # an interrupted installation must not look finished
            _install(ROOT / "requirements" / f"{wanted}.txt", f"安装依赖 · installing {wanted}.txt", sync=True)
            stamp = {name: digest(ROOT / "requirements" / f"{name}.txt") for name in CONTAINS[wanted]}
            _write_stamp(stamp)
        if "fonts" not in stamp:
            stamp["fonts"] = _ensure_font()
            _write_stamp(stamp)
    return python()


def is_current(stamp: dict[str, str], wanted: str, requirements: Path) -> bool:
    """Tell whether an installation stamped like this still matches the lock file."""
    return stamp.get(wanted) == digest(requirements / f"{wanted}.txt")


def digest(path: Path) -> str:
    if not path.exists():
        raise Stop(f"找不到 {path}。请在完整的代码目录里运行。 Not found; run this from a whole checkout.")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_stamp(venv: Path) -> dict[str, str]:
    """Return which lock files were installed, by digest; empty when the installation never finished."""
    try:
        content = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return {str(name): str(value) for name, value in content.items()}


def _write_stamp(stamp: dict[str, str]) -> None:
    (VENV / STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two launchers started together must not install into each other; the folder itself is the lock."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_venv() -> None:
    if python().exists() and subprocess.run([python(), "-c", ""], capture_output=True, check=False).returncode == 0:
        return
    missing = missing_parts(has_uv=find_uv() is not None)
    if missing:
        raise Stop(missing)
    without_pip = ["--without-pip"] if find_uv() else []
    run_quietly("建立 .venv", [sys.executable, "-m", "venv", "--clear", *without_pip, str(VENV)], folder=ROOT)


def missing_parts(*, has_uv: bool) -> str:
    """Return how to get the parts of Python that some systems package apart, or nothing when all are here."""
    if find_spec("venv") and (has_uv or find_spec("ensurepip")):
        return ""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return (
        f"这个 Python {version} 缺少 venv 或 ensurepip。请先运行下面一行，再试一次。 venv is missing; run this line first:\n"
        f"  apt-get update && apt-get install -y python{version}-venv"
    )


def find_uv() -> str | None:
    """Return uv when it is on the path and works (a shim may stand for a Python that lacks it)."""
    path = shutil.which("uv")
    if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
        return path
    return None


def _install(requirements: Path, title: str, *, sync: bool) -> None:
    uv = find_uv()
    if uv:
        what = ["sync", str(requirements)] if sync else ["install", "--no-deps", "-r", str(requirements)]
        command = [uv, "pip", *what, "--require-hashes", "--no-build", "--python", str(python())]
        run_quietly(f"{title}（uv）", command, folder=ROOT)
        return
    if subprocess.run([python(), "-c", "import pip"], capture_output=True, check=False).returncode != 0:
        run_quietly("补装 pip", [str(python()), "-m", "ensurepip"], folder=ROOT)
    hashed = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-input", "--disable-pip-version-check"]
    run_quietly(
        f"{title}（pip）", [str(python()), "-m", "pip", "install", *hashed, "-r", str(requirements)], folder=ROOT
    )


def _ensure_font() -> str:
    """Papers need a Chinese font on the server; fetch one only where the system has none."""
    if _font():
        return "system"
    lock = ROOT / "requirements" / "fonts.txt"
    _install(lock, "系统没有中文字体，安装一份 · installing a Chinese font", sync=False)
    if not _font():
        raise Stop("装好的字体没有被找到，公文和证照无法生成。 The installed font was not found.")
    return digest(lock)


def _font() -> str:
    answer = subprocess.run(
        [python(), "-c", FIND_FONT],
        env={**os.environ, **variables()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise Stop(f"无法检查中文字体。 Cannot look for a Chinese font:\n{answer.stderr}")
    return answer.stdout.strip()

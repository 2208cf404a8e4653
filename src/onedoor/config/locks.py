"""`./onedoor lock`: write requirements/*.txt anew from pyproject.toml, hashed and without any download address."""

import subprocess
import tomllib

from onedoor.config import environment
from onedoor.config.environment import ROOT
from onedoor.config.terminal import Stop, run_quietly, say

# Later ones are bound to the versions of core, so that a demonstration and a test run use the same.
AFTER_CORE = ["--constraint", "requirements/core.txt"]
OLDEST_PYTHON = "3.11"


def write_locks(arguments: list[str]) -> int:
    """
    Resolve core, dev and fonts in this order; other arguments go to uv (`--upgrade`, `--upgrade-package NAME`).

    Versions stay as they are unless an upgrade is asked for or pyproject.toml no longer allows them.

    :raises Stop: uv is missing, or the result names a registry; the old files are then back in place.
    """
    uv = environment.find_uv()
    if uv is None:
        raise Stop("生成锁定文件需要 uv：pip install uv。 Locking needs uv.")
    python = environment.ensure("dev")
    folder = ROOT / "requirements"
    before = {path: path.read_bytes() for path in folder.glob("*.txt")}
    try:
        _compile(uv, "core", ["pyproject.toml"], arguments)
        _compile(uv, "dev", ["pyproject.toml", "--extra", "postgres", "--group", "dev", *AFTER_CORE], arguments)
        _compile_fonts(uv, arguments)
        run_quietly("检查地址 · no addresses", [str(python), "tools/find_registry_hosts.py"], folder=ROOT)
    except BaseException:
        for path, content in before.items():
            path.write_bytes(content)
        raise
    for path in sorted(folder.glob("*.txt")):
        packages = path.read_text(encoding="utf-8").count("==")
        note = "" if before.get(path) == path.read_bytes() else "  （有变化 · changed）"
        say(f"  {path.relative_to(ROOT)}: {packages}{note}")
    return 0


def _compile(uv: str, name: str, source: list[str], arguments: list[str]) -> None:
    run_quietly(f"{name}.txt", _command(uv, name, [*source, *arguments]), folder=ROOT)


def _compile_fonts(uv: str, arguments: list[str]) -> None:
    """Lock the font package alone: only its files are used, none of the libraries it would draw in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = "\n".join(project["optional-dependencies"]["fonts"])
    done = subprocess.run(
        _command(uv, "fonts", ["-", "--no-deps", *arguments]),
        cwd=ROOT,
        input=wanted,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Stop(f"fonts.txt 无法生成。 Failed:\n{done.stderr}")


def _command(uv: str, name: str, source: list[str]) -> list[str]:
    fixed = ["--universal", "--generate-hashes", "--no-emit-index-url", "--python-version", OLDEST_PYTHON, "--quiet"]
    output = ["--custom-compile-command", "./onedoor lock", "--output-file", f"requirements/{name}.txt"]
    return [uv, "pip", "compile", *source, *fixed, *output]

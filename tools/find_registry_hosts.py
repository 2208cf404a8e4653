"""
Refuse files that say where packages are downloaded from: a lock must install from whatever source its user has.

What to look for is asked of pip and uv on this machine when the check runs (their defaults and their configuration), so
that this file names no source itself. Lock formats that always hold addresses are refused by their file name.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
# Every entry of these formats holds addresses; hashed requirements files hold none.
LOCKS_WITH_ADDRESSES = re.compile(
    r"(^|/)(uv\.lock|pylock(\.\w+)?\.toml|poetry\.lock|Pipfile\.lock|package-lock\.json|yarn\.lock|pnpm-lock\.yaml)$"
)
ADDRESS_LINES = re.compile(r"--(index-url|extra-index-url|find-links|trusted-host)\b|\w+://|\s@\s*(file|git|https?):")
# Run with pip's own Python: its built-in sources, then every option of its configuration that may hold an address.
ASK_PIP = """
import json
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI, TestPyPI
words = [PyPI.url, TestPyPI.url, PyPI.file_storage_domain, TestPyPI.file_storage_domain]
configuration = Configuration(isolated=False)
configuration.load()
for name, value in configuration.items():
    for key, word in (value.items() if isinstance(value, dict) else [(name, value)]):
        if any(part in str(key) for part in ("index", "find-links", "trusted-host", "proxy")):
            words += str(word).split()
print(json.dumps(words))
"""


def main() -> int:
    hosts = registry_hosts()
    problems = [problem for path in listed_files(ROOT) for problem in problems_of(ROOT, path, hosts)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def problems_of(root: Path, path: str, hosts: Iterable[str]) -> Iterator[str]:
    """Yield `path:line: why` for every place that says where packages come from; the address itself is not repeated."""
    if LOCKS_WITH_ADDRESSES.search(path):
        yield f"{path}: 这种锁定文件总是含有下载地址，不能提交。 This lock format holds addresses."
        return
    try:
        lines = (root / path).read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return  # pictures and archives; files that are deleted but still listed
    is_lock = path.startswith("requirements/") and path.endswith(".txt")
    for number, line in enumerate(lines, start=1):
        if any(host in line for host in hosts):
            yield f"{path}:{number}: 含有软件源地址。 Names a package registry."
        elif is_lock and ADDRESS_LINES.search(line):
            yield f"{path}:{number}: 锁定文件里有地址。 An address in a lock file."


def registry_hosts() -> set[str]:
    """Return hosts and folders that pip and uv of this machine fetch from."""
    words = [*_from_pip(), *_from_uv()]
    words += [value for name, value in os.environ.items() if re.match(r"(PIP|UV)_.*(INDEX|FIND_LINKS|HOST)", name)]
    return {host for word in words for host in _hosts(word)}


def _hosts(word: str) -> Iterator[str]:
    for part in word.split():
        host = urlsplit(part).hostname if "://" in part else part.rstrip("/")
        # A host has a dot, a local folder a slash; one short word would match half of the repository.
        if host and host not in ("localhost", "127.0.0.1") and len(host) > 4 and ("." in host or "/" in host):
            yield host


def _from_pip() -> list[str]:
    for python in dict.fromkeys((sys.executable, "python3", "/usr/bin/python3")):
        try:
            answer = subprocess.run([python, "-c", ASK_PIP], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            continue
        if answer.returncode == 0:
            return [str(word) for word in json.loads(answer.stdout)]
    raise SystemExit("没有可用的 pip，无法得知软件源地址。 No pip on this machine to ask for its registries.")


def _from_uv() -> list[str]:
    """Read uv's configuration files; what uv has built in is what pip has."""
    places = [Path("/etc/uv/uv.toml"), Path.home() / ".config/uv/uv.toml", ROOT / "uv.toml"]
    words: list[str] = []
    for place in places:
        if place.exists():
            words += _texts(tomllib.loads(place.read_text(encoding="utf-8")))
    return [word for word in words if "://" in word]


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def listed_files(root: Path) -> list[str]:
    """Return what the repository holds or would hold: tracked files and new ones that are not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return sorted(path for path in set(answer.stdout.split("\0")) if path)


if __name__ == "__main__":
    sys.exit(main())

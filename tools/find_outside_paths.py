"""
Refuse files that point outside the repository: a reader of it has nothing but the repository.

What lies outside is looked up when the check runs: the folders around this checkout, the home folder, and every
relative path that climbs above the root.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from find_registry_hosts import ROOT, listed_files

CLIMBING = re.compile(r"(?<![\w./])((?:\.\./)+)([\w.-]*)")
SHORTEST = 6  # characters of an absolute path worth looking for: "/srv" and the like are in every manual


def main() -> int:
    outside = absolute_paths(ROOT)
    problems = [problem for path in listed_files(ROOT) for problem in problems_of(ROOT, path, outside)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def absolute_paths(root: Path) -> set[str]:
    """Return the absolute paths that exist only on the machine of whoever works here."""
    around = {str(entry) for entry in root.parent.iterdir()} if root.parent != Path("/") else {str(root)}
    home = {str(Path.home())} - {"/root", "/"}
    return {path for path in around | home if len(path) >= SHORTEST and os.path.isdir(path)}


def problems_of(root: Path, path: str, outside: set[str]) -> Iterator[str]:
    """Yield `path:line: what` for every place that leads out of the repository."""
    try:
        lines = (root / path).read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return
    depth = path.count("/")
    common = {
        os.path.dirname(place) for place in outside
    }  # few, and in no line of ours: hundreds of folders cost nothing
    for number, line in enumerate(lines, start=1):
        for climb in CLIMBING.finditer(line):
            if climb[1].count("../") > depth:
                yield f"{path}:{number}: {climb[0]} 指向仓库之外。 Leads out of the repository."
        for place in outside if any(one in line for one in common) else ():
            if re.search(re.escape(place) + r"(?![\w-])", line):
                yield f"{path}:{number}: {place} 是本机的路径。 A path of this machine."


if __name__ == "__main__":
    sys.exit(main())

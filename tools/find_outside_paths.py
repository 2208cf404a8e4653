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
    outside = pattern_of(absolute_paths(ROOT))
    problems = [problem for path in listed_files(ROOT) for problem in problems_of(ROOT, path, outside)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def absolute_paths(root: Path) -> set[str]:
    """Return the absolute paths that exist only on the machine of whoever works here."""
    around = {str(entry) for entry in root.parent.iterdir()} if root.parent != Path("/") else {str(root)}
    home = {str(Path.home())} - {"/root", "/"}
    return {path for path in around | home if len(path) >= SHORTEST and os.path.isdir(path)}


def pattern_of(places: set[str]) -> re.Pattern[str]:
    """Return what finds any of the places: made once, so that hundreds of folders cost nothing."""
    longest_first = sorted(places, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])" if places else r"(?!)")


def problems_of(root: Path, path: str, outside: re.Pattern[str]) -> Iterator[str]:
    """Yield `path:line: what` for every place that leads out of the repository."""
    try:
        lines = (root / path).read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return
    depth = path.count("/")
    for number, line in enumerate(lines, start=1):
        for climb in CLIMBING.finditer(line):
            if climb[1].count("../") > depth:
                yield f"{path}:{number}: {climb[0]} 指向仓库之外。 Leads out of the repository."
        for place in sorted(set(outside.findall(line))):
            yield f"{path}:{number}: {place} 是本机的路径。 A path of this machine."


if __name__ == "__main__":
    sys.exit(main())

"""The Markdown pages of the repository and what stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "onedoor"
DOCS = ROOT / "docs"
NOT_OURS = {"var", "staticfiles", "node_modules"}
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
FIRST_CELL = re.compile(r"^\| *`([^`]+)` *\|", re.MULTILINE)


def pages() -> list[Path]:
    """Return every Markdown file of the repository, without hidden folders and what a running site writes."""
    found = []
    for path in ROOT.rglob("*.md"):
        folders = path.relative_to(ROOT).parts[:-1]
        if not any(part.startswith(".") or part in NOT_OURS for part in folders):
            found.append(path)
    return sorted(found)


def prose(page: Path) -> str:
    """Return a page without its fenced examples: what stands in them is no link and no heading."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def section(page: Path, title: str) -> str:
    """Return the text between the heading `## title` and the next heading of that level."""
    parts = re.split(r"^## +(.+?) *$", prose(page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def first_cells(text: str) -> list[str]:
    """Return what stands in backticks in the first column of the tables of a text."""
    return FIRST_CELL.findall(text)


def source_files() -> Iterator[Path]:
    """Yield every Python file of the platform, without migrations."""
    return (path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts)

"""Every link of every page leads somewhere, and what a page says stands in a file stands there."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import ROOT, pages, prose

LINK = re.compile(r"!?\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<url>[^()\s]+)\)")
IMAGE = re.compile(r"""<(?:img|source)[^>]*?(?:src|srcset)=["'](?P<url>[^"']+)["']""")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
OUTSIDE = ("http://", "https://", "mailto:")
PYTHON_NAME = re.compile(r"`(?:\w+\.)*(\w+)(?:\(\))?`")


def anchors(page: Path) -> set[str]:
    """Return the addresses of a page's headings: lower case, spaces as hyphens, no punctuation."""
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(prose(page))}


def links(page: Path) -> list[tuple[str, str]]:
    """Return (text, address) of every link that stays inside the repository."""
    text = prose(page)
    found = [(match["text"], match["url"]) for match in LINK.finditer(text)]
    found += [("", match["url"]) for match in IMAGE.finditer(text)]
    return [(words, url) for words, url in found if not url.startswith(OUTSIDE)]


def target(page: Path, url: str) -> Path:
    path = unquote(url.partition("#")[0])
    return (page.parent / path).resolve() if path else page


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_something_in_the_repository(page: Path) -> None:
    broken = []
    for _, url in links(page):
        found = target(page, url)
        anchor = unquote(url.partition("#")[2])
        inside = found.exists() and found.is_relative_to(ROOT)
        if not inside or (anchor and found.suffix == ".md" and anchor not in anchors(found)):
            broken.append(url)
    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_name_linked_to_a_python_file_stands_in_that_file(page: Path) -> None:
    missing = []
    for words, url in links(page):
        name, found = PYTHON_NAME.fullmatch(words), target(page, url)
        if name and found.suffix == ".py" and found.exists():
            source = found.read_text(encoding="utf-8")
            if not re.search(rf"\b{re.escape(name[1])}\b", source):
                missing.append(f"{name[1]} is not in {url}")
    assert missing == []


def test_there_are_pages_to_check() -> None:
    assert ROOT / "README.md" in pages()

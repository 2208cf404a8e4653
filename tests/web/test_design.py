"""The design system holds itself together: contrast, no dead style, every component shown, nothing inline."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "onedoor"
SHEETS = sorted((SOURCE / "web/parts/static/parts/css").glob("*.css"))
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
# What words are set in, and what they stand on.
WORDS = [
    *product(("ink", "quiet", "door", "seal-text", "done-text"), ("paper", "surface")),
    *product(("ink",), ("paper-deep", "door-tint", "amber-tint", "seal-tint", "done-tint")),
    ("quiet", "paper-deep"),
    ("door-deep", "door-tint"),
    ("door", "door-tint"),
    ("on-door", "door"),
    ("on-door", "door-deep"),
    ("amber-text", "amber-tint"),
    ("seal-text", "seal-tint"),
    ("done-text", "done-tint"),
]
HUES = (
    "eldercare",
    "assistance",
    "organizations",
    "socialwork",
    "volunteering",
    "reunion",
    "community",
    "marriage",
    "funeral",
    "placenames",
)
# What must be told apart from its ground without being words.
SHAPES = [(name, "surface") for name in ("edge", "focus", "seal", "amber", "done", *HUES)]
THEMES = {
    "plain": ("", 4.5),
    "elder": ('html[data-elder="on"]', 7.0),
    "contrast": ('html[data-contrast="high"]', 7.0),
    "wall": ('html[data-wall="on"]', 4.5),
}


def tokens(selector: str) -> dict[str, str]:
    """Return the colours of a look: those of the root with what the look sets otherwise."""
    sheet = next(path for path in SHEETS if path.name == "tokens.css").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for head in (":root", selector):
        body = re.search(rf"^{re.escape(head)} {{(.*?)^}}", sheet, re.MULTILINE | re.DOTALL)
        assert not head or body, head
        found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", body[1] if body and head else ""))
    return found


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_and_shapes_seen_in_every_look(theme: str) -> None:
    selector, least = THEMES[theme]
    colour = tokens(selector)
    faint = {pair: contrast(colour[pair[0]], colour[pair[1]]) for pair in WORDS}
    assert not {pair: round(ratio, 2) for pair, ratio in faint.items() if ratio < least}
    shapes = {pair: contrast(colour[pair[0]], colour[pair[1]]) for pair in SHAPES if theme != "wall"}
    assert not {pair: round(ratio, 2) for pair, ratio in shapes.items() if ratio < 3}


def styled(paths: list[Path]) -> set[str]:
    """Return every class a sheet speaks of."""
    sheets = "\n".join(re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL) for path in paths)
    selectors = re.sub(r"{[^{}]*}", " ", sheets)
    return set(re.findall(r"\.([a-z][\w-]*)", selectors))


def used(text: str) -> set[str]:
    """Return every class in a template; `hue--{{ code }}` counts as the beginning `hue--`."""
    found = set()
    for value in re.findall(r'(?<![\w-])(?:class|css)="([^"]*)"', _plain(text)):
        found |= set(value.split())
    return found


def _plain(text: str) -> str:
    """Without the tags of the template language, their quotes with them; a value in braces becomes a star."""
    text = re.sub(r"{%\s*block (?:face|bench|width)\s*%}([\w -]+){%\s*endblock[^%]*%}", r'<i class="\1">', text)
    text = re.sub(r"{%\s*(if|elif)\b.*?%}|{%\s*(else|endif|endfor|for\b.*?)\s*%}", " ", text)
    text = re.sub(r"{%\s*(?:scene|icon)\s+\S+\s+\"([\w-]+)\"\s*%}", r'<i class="\1 icon--\1">', text)
    text = re.sub(r"{%.*?%}", "*", text)
    return re.sub(r"{{.*?}}", "*", text)


# Words that a template takes from Python or hands on to an include.
FROM_PYTHON = {"scene", "icon", "icon--small", "tag", "tag--good", "tag--wait", "tag--bad", "difference", "problem"}


# A hue only carries its colour; a lamp's colour is the other half of a name.
NO_STYLE = {"hue", "icon--hero__door", "lamp--", "green", "paused"}


def all_used() -> set[str]:
    return FROM_PYTHON.union(*(used(path.read_text(encoding="utf-8")) for path in TEMPLATES))


def test_every_style_is_used_somewhere_and_every_class_has_a_style() -> None:
    classes, names = styled(SHEETS), all_used()
    beginnings = tuple(name.partition("*")[0] for name in names if "*" in name and name.partition("*")[0])
    dead = {name for name in classes - names if not name.startswith(beginnings)}
    assert not dead
    unstyled = {name for name in names - classes if "*" not in name and name not in NO_STYLE}
    assert not unstyled


def test_every_component_stands_on_the_design_page() -> None:
    # What only one page has, and the frame that every page shows, are looked at there.
    elsewhere = re.compile(
        r"masthead|mark$|tab$|foot|rail|bench|hero|guide|skip|demonstration|idle|assisting|page--|crumb|columns|stack"
        r"|picture|ranking|bar|board__|count|print|dispute|days?$|day-|day_|times?$|time--|ticket|machine|hall"
    )
    shown = used(Client().get("/design/").content.decode())
    wanted = {name for name in styled(SHEETS) if not elsewhere.match(name)}
    assert not sorted(wanted - shown)


def test_every_template_compiles() -> None:
    """A page nobody opens in a test still has to find the tags it uses."""
    assert [get_template(str(path).partition("/templates/")[2]) for path in TEMPLATES]


def test_nothing_is_styled_or_scripted_inside_a_page() -> None:
    inline = re.compile(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=\"", re.IGNORECASE)
    # A copy of one's data is read on one's own computer, where no style sheet of ours is.
    assert not {
        str(path)
        for path in TEMPLATES
        if path.parent.name != "portability" and inline.search(path.read_text(encoding="utf-8"))
    }


def test_colours_are_named_once() -> None:
    allowed = {"tokens.css", "charts.css"}
    raw = {
        path.name: set(re.findall(r"#[0-9a-f]{3,8}\b", path.read_text(encoding="utf-8"))) - {"#fff"}
        for path in SHEETS
        if path.name not in allowed
    }
    assert not {name: found for name, found in raw.items() if found}

"""Set documents as PDF/A-2b with typst. Templates are reviewed files of ours; data come in as JSON only."""

import json
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).parent / "templates_typst"
FONT_FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")
FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
CJK_NAMES = (
    "NotoSerifCJK",
    "NotoSansCJK",
    "NotoSerifSC",
    "SourceHanSerif",
    "SourceHanSans",
    "Songti",
    "PingFang",
    "simsun",
)

_lock = threading.Lock()  # one compiler is not for two threads at a time


class NoChineseFont(RuntimeError):
    """No Chinese font on this server: documents cannot be set. `./onedoor doctor` says how to get one."""


@lru_cache(maxsize=1)
def find_cjk_font() -> Path | None:
    """Return a Chinese font file of the system or of the optional fonts package, None when there is none."""
    for folder in (*FONT_FOLDERS, *_package_folders()):
        if folder.is_dir():
            for path in sorted(folder.rglob("*")):
                if path.suffix.lower() in (".ttc", ".otf", ".ttf") and path.name.startswith(CJK_NAMES):
                    return path
    return None


def _package_folders() -> list[Path]:
    try:
        import mplfonts
    except ImportError:
        return []
    return [Path(mplfonts.__file__).parent / "fonts"]


def render(template: Path, data: dict[str, Any]) -> bytes:
    """
    Set a typst template with JSON data and return PDF/A-2b.

    :raises NoChineseFont: see `find_cjk_font`.
    """
    compiler = _compiler(template)
    with _lock:
        pdf = compiler.compile(
            format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, pdf_standards=["a-2b"]
        )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single PDF")
    return pdf


@lru_cache(maxsize=16)
def _compiler(template: Path) -> typst.Compiler:
    font = find_cjk_font()
    if font is None:
        raise NoChineseFont
    return typst.Compiler(str(template), root=str(template.parent), font_paths=[str(font.parent)])


def render_document(content: dict[str, Any]) -> bytes:
    """Set a notice or decision from its structured content (organ, number, title, paragraphs, rows, points, …)."""
    return render(HERE / "document.typ", content)


def render_letter(content: dict[str, Any]) -> bytes:
    """Set a letter that goes by post (recipient, address, organ, number, day, notices, offices)."""
    return render(HERE / "letter.typ", content)

"""What a code table is: rows that are closed, never deleted; values are text."""

from dataclasses import dataclass


class UnknownCode(ValueError):
    """A code the table does not hold."""

    def __init__(self, table: str, code: str) -> None:
        self.table, self.code = table, code
        super().__init__(f"代码表“{table}”中没有“{code}”，请核对后重填。")


@dataclass(frozen=True)
class Code:
    """One row: the code, its Chinese words, its English words or letters where the standard has them."""

    code: str
    zh: str
    en: str = ""


@dataclass(frozen=True)
class CodeSet:
    """A table of one standard. `name` is how the code refers to it, `source` the standard with its year."""

    name: str
    title: str
    source: str
    rows: tuple[Code, ...]

    def find(self, code: str) -> Code | None:
        return next((row for row in self.rows if row.code == code), None)

    def knows(self, code: str) -> bool:
        return self.find(code) is not None

    def require(self, code: str) -> Code:
        """:raises UnknownCode: the table does not hold it."""
        row = self.find(code)
        if row is None:
            raise UnknownCode(self.title, code)
        return row

    def label(self, code: str, lang: str = "zh") -> str:
        """Return the words for a code, the code itself when the table does not know it."""
        row = self.find(code)
        if row is None:
            return code
        return row.en if lang == "en" and row.en else row.zh


def rows(text: str) -> tuple[Code, ...]:
    """Read "1 男 male · 2 女 female"; the words of a row's Chinese hold no space."""
    found = []
    for part in text.split("·"):
        code, zh, *en = part.split()
        found.append(Code(code, zh.replace("_", " "), " ".join(en)))
    return tuple(found)

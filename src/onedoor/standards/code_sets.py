"""Code tables of the standards as data: rows are closed, never deleted; values are text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    code: str
    zh: str
    en: str = ""


@dataclass(frozen=True)
class CodeSet:
    name: str
    title: str
    source: str
    rows: tuple[Code, ...]

    def label(self, code: str, lang: str = "zh") -> str:
        """Return the words for a code, the code itself when the table does not know it."""
        for row in self.rows:
            if row.code == code:
                return row.en if lang == "en" and row.en else row.zh
        return code


def code_set(name: str) -> CodeSet:
    """:raises KeyError: no such table."""
    return _SETS[name]


def label(name: str, code: str, lang: str = "zh") -> str:
    return code_set(name).label(code, lang)


def _rows(text: str) -> tuple[Code, ...]:
    """Read "1 男 male · 2 女 female"."""
    rows = []
    for part in text.split("·"):
        code, zh, *en = part.split()
        rows.append(Code(code, zh, " ".join(en)))
    return tuple(rows)


_SETS = {
    table.name: table
    for table in (
        CodeSet(
            "sex", "性别", "GB/T 2261.1-2003", _rows("0 未知 unknown · 1 男 male · 2 女 female · 9 未说明 not stated")
        ),
        CodeSet(
            "marital_status",
            "婚姻状况",
            "GB/T 2261.2-2003",
            _rows(
                "10 未婚 never married · 20 已婚 married · 21 初婚 first marriage · 22 再婚 remarried · "
                "23 复婚 remarried to former spouse · 30 丧偶 widowed · 40 离婚 divorced · 90 未说明 not stated"
            ),
        ),
        CodeSet(
            "relation",
            "与户主关系",
            "GB/T 4761-2008",
            _rows(
                "01 本人 self · 02 户主 head · 10 配偶 spouse · 20 儿子 son · 30 女儿 daughter · 40 孙辈 grandchild · "
                "50 父母 parent · 60 祖辈 grandparent · 70 兄弟姐妹 sibling · 80 其他亲属 other relative"
            ),
        ),
    )
}

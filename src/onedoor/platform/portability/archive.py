"""
The copy itself: a ZIP with each table as JSON, what its columns mean, a page to read it by, the files, a signed list.

Structured, common and machine readable, as the transfer of personal information asks for (PIPL art. 45).
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils.timezone import localtime

from onedoor.platform.kernel import holdings
from onedoor.platform.kernel.crypto import canonical_json, sha256, sign, sm3
from onedoor.platform.kernel.holdings import Column, Holding, Piece

# What is left out of tables that are given out otherwise.
LEFT_OUT = (
    ("匿名的评价", "匿名评价不记是谁评的，所以找不出哪些是您的。"),
    ("举报", "举报受保密保护，不放进任何可以带走的文件；凭查询码看进度。"),
    ("别人的信息", "办件里其他人的资料、工作人员的姓名和内部意见，不属于您的个人信息。"),
    ("登录密码和密钥", "密码和密钥只存不可还原的结果，不能带走。"),
)
# What somebody has said in confidence, perhaps of their guardian, and was told: it is in no copy that a guardian asks for.
CONFIDED = frozenset(
    {
        *("feedback.Complaint", "feedback.Evaluation", "channels.WorkOrder"),
        *("knowledge.Conversation", "knowledge.Turn", "onedoor_messages.Message"),
    }
)
NOT_FOR_GUARDIANS = ("本人的投诉、评价、热线、咨询和消息", "这些话只给本人看：本人可以用自己的账号导出，或到窗口办理。")
SHOWN = 200  # rows of a table on the page to read; all of them are in its JSON
FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


class Archive:
    """Writes one copy, part by part, and keeps the digest of everything written."""

    def __init__(self, out: IO[bytes], *, name: str, at: datetime, by_guardian: bool = False) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._at = localtime(at)
        self._name = name
        self._by_guardian = by_guardian
        self._listed: dict[str, dict[str, Any]] = {}
        self._tables: list[dict[str, Any]] = []
        self._lost: list[str] = []

    def add(self, path: str, content: bytes) -> None:
        info = zipfile.ZipInfo(path, self._at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(info, content)
        self._listed[path] = {"size": len(content), "sm3": sm3(content).hex(), "sha256": sha256(content).hex()}

    def add_table(self, one: Holding, person_id: int) -> None:
        columns = one.described()
        rows = [_spoken(columns, row) for row in one.rows_of(person_id)]
        if not rows:
            return
        path = f"数据/{one.model}.json"
        told = [{"代码": c.path, "名称": c.title, "类型": c.kind, "取值": dict(c.choices)} for c in columns]
        self.add(path, _json({"代码": one.model, "名称": one.title, "字段": told, "记录": rows}))
        titles = [column.title for column in columns]
        shown = [[_line(row[title]) for title in titles] for row in rows[:SHOWN]]
        self._tables.append({"title": one.title, "path": path, "count": len(rows), "titles": titles, "rows": shown})

    def add_file(self, piece: Piece) -> None:
        """Add a file; one that cannot be had is named in the copy, so that nobody takes it for whole."""
        name = f"{piece.folder}/{piece.name.translate(FORBIDDEN)}"
        try:
            content = piece.read()
        except Exception:
            self._lost.append(name)
            raise
        self.add(name, content)

    def lose(self, name: str) -> None:
        self._lost.append(name)

    def finish(self) -> str:
        """Write page, description and signed list; return the digest of the list."""
        confided = [NOT_FOR_GUARDIANS] if self._by_guardian else []
        left_out = [*confided, *LEFT_OUT, *((one.title, one.why) for one in holdings.withheld())]
        context = {
            "name": self._name,
            "at": self._at,
            "tables": self._tables,
            "files": [path for path in self._listed if not path.startswith("数据/")],
            "left_out": left_out,
            "lost": self._lost,
            "most": SHOWN,
        }
        self.add("index.html", render_to_string("portability/index.html", context).encode())
        described = {"表": [{"名称": one["title"], "文件": one["path"], "条数": one["count"]} for one in self._tables]}
        described["没有放进来的"] = [{"名称": title, "理由": why} for title, why in left_out]
        described["没有取到的文件"] = [{"名称": name} for name in self._lost]
        self.add("说明.json", _json(described))
        manifest = canonical_json({"made_at": self._at.isoformat(), "files": self._listed})
        signature = sign(manifest, signer="issuer")
        self._zip.writestr("manifest.json", manifest)
        self._zip.writestr("manifest.sig", signature.as_text())
        self._zip.close()
        return sm3(manifest).hex()


def parts_of(person_id: int, *, at: datetime, by_guardian: bool = False) -> list[Callable[[Archive], None]]:
    """Return the steps by which a copy is made, so that its progress can be told."""
    given = [one for one in holdings.holdings() if not (by_guardian and one.model in CONFIDED)]
    steps: list[Callable[[Archive], None]] = [_table_step(one, person_id) for one in given]
    return [*steps, *(_file_step(piece) for piece in holdings.files_of(person_id, at=at))]


def _table_step(one: Holding, person_id: int) -> Callable[[Archive], None]:
    return lambda archive: archive.add_table(one, person_id)


def _file_step(piece: Piece) -> Callable[[Archive], None]:
    return lambda archive: archive.add_file(piece)


def _spoken(columns: list[Column], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row under the names people read, with words for codes."""
    said = {}
    for column in columns:
        value, choices = row[column.path], dict(column.choices)
        said[column.title] = choices.get(str(value), value) if choices and value is not None else value
    return said


def _line(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, (dict, list)):
        return "；".join(_items(value)) or "—"
    return str(value)


def _items(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield f"{key}：{_line(one)}"
    else:
        yield from (_line(one) for one in value)


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder).encode()

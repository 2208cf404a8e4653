"""Read lists of certificates an officer pastes or uploads: identifiers to check, lines of an archive to import."""

import csv
import io
import re
from datetime import date

from django.http import HttpRequest

from onedoor.platform.certificates.operations import ImportRow
from onedoor.platform.kernel.errors import InvalidInput

LARGEST_UPLOAD = 2 * 1024 * 1024
DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")


def read_references(request: HttpRequest) -> list[str]:
    """
    Return the first column of the upload, or of the pasted text, without empty lines and a heading.

    :raises InvalidInput: nothing was given, or the upload is no text.
    """
    rows = _rows(request, "references")
    found = [row[0].strip() for row in rows if row and row[0].strip()]
    if found and not found[0].isascii():  # a heading such as 电子证照标识
        found = found[1:]
    if not found:
        raise InvalidInput({"references": "请贴上电子证照标识，每行一个，或者上传 CSV 文件。"})
    return found


def read_import_rows(request: HttpRequest) -> list[ImportRow]:
    """
    Return the lines of an archive: 证照名称, 编号, 颁发机关, 持证人 (several with 、), 标识, 颁发日期, 截止日期.

    :raises InvalidInput: the upload is no text, or a date cannot be read; the line is named.
    """
    rows = [row for row in _rows(request, "rows") if any(cell.strip() for cell in row)]
    if rows and rows[0][0].strip() == "证照名称":
        rows = rows[1:]
    return [_import_row([cell.strip() for cell in row] + [""] * 7, line) for line, row in enumerate(rows, start=1)]


def _import_row(cells: list[str], line: int) -> ImportRow:
    return ImportRow(
        title=cells[0][:100],
        number=cells[1][:60],
        issuer_name=cells[2][:200],
        holders=tuple(name for name in re.split(r"[、;；]", cells[3]) if name),
        identifier=cells[4].upper()[:120],
        issued_on=_day(cells[5], line),
        last_valid_on=_day(cells[6], line),
    )


def _day(text: str, line: int) -> date | None:
    if text in ("", "长期"):
        return None
    found = DAY.match(text)
    try:
        if found is None:
            raise ValueError
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise InvalidInput({"rows": f"第 {line} 行的日期“{text[:20]}”读不懂，请写成 2026-11-24。"}) from None


def _rows(request: HttpRequest, name: str) -> list[list[str]]:
    upload = request.FILES.get("file")
    text = request.POST.get(name, "")
    if upload is not None:
        if (upload.size or 0) > LARGEST_UPLOAD:
            raise InvalidInput({"file": "文件太大，请分成几个不超过 2 MB 的文件。"})
        text = _decoded(upload.read())
    text = text.replace("\t", ",").replace("，", ",")  # pasted from a spreadsheet, or typed by hand
    return list(csv.reader(io.StringIO(text)))


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput({"file": "这个文件不是文本，请另存为 CSV 后再上传。"})

"""The printed form keeps its answers apart, however long they are."""

from itertools import combinations
from typing import Any

import pypdfium2

from onedoor.platform.certificates.faces import qr_svg
from onedoor.platform.files import rendering

ROW = {"label": "问题", "help": "", "required": True, "when": "", "kind": "line", "said": ""}
BOOKS = {"columns": [{"label": "书名", "options": "", "width": 2.0}, {"label": "年份", "options": "", "width": 1.0}]}


def printed(*rows: dict[str, Any]) -> bytes:
    section = {"title": "一节", "help": "", "when": "", "rows": [ROW | row for row in rows]}
    code = {"code": "B-000C-D47", "qr_svg": qr_svg("https://www.example.gov.cn/paper/?code=B-000C-D47")}
    head = {"title": "借书证办理", "version": 1, "filled": True, **code}
    return rendering.render(rendering.HERE / "form.typ", {**head, "sections": [section], "papers": [], "level": 2})


def boxes_of(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    text = page.get_textpage()
    return [text.get_rect(number) for number in range(text.count_rects())]


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return by how many points two boxes stand on each other: the smaller of width and height of what they share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    return min(across, min(one[3], other[3]) - max(one[1], other[1]))


def test_row_16_long_answers_are_printed_beside_each_other() -> None:
    pdf = printed(
        {"said": "一行很长的答案又。" * 12},
        {"label": "下一行"},
        {"kind": "area", "said": "理由说得很长很细。" * 64},
        {"kind": "table", **BOOKS, "cells": [["很长的书名" * 14, "2020"], ["", ""]], "row_title": ""},
        {"label": "末行", "said": "短"},
        {"kind": "area", "said": "比一页还要长的话。" * 260},
        {"label": "最后一行", "said": "完"},
    )
    document = pypdfium2.PdfDocument(pdf)
    said = ""
    for page in document:
        boxes = boxes_of(page)
        said += page.get_textpage().get_text_range()
        assert max(overlap(*pair) for pair in combinations(boxes, 2)) < 1
        assert min(box[1] for box in boxes) > 15  # nothing runs off the foot of the page
    assert said.count("比一页") >= 200
    document.close()

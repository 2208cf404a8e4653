"""The families of contents a paper may come as."""

from typing import Literal

Family = Literal["image", "pdf", "ofd", "word", "sheet"]
FAMILIES: dict[Family, str] = {
    "image": "照片（JPG、PNG）",
    "pdf": "PDF 文件",
    "ofd": "OFD 文件",
    "word": "Word 文档（docx）",
    "sheet": "Excel 表格（xlsx）",
}

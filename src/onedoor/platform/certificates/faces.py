"""What stands on a certificate's face, as plain text ready to be set by a template, and its QR code."""

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import segno

from onedoor.platform.certificates.kinds import FaceField
from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.certificates.queries import check_url
from onedoor.platform.files import rendering

COMMON_FACE = Path(__file__).parent / "templates_typst" / "certificate.typ"


def face_data(certificate: Certificate) -> dict[str, Any]:
    """
    Return everything a face template prints: title, numbers, holders, lines, tables, issuer, dates, QR code.

    Values are text, lists and dictionaries only. The certificate must come from `get_visible_certificate` or straight
    from its issue: this function checks nobody.
    """
    kind = find_kind(certificate.kind)
    plain = [line for line in kind.face if not line.columns]
    tables = [line for line in kind.face if line.columns]
    return {
        "title": kind.title,
        "number": certificate.number,
        "identifier": certificate.identifier,
        "version": f"{certificate.version:03d}",
        "holders": "、".join(row.name for row in certificate.holders.order_by("seq")),
        "lines": [{"label": line.label, "value": _text(certificate.face[line.code])} for line in plain],
        "tables": [_table(line, certificate.face[line.code]) for line in tables],
        "issuer": certificate.issuer_name,
        "issued_on": chinese_date(certificate.issued_on),
        "validity": _validity(certificate),
        "check_url": check_url(certificate),
        "qr_svg": qr_svg(check_url(certificate)),
    }


def face_pdf(certificate: Certificate) -> bytes:
    """
    Set the face as PDF/A-2b with the kind's own template or the common one.

    :raises NoChineseFont: this server has no Chinese font.
    """
    return rendering.render(find_kind(certificate.kind).template or COMMON_FACE, face_data(certificate))


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG element that can stand in a page or a template; error level M (15 %)."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=2, scale=4, omitsize=True)
    return out.getvalue().decode().strip()


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _validity(certificate: Certificate) -> str:
    if certificate.last_valid_on is None:
        return f"{chinese_date(certificate.valid_from)}起长期有效"
    return f"{chinese_date(certificate.valid_from)}至{chinese_date(certificate.last_valid_on)}"


def _table(line: FaceField, rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "label": line.label,
        "header": [column.label for column in line.columns],
        "rows": [[_text(row.get(column.code)) for column in line.columns] for row in rows],
    }


def _text(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(_text(item) for item in value)
    return str(value)

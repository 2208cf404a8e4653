"""What stands on a certificate's face, as plain text ready to be set by its template, and its QR code."""

import io
import secrets
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import segno
from django.conf import settings

from onedoor.platform.certificates.kinds import HOLDER_NUMBERS
from onedoor.platform.certificates.kinds import kind as find_kind
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.certificates.queries import check_url
from onedoor.platform.certificates.statements import statement_of
from onedoor.platform.files import pdf_signatures, rendering
from onedoor.platform.kernel.crypto import sm3
from onedoor.standards.masks import mask_citizen_id


def face_data(certificate: Certificate, *, viewer: int | None = None) -> dict[str, Any]:
    """
    Return everything a face template prints: title, numbers, holders, lines, tables, issuer, dates, QR code.

    Values are text, lists and dictionaries only. Where a holder looks, `viewer` is that person: document numbers of
    the other holders are masked. The certificate must come from `get_visible_certificate` or straight from its
    issue: this function checks nobody.
    """
    content = _content(certificate)
    plain = [line for line in content["info_items"] if not line["columns"]]
    tables = [line for line in content["info_items"] if line["columns"]]
    statement = statement_of(certificate)
    return {
        "title": content["cert_type_name"],
        "number": certificate.number,
        "identifier": certificate.identifier,
        "version": f"{certificate.version:03d}",
        "holders": "、".join(_holder_lines(certificate, viewer)),
        "lines": [{"label": line["label"], "value": _text(certificate.face[line["code"]])} for line in plain],
        "tables": [_table(line, certificate.face[line["code"]]) for line in tables],
        "issuer": certificate.issuer_name,
        "issued_on": chinese_date(certificate.issued_on),
        "validity": _validity(certificate),
        "check_url": check_url(certificate),
        "statement": statement,
        "digest": certificate.payload_digest,
        "algorithm": certificate.signature_algorithm,
        # what follows # never leaves the reader's device: a phone opens the page, an offline checker reads the rest
        "qr_svg": qr_svg(f"{check_url(certificate)}#{statement}"),
    }


def face_pdf(certificate: Certificate, *, viewer: int | None = None) -> bytes:
    """
    Set the face as PDF/A-2b with the template it was issued with, and sign the file with the node's certificate.

    :raises NoChineseFont: this server has no Chinese font.
    """
    pdf = rendering.render(_layout(certificate), face_data(certificate, viewer=viewer))
    return pdf_signatures.sign_pdf(pdf, reason=f"{certificate.title} {certificate.number}")


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG element that can stand in a page or a template; error level M (15 %)."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=2, scale=4, omitsize=True)
    return out.getvalue().decode().strip()


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _content(certificate: Certificate) -> dict[str, Any]:
    template = certificate.template
    return template.content if template is not None else find_kind(certificate.kind).template_content()


def _layout(certificate: Certificate) -> Path:
    """Return a file with the layout of the certificate's template version; typst reads files, not rows."""
    template = certificate.template
    text = template.layout if template is not None else find_kind(certificate.kind).layout()
    path = Path(settings.ONEDOOR_FILES_DIR) / "layouts" / f"{sm3(text.encode()).hex()}.typ"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{secrets.token_hex(8)}")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)  # whole or not at all: another process may be reading it
    return path


def _holder_lines(certificate: Certificate, viewer: int | None) -> list[str]:
    rows = list(certificate.holders.order_by("seq"))
    numbers = certificate.face.get(HOLDER_NUMBERS) or [""] * len(rows)
    lines = []
    for row, number in zip(rows, numbers, strict=True):
        shown = number if viewer in (None, row.person_id) else mask_citizen_id(number)
        lines.append(f"{row.name}（{shown}）" if number else row.name)
    return lines


def _validity(certificate: Certificate) -> str:
    if certificate.last_valid_on is None:
        return f"{chinese_date(certificate.valid_from)}起长期有效"
    return f"{chinese_date(certificate.valid_from)}至{chinese_date(certificate.last_valid_on)}"


def _table(line: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "label": line["label"],
        "header": [column["label"] for column in line["columns"]],
        "rows": [[_text(row.get(column["code"])) for column in line["columns"]] for row in rows],
    }


def _text(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(_text(item) for item in value)
    return str(value)

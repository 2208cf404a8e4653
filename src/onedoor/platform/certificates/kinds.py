"""The kinds of certificate services issue; each service registers its own in `AppConfig.ready`."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

COMMON_LAYOUT = Path(__file__).parent / "templates_typst" / "certificate.typ"
HOLDER_NUMBERS = "holder_numbers"  # reserved key of the face: the document number of each holder, in their order
TYPE_CODE = re.compile(r"^[0-9A-Z]{18}\d{3}$")  # GB/T 36904-2018: managing organ's credit code and a sequence


class UnknownKind(LookupError):
    """No service registered this kind: a spelling mistake in an item or handler."""


@dataclass(frozen=True)
class FaceField:
    """One line of a certificate's face; `code` is its key in the face data. With `columns` it is a table, a list of rows."""

    code: str
    label: str
    columns: tuple["FaceField", ...] = ()

    def as_content(self) -> dict[str, Any]:
        return {"code": self.code, "label": self.label, "columns": [column.as_content() for column in self.columns]}


@dataclass(frozen=True)
class CertificateKind:
    """
    What all certificates of one kind have in common.

    `type_code` is the national 21-character code; where the ministry has not published one, any well-formed code with
    `type_code_is_placeholder=True`, to be replaced before the first real certificate. `number_prefix` stands before
    numbers drawn by the platform. `validity` "long_term" allows no last day. `suite` is empty for the installation's
    own choice (settings.ONEDOOR_CERTIFICATE_SUITE). A discontinued kind is checked and shown, but no longer issued.
    """

    code: str  # "assistance.minimum_living"
    title: str  # 最低生活保障证
    line: str  # business line of the posts that handle it
    type_code: str
    type_code_is_placeholder: bool
    holder: Literal["person", "organization"]
    face: tuple[FaceField, ...]
    template: Path | None = None  # a service's own typst file; None for the common face
    number_prefix: str = ""
    many_holders: bool = False
    validity: Literal["stated", "long_term"] = "stated"
    suite: Literal["", "sm", "intl"] = ""
    ends_with_holder: bool = True  # suspended when its only holder dies, until a case decides (Licensing Law art. 70)
    covers: str = ""  # the table of the face that lists whom it covers; with others in it it is not held alone
    status: Literal["in_use", "discontinued"] = "in_use"

    def __post_init__(self) -> None:
        if any(line.code == HOLDER_NUMBERS for line in self.face):
            raise ValueError(f"{self.code}: {HOLDER_NUMBERS} is a reserved name")
        if not TYPE_CODE.match(self.type_code):
            raise ValueError(f"{self.code}: type code {self.type_code!r} is not 18 characters and 3 digits")

    def template_content(self) -> dict[str, Any]:
        """Return what a template version keeps of this kind, by the names of GB/T 36903."""
        return {
            "cert_type_name": self.title,
            "cert_type_code": self.type_code,
            "type_code_is_placeholder": self.type_code_is_placeholder,
            "holder_kind": self.holder,
            "multi_holder": self.many_holders,
            "validity_rule": self.validity,
            "status": self.status,
            "info_items": [line.as_content() for line in self.face],
        }

    def layout(self) -> str:
        """Return the typst source of the face."""
        return _read(self.template or COMMON_LAYOUT)


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


_kinds: dict[str, CertificateKind] = {}


def register(kind: CertificateKind) -> None:
    """:raises ValueError: another kind already has this code."""
    if _kinds.get(kind.code, kind) != kind:
        raise ValueError(f"certificate kind {kind.code} is registered twice")
    _kinds[kind.code] = kind


def kind(code: str) -> CertificateKind:
    """:raises UnknownKind: nobody registered it."""
    try:
        return _kinds[code]
    except KeyError:
        raise UnknownKind(code) from None


def all_kinds() -> list[CertificateKind]:
    """Return every registered kind by code."""
    return [_kinds[code] for code in sorted(_kinds)]

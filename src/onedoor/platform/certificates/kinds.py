"""The kinds of certificate services issue; each service registers its own in `AppConfig.ready`."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TYPE_CODE = re.compile(r"^[0-9A-Z]{18}\d{3}$")  # GB/T 36904-2018: managing organ's credit code and a sequence


class UnknownKind(LookupError):
    """No service registered this kind: a spelling mistake in an item or handler."""


@dataclass(frozen=True)
class FaceField:
    """One line of a certificate's face; `code` is its key in the face data. With `columns` it is a table, a list of rows."""

    code: str
    label: str
    columns: tuple["FaceField", ...] = ()


@dataclass(frozen=True)
class CertificateKind:
    """
    What all certificates of one kind have in common.

    `type_code` is the national 21-character code; where the ministry has not published one, any well-formed code with
    `type_code_is_placeholder=True`, to be replaced before the first real certificate. `number_prefix` stands before
    numbers drawn by the platform.
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

    def __post_init__(self) -> None:
        if not TYPE_CODE.match(self.type_code):
            raise ValueError(f"{self.code}: type code {self.type_code!r} is not 18 characters and 3 digits")


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

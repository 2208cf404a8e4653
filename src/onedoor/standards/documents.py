"""Kinds of identity documents and their numbers."""

import re
import unicodedata
from dataclasses import dataclass

from onedoor.standards.id_numbers import IdNumberFault, parse_citizen_id


@dataclass(frozen=True)
class DocumentKind:
    """
    A kind of document. `pattern` is what its numbers look like.

    `looks_like_id` numbers have 18 characters with a check digit and are judged as such.
    """

    name: str
    title: str
    pattern: str
    looks_like_id: bool = False


_KINDS = {
    kind.name: kind
    for kind in (
        DocumentKind("resident_id_card", "居民身份证", r"[0-9]{17}[0-9X]", looks_like_id=True),
        DocumentKind("temporary_id_card", "临时居民身份证", r"[0-9]{17}[0-9X]", looks_like_id=True),
        DocumentKind("household_register", "户口簿", r"[0-9]{6,18}"),
        DocumentKind("military_officer_card", "军官证", r".{4,20}"),
        DocumentKind("police_officer_card", "警官证", r".{4,20}"),
        DocumentKind("soldier_card", "士兵证", r".{4,20}"),
        DocumentKind("diplomatic_passport", "外交护照", r"[A-Z]{1,2}[0-9]{7,8}"),
        DocumentKind("service_passport", "公务护照", r"[A-Z]{1,2}[0-9]{7,8}"),
        DocumentKind("cn_passport", "普通护照", r"E[A-Z0-9][0-9]{7}|[GDSP][0-9]{8}"),
        DocumentKind("tw_travel_permit", "台湾居民来往大陆通行证", r"[0-9]{8}|[0-9]{10}[A-Z]?"),
        DocumentKind("hkmo_travel_permit", "港澳居民来往内地通行证", r"[HM][0-9]{8}([0-9]{2})?"),
        DocumentKind("foreign_pr_card", "外国人永久居留身份证", r"9[0-9]{16}[0-9X]", looks_like_id=True),
        DocumentKind("foreign_pr_card_v2017", "外国人永久居留身份证（旧版）", r"[A-Z]{3}[0-9]{12}"),
        DocumentKind("hk_residence_permit", "港澳居民居住证（香港）", r"810000[0-9]{11}[0-9X]", looks_like_id=True),
        DocumentKind("mo_residence_permit", "港澳居民居住证（澳门）", r"820000[0-9]{11}[0-9X]", looks_like_id=True),
        DocumentKind("tw_residence_permit", "台湾居民居住证", r"830000[0-9]{11}[0-9X]", looks_like_id=True),
        DocumentKind("foreign_passport", "外国护照", r"[A-Z0-9]{5,15}"),
        DocumentKind("birth_certificate", "出生医学证明", r"[A-Z][0-9]{9}"),
        DocumentKind("disability_certificate", "残疾人证", r"[0-9]{17}[0-9X][1-7][1-4](B[0-9])?"),
        DocumentKind("other", "其他", r".{1,40}"),
    )
}


def document_kind(name: str) -> DocumentKind:
    """:raises KeyError: no such kind."""
    return _KINDS[name]


def all_kinds() -> tuple[DocumentKind, ...]:
    return tuple(_KINDS.values())


def normalise_number(text: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def check_document(name: str, text: str) -> tuple[str, tuple[str, ...]]:
    """
    Return the number as it is stored and warnings. A strange form warns; only 18-character numbers are refused.

    :raises IdNumberFault: a number with a check digit that cannot be one, or that belongs to another kind.
    """
    kind, number = document_kind(name), normalise_number(text)
    if kind.looks_like_id:
        parsed = parse_citizen_id(number)
        expected = "resident_id_card" if name == "temporary_id_card" else name
        if parsed.kind != expected:
            raise IdNumberFault("id.kind", f"这个号码是{document_kind(parsed.kind).title}的号码，请改选证件类型。")
        return parsed.number, ()
    if re.fullmatch(kind.pattern, number):
        return number, ()
    return number, (f"号码与{kind.title}的通常格式不符，请对照证件核对。",)

"""Unified social credit code 统一社会信用代码 (GB 32100-2015 with amendment 1)."""

import re
import unicodedata
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
CLASSES = {
    "11": "机关",
    "12": "事业单位",
    "13": "中央编办直接管理机构编制的群众团体",
    "19": "机构编制其他",
    "21": "外国常驻新闻机构",
    "29": "外交其他",
    "31": "律师执业机构",
    "32": "公证处",
    "33": "基层法律服务所",
    "34": "司法鉴定机构",
    "35": "仲裁委员会",
    "39": "司法行政其他",
    "41": "外国在华文化中心",
    "49": "文化其他",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "59": "民政其他",
    "61": "外国旅游部门常驻代表机构",
    "62": "港澳台旅游部门常驻代表机构",
    "69": "旅游其他",
    "71": "宗教活动场所",
    "72": "宗教院校",
    "79": "宗教其他",
    "81": "基层工会",
    "89": "工会其他",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "A1": "军队事业单位",
    "A9": "军队其他",
    "N1": "组级集体经济组织",
    "N2": "村级集体经济组织",
    "N3": "乡镇级集体经济组织",
    "N9": "农业其他",
    "Y1": "其他",
}


UNPUBLISHED_CLASS = "uscc.unpublished_class"  # the first two characters are not in the published table
ORGANIZATION_CODE = "uscc.organization_code"  # the organization code inside does not check


class CreditCodeFault(ValueError):
    """A code that cannot be one; `code` is stable, the text says what to do."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True)
class CreditCode:
    """A valid code and what it tells; `warnings` (their stable codes) never make it unusable."""

    number: str
    class_pair: str
    division_code: str
    organization_code: str
    warnings: tuple[str, ...]


def credit_code_check(body: str) -> str:
    """Return the check character of 17 characters (modulus 31)."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def parse_credit_code(text: str) -> CreditCode:
    """
    Return what a credit code tells.

    :raises CreditCodeFault: `uscc.format` or `uscc.check`.
    """
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(number) != 18 or any(character not in ALPHABET for character in number):
        raise CreditCodeFault("uscc.format", "统一社会信用代码为 18 位数字和大写字母，不含 I、O、S、V、Z，请核对。")
    if credit_code_check(number[:17]) != number[17]:
        raise CreditCodeFault("uscc.check", "统一社会信用代码校验不通过，请对照证书逐位核对。")
    warnings = []
    if number[:2] not in CLASSES:
        # 54 and 55 (committees) are practice, not in the published table.
        warnings.append(UNPUBLISHED_CLASS)
    if organization_code_check(number[8:16]) != number[16]:
        warnings.append(ORGANIZATION_CODE)
    return CreditCode(number, number[:2], number[2:8], number[8:17], tuple(warnings))


_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organization_code_check(body: str) -> str:
    """Return the check character of an 8-character organization code (GB 11714-1997)."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(
        letters.index(character) * weight for character, weight in zip(body, _ORGANIZATION_WEIGHTS, strict=True)
    )
    rest = 11 - total % 11
    return "X" if rest == 10 else "0" if rest == 11 else str(rest)

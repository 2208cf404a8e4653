"""Names of persons: every Han character, the separator dot, no private-use characters (民委发〔2016〕33号)."""

import re
import unicodedata

DOT = "\u00b7"
_LOOKALIKES = "\u2022\u2027\u30fb\uff65\u22c5\u0387"


class NameFault(ValueError):
    """A name that cannot be taken as typed; `code` is stable, the text says what to do."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


def normalise_name(text: str) -> str:
    """
    Return a personal name as it is stored: NFC, look-alike dots made U+00B7, no spaces around Han characters.

    :raises NameFault: too short, too long, private-use or other characters that no name has.
    """
    name = unicodedata.normalize("NFC", text).strip()
    name = _with_dots(name)
    name = re.sub(r"\s+", " ", name)
    name = re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", name)
    if any(unicodedata.category(character) == "Co" for character in name):
        raise NameFault("name.pua", "姓名中有本机自造字，无法通用，请换用标准汉字，或到窗口办理。")
    if not 2 <= len(name) <= 50:
        raise NameFault("name.length", "姓名应为 2 至 50 个字，请按证件填写。")
    if not all(_allowed(character) for character in name):
        raise NameFault("name.characters", "姓名中有数字或符号，请按证件填写，少数民族姓名的间隔点用“·”。")
    return name


def dots_changed(text: str) -> bool:
    """Tell whether normalising changes a separator dot, so that the person is asked first."""
    # NFC alone turns U+0387 into U+00B7, so the text is looked at before it.
    return any(character in _LOOKALIKES for character in text) or _with_dots(text) != text


def _with_dots(name: str) -> str:
    name = re.sub(f"[{_LOOKALIKES}]", DOT, name)
    return re.sub(r"(?<=[^\x00-\x7f])\.(?=[^\x00-\x7f])", DOT, name)


def _allowed(character: str) -> bool:
    if character in f"{DOT}〇 -'":
        return True
    category = unicodedata.category(character)
    return category == "Lo" or category in ("Lu", "Ll")

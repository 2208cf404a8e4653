"""
Check a certificate with no network: its signed statement (in the QR code and in the PDF), the node's public keys, and
the last status list at hand. Pure: no Django, no database; `tools/check_certificate.py` is its face.

A statement is `OD1.<content>.<key id>.<signature>`, content being canonical JSON in base64url:
`id` identifier, `t` title, `n` number, `d` digest of what was signed at issue, `h` digests of the holders' names,
`i`/`f`/`u` issued, valid from, valid until (null 长期), `s` part and place in the status list.
A status list says for every place of one part the last digit of the national status code; a place beyond its end was
issued after the list.
"""

import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from onedoor.platform.kernel.crypto import Signature, canonical_json, sm3, verify

PREFIX = "OD1"
# At the start of a text or behind the # of an address: base64url may hold any letters.
STATEMENT = re.compile(r"(?:^|#)(OD1\.[\w-]+\.[\w-]+\.[\w-]+)")
FIELDS = frozenset({"id", "t", "n", "d", "h", "i", "f", "u", "s"})
LIST_FIELDS = frozenset({"part", "issued_at", "statuses"})
PART_SIZE = 65536
STALE_AFTER = timedelta(hours=24)
STATUS_WORDS = {
    "0": "状态未知：签发在这份清单之后",
    "1": "有效",
    "2": "已暂扣",
    "3": "已撤销",
    "4": "已注销",
    "5": "已失效或已换发",
    "6": "已转出",
    "7": "已吊销",
    "9": "已作废",
}


@dataclass(frozen=True)
class PublicKey:
    algorithm: str
    value: bytes


@dataclass(frozen=True)
class OfflineAnswer:
    """What can be said without asking anybody; `age` is that of the status list, None where none fits."""

    genuine: bool
    in_force: bool
    word: str
    content: Mapping[str, Any]
    holder_matches: bool | None  # None: no name was given to compare
    age: timedelta | None

    @property
    def is_stale(self) -> bool:
        return self.age is None or self.age > STALE_AFTER


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """:raises ValueError: not base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def holder_digest(identifier: str, name: str) -> str:
    """Return what stands for a holder's name: comparable with the name on the paper, unreadable in an address."""
    return encode(sm3(f"{identifier}|{name}".encode())[:8])


def pack_statuses(statuses: Mapping[int, str], *, last: int) -> str:
    """Return the digits of places 0 to `last`, two a byte, deflated, base64url; a place not named is valid."""
    digits = bytearray(b"\x01" * (last + 1))
    for place, status in statuses.items():
        digits[place] = int(status[-1])
    if len(digits) % 2:
        digits.append(0)
    return encode(zlib.compress(bytes(high << 4 | low for high, low in zip(digits[::2], digits[1::2], strict=True)), 9))


def status_at(packed: str, place: int) -> str:
    """Return the digit at a place, "0" beyond the end."""
    # a part has 32768 bytes; anything longer is not a list of ours and is not unpacked
    raw = zlib.decompressobj().decompress(decode(packed), PART_SIZE // 2)
    if place // 2 >= len(raw):
        return "0"
    return str(raw[place // 2] >> 4 if place % 2 == 0 else raw[place // 2] & 0x0F)


def read_keys(published: Mapping[str, Any]) -> dict[str, PublicKey]:
    """Return the keys of `/check/keys.json` by id."""
    return {row["key_id"]: PublicKey(row["algorithm"], decode(row["public"])) for row in published["keys"]}


def check_statement(
    text: str,
    *,
    keys: Mapping[str, PublicKey],
    lists: Sequence[Mapping[str, Any]],
    at: datetime,
    on: date,
    holder: str = "",
) -> OfflineAnswer:
    """Tell whether a statement is genuine and, by the newest of the lists that covers it, still in force."""
    found = STATEMENT.search(text)
    content = signed_content(found[1], keys, fields=FIELDS) if found else None
    if content is None:
        return OfflineAnswer(False, False, "不是本平台签发的，或者内容已被改动", {}, None, None)
    part, place = content["s"]
    fitting = [one for one in (_signed_list(row, keys) for row in lists) if one is not None and one["part"] == part]
    matches = holder_digest(content["id"], holder) in content["h"] if holder else None
    if not fitting:
        return OfflineAnswer(True, False, "状态未知：没有可用的状态清单", content, matches, None)
    newest = max(fitting, key=lambda one: datetime.fromisoformat(one["issued_at"]))
    age = at - datetime.fromisoformat(newest["issued_at"])
    digit = status_at(newest["statuses"], place)
    word = _word(content, digit, on)
    return OfflineAnswer(True, word == STATUS_WORDS["1"] and matches is not False, word, content, matches, age)


def _word(content: Mapping[str, Any], digit: str, on: date) -> str:
    if digit != "1":
        return STATUS_WORDS.get(digit, "状态不明")
    if on < date.fromisoformat(content["f"]):
        return "尚未生效"
    if content["u"] and on > date.fromisoformat(content["u"]):
        return "已过期"
    return STATUS_WORDS["1"]


def signed_content(
    statement: str, keys: Mapping[str, PublicKey], *, fields: frozenset[str], domain: str = ""
) -> dict[str, Any] | None:
    """
    Return what a statement says, None where none of these keys has signed it, or signed something of another kind.

    The keys sign other things too. What was signed begins with `domain`; a certificate's has none, as the first were
    issued without, so it is known by its fields.
    """
    _, encoded, key_id, signature = statement.split(".")
    key = keys.get(key_id)
    if key is None:
        return None
    try:
        content = decode(encoded)
    except ValueError:
        return None
    if not verify(domain.encode() + content, Signature(key.algorithm, key_id, signature), public_key=key.value):
        return None
    try:
        told = json.loads(content)
    except ValueError:
        return None
    return told if isinstance(told, dict) and told.keys() >= fields else None


def _signed_list(row: Mapping[str, Any], keys: Mapping[str, PublicKey]) -> Mapping[str, Any] | None:
    """Return the body of a status list if one of its signatures is by a known key, else None."""
    if not row["list"].keys() >= LIST_FIELDS:
        return None
    payload = canonical_json(row["list"])
    for one in row["signatures"]:
        key = keys.get(one["key_id"])
        signature = Signature(one["algorithm"], one["key_id"], one["value"])
        if key is not None and key.algorithm == one["algorithm"] and verify(payload, signature, public_key=key.value):
            return dict(row["list"])
    return None

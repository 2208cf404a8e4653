"""
Check an export of the audit record, or the proof of one receipt, without a database and without Django.

    python tools/check_audit.py export.jsonl --keys platform-keys.json --roots time-stamp-root.pem
    python tools/check_audit.py proof.json --digest <the receipt's digest>

It needs Python with `cryptography` and `asn1crypto`, and the `src` folder beside it. Keys and roots have to come from
somewhere else than the file that is checked; without them the tool says what it had to believe. Exit status 0: all
holds; 1: something does not, each line names the place; 2: the file cannot be read at all.
"""

import argparse
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from onedoor.platform.audit import evidence, tokens
from onedoor.platform.audit.evidence import Fault, Seal
from onedoor.platform.kernel.crypto.digests import sm3_hasher

EXPORT_FORMAT, PROOF_FORMAT = "onedoor.audit-export/1", "onedoor.audit-proof/1"


@dataclass
class Trust:
    """What is believed beforehand: the platform's public keys by id, the time-stamp authorities' certificates."""

    keys: dict[str, bytes] = field(default_factory=dict)
    roots: list[Any] = field(default_factory=list)

    def key_of(self, key_id: str) -> bytes | None:
        return self.keys.get(key_id)


@dataclass
class Result:
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, place: str, problem: str) -> None:
        self.faults.append(Fault(place, problem))


class Unreadable(Exception):
    """The file is neither an export nor a proof."""


def check_export(lines: Iterator[str], trust: Trust) -> Result:
    """Check every row, the order of rows and seals, the chain, signatures and time-stamps; constant memory a seal."""
    result, hasher = Result(), sm3_hasher()
    reader = _ExportReader(trust, result)
    for place, line in enumerate(lines, start=1):
        try:
            content = json.loads(line)
            if not isinstance(content, dict):
                raise ValueError
        except ValueError:
            result.fault(f"第 {place} 行", "不是 JSON 对象")
            hasher.update(line.encode())
            continue
        if reader.ended:
            result.fault(f"第 {place} 行", "结尾之后还有内容")
        if content.get("kind") == "end":
            reader.end(content, hasher.digest().hex())
            continue
        hasher.update(line.encode())
        try:
            reader.take(content, place)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            result.fault(f"第 {place} 行", "缺少内容或内容不成样子")
    reader.finish()
    return result


class _ExportReader:
    """Reads an export line by line and keeps the rows of the seal at hand only."""

    def __init__(self, trust: Trust, result: Result) -> None:
        self.trust, self.result = trust, result
        self.begun, self.ended = False, False
        self.wanted: tuple[int, int] = (1, 0)
        self.before: Seal | None = None
        self.leaves: list[bytes] = []
        self.next_number: int | None = None
        self.last_id = 0
        self.seals = self.rows = self.withheld = self.unstamped = 0
        self.last_seal = 0

    def take(self, content: dict[str, Any], place: int) -> None:
        kind = content.get("kind")
        if kind == "begin" and not self.begun:
            self._begin(content)
        elif kind == "entry" and self.begun:
            self._entry(content)
        elif kind == "seal" and self.begun:
            self._seal(content)
        else:
            self.result.fault(f"第 {place} 行", "不该在这里的内容")

    def _begin(self, content: dict[str, Any]) -> None:
        self.begun = True
        if content["format"] != EXPORT_FORMAT:
            raise Unreadable(f"不认识的格式：{content['format']}")
        self.wanted = int(content["first_seal"]), int(content["last_seal"])
        if content["before"] is not None:
            self.before = Seal.of(content["before"]["seal"])
            for fault in _loose_faults(self.before, content["before"], self.trust):
                self.result.faults.append(fault)
            self.next_number = self.before.first_number + self.before.count
            self.last_id = self.before.last_id
        else:
            self.next_number = 1

    def _entry(self, line: dict[str, Any]) -> None:
        number, told = int(line["number"]), bytes.fromhex(line["leaf"])
        place = f"第 {number} 号记录"
        if number != self.next_number:
            self.result.fault(place, f"序号不连续，应为 {self.next_number}")
        self.next_number = number + 1
        self.rows += 1
        content = line.get("content")
        if content is None:
            self.withheld += 1
            self.leaves.append(told)
            return
        if evidence.leaf(content) != told:
            self.result.fault(place, "内容与摘要不符")
        if content["id"] <= self.last_id:
            self.result.fault(place, "先后次序不对")
        self.last_id = content["id"]
        self.leaves.append(evidence.leaf(content))

    def _seal(self, line: dict[str, Any]) -> None:
        seal = Seal.of(line["seal"])
        faults = evidence.seal_faults(
            seal,
            stored_hash=line["hash"],
            signature=line["signature"],
            leaves=self.leaves,
            before=self.before,
            key_of=self.trust.key_of,
        )
        self.result.faults += faults
        self._stamp(seal, line["time_stamp"])
        self.before, self.leaves, self.last_seal = seal, [], seal.number
        self.next_number, self.last_id = seal.first_number + seal.count, seal.last_id
        self.seals += 1

    def _stamp(self, seal: Seal, stamp: str | None) -> None:
        if stamp is None:
            self.unstamped += 1
            return
        problem = stamp_problem(seal, stamp, self.trust)
        if problem:
            self.result.fault(f"第 {seal.number} 号封印", problem)

    def end(self, content: dict[str, Any], digest: str) -> None:
        self.ended = True
        if content.get("digest") != digest:
            self.result.fault("结尾", "前面的内容被改动过")
        if not evidence.is_signed(digest, str(content.get("signature", "")), self.trust.key_of):
            self.result.fault("结尾", "导出文件的签名无效")

    def finish(self) -> None:
        if not self.begun:
            raise Unreadable("不是审计记录的导出文件")
        if not self.ended:
            self.result.fault("结尾", "导出文件不完整")
        if self.leaves:
            self.result.fault("结尾", f"有 {len(self.leaves)} 条记录不在任何封印内")
        first, last = self.wanted
        if (self.last_seal, self.seals) != (last, last - first + 1):
            self.result.fault("结尾", f"应有第 {first}–{last} 号封印，实有 {self.seals} 个")
        notes = self.result.notes
        notes.append(f"{self.seals} 个封印，{self.rows} 条记录")
        if self.withheld:
            notes.append(f"{self.withheld} 条记录只有摘要（不在导出人的管辖范围）")
        if self.unstamped:
            notes.append(f"{self.unstamped} 个封印还没有时间戳")


def _loose_faults(seal: Seal, line: dict[str, Any], trust: Trust) -> Iterator[Fault]:
    """Check a seal whose rows are not at hand: the one before the first of an export."""
    place = f"第 {seal.number} 号封印"
    if seal.hash != line["hash"]:
        yield Fault(place, "封印内容被改动")
    if not evidence.is_signed(seal.hash, line["signature"], trust.key_of):
        yield Fault(place, "封印签名无效")


def stamp_bytes(text: str) -> bytes:
    """
    Return what a time-stamp's base64 stands for.

    :raises ValueError: it is not base64, or not as base64 is written: bits of its last letter stand for nothing, and two
        spellings of one stamp would hide a changed letter.
    """
    content = b64decode(text, validate=True)
    if b64encode(content).decode() != text:
        raise ValueError(text)
    return content


def stamp_problem(seal: Seal, stamp: str, trust: Trust) -> str:
    """Return what is wrong with the time-stamp of a seal; empty when it is good, or no root is there to judge by."""
    if not trust.roots:
        return ""
    try:
        tokens.check_token(stamp_bytes(stamp), bytes.fromhex(seal.hash), roots=trust.roots)
    except (tokens.BadTimeStamp, ValueError) as bad:
        return str(bad) if isinstance(bad, tokens.BadTimeStamp) else "时间戳不成样子"
    return ""


def check_proof(proof: dict[str, Any], trust: Trust, *, digest: str = "") -> Result:
    """Check that one row is in its seal, and the seal's signature and time-stamp."""
    result = Result()
    seal, line = Seal.of(proof["seal"]["seal"]), proof["seal"]
    result.faults += _loose_faults(seal, line, trust)
    if digest and digest != proof["digest"]:
        result.fault("凭证", "证明的是另一份文书")
    if proof["entry"]["details"].get("digest") != proof["digest"]:
        result.fault("记录", "记的是另一份文书")
    index = proof["number"] - seal.first_number
    one = evidence.leaf_of(proof["entry"], proof["who"])
    path = [bytes.fromhex(step) for step in proof["path"]]
    root = evidence.root_by_path(one, index=index, count=seal.count, path=path)
    if root is None or root.hex() != seal.root:
        result.fault(f"第 {proof['number']} 号记录", "不在这个封印里")
    if line["time_stamp"] is None:
        result.notes.append("这个封印还没有时间戳")
    else:
        problem = stamp_problem(seal, line["time_stamp"], trust)
        if problem:
            result.fault(f"第 {seal.number} 号封印", problem)
        elif trust.roots:
            stamped = tokens.check_token(stamp_bytes(line["time_stamp"]), bytes.fromhex(seal.hash), roots=trust.roots)
            result.notes.append(f"{stamped.authority} 于 {stamped.at.isoformat()} 盖时间戳")
    result.notes.append(f"第 {seal.number} 号封印第 {proof['number']} 号记录")
    return result


def _trust(arguments: argparse.Namespace, own: dict[str, str], notes: list[str]) -> Trust:
    keys = json.loads(arguments.keys.read_text(encoding="ascii")) if arguments.keys else own
    if not arguments.keys:
        notes.append("未给出平台公钥（--keys）：只能相信文件自带的，请另行核对")
    if not arguments.roots:
        notes.append("未给出时间戳根证书（--roots）：时间戳未核对")
    roots = tokens.load_roots(arguments.roots.read_bytes()) if arguments.roots else []
    return Trust({key_id: bytes.fromhex(key) for key_id, key in keys.items()}, roots)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--keys", type=Path, help="JSON: public keys of the platform by key id, hexadecimal")
    parser.add_argument("--roots", type=Path, help="PEM: certificates of trusted time-stamp authorities")
    parser.add_argument("--digest", default="", help="digest of the receipt the proof has to be about")
    arguments = parser.parse_args(argv)
    notes: list[str] = []
    try:
        result = _check(arguments, notes)
    except (Unreadable, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"读不懂这个文件：{error}", file=sys.stderr)
        return 2
    for note in [*notes, *result.notes]:
        print(note)
    for fault in result.faults:
        print(f"✗ {fault}")
    print(f"发现 {len(result.faults)} 处不符。" if result.faults else "全部相符。")
    return 1 if result.faults else 0


def _check(arguments: argparse.Namespace, notes: list[str]) -> Result:
    with arguments.file.open(encoding="utf-8", newline="\n") as file:
        head = json.loads(first) if (first := file.readline()).startswith('{"') and first.endswith("}\n") else {}
        file.seek(0)
        if head.get("kind") is None:
            proof = json.load(file)
            if proof.get("format") != PROOF_FORMAT:
                raise Unreadable("既不是导出文件，也不是入册证明")
            return check_proof(proof, _trust(arguments, proof["keys"], notes), digest=arguments.digest)
        own = head.get("keys", {})
        return check_export(iter(file), _trust(arguments, own, notes))


if __name__ == "__main__":
    sys.exit(main())

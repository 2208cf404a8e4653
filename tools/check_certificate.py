#!/usr/bin/env python3
"""
Check a certificate, or the receipt of a fee, where there is no network.

    python tools/check_certificate.py --keys keys.json --status 0.json [--holder 姓名] FILE.pdf
    python tools/check_certificate.py --keys keys.json --status 0.json "https://…/check/…/#OD1.…"   # text of the QR code
    python tools/check_certificate.py --keys keys.json "https://…/receipts/…/#OR1.…"                # of a receipt, or its PDF

Fetch `keys.json` and the status lists beforehand from <site>/check/keys.json and <site>/check/status/<part>.json.
The answer says whether the certificate is genuine, its state by the newest list at hand, and how old that list is.
Of a receipt it says whether it is genuine; whether the money has gone back since, only the site tells.
Exit status: 0 genuine and in force, 1 not, 2 something is missing to tell.
"""

import argparse
import json
import sys
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from onedoor.platform.certificates.offline import OfflineAnswer, check_statement, read_keys
from onedoor.platform.files.pdf_signatures import check_pdf, read_keywords
from onedoor.platform.payments import offline as receipts

GOOD, BAD, UNSURE = 0, 1, 2


def main(arguments: list[str]) -> int:
    asked = _parse(arguments)
    published = json.loads(Path(asked.keys).read_text(encoding="utf-8"))
    lists = [json.loads(Path(path).read_text(encoding="utf-8")) for path in asked.status]
    at = datetime.fromisoformat(asked.at) if asked.at else datetime.now(UTC)  # noqa: TID251 - a program of its own
    text, file_sound = asked.certificate, True
    if text.lower().endswith(".pdf"):
        text, file_sound = _read_pdf(Path(text).read_bytes(), published)
    if receipts.STATEMENT.search(text):
        return max(_check_receipt(text, published), GOOD if file_sound else BAD)
    answer = check_statement(
        text,
        keys=read_keys(published),
        lists=lists,
        at=at,
        on=at.astimezone(ZoneInfo("Asia/Shanghai")).date(),
        holder=asked.holder,
    )
    _tell(answer)
    if not answer.genuine or not file_sound or answer.holder_matches is False:
        return BAD
    if answer.age is None or answer.word.startswith("状态未知"):
        return UNSURE
    return GOOD if answer.in_force else BAD


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("certificate", help="二维码里的文字，或者电子证照、票据的 PDF 文件")
    parser.add_argument("--keys", required=True, help="事先下载的公钥文件 keys.json")
    parser.add_argument("--status", action="append", default=[], help="事先下载的状态清单，可以给几份")
    parser.add_argument("--holder", default="", help="纸面上的持证人姓名，与签名内容比对")
    parser.add_argument("--at", default="", help="按这一时刻核验（ISO 8601），不给就是现在")
    return parser.parse_args(arguments)


def _read_pdf(content: bytes, published: dict[str, Any]) -> tuple[str, bool]:
    """Return the statement in the file, and whether the file is still as it was signed."""
    check = check_pdf(content, root=b64decode(published["document_root"]))
    if not check.signed:
        print("文件签名：没有")
    elif not check.intact:
        print("文件签名：文件在签名后被改动过")
    else:
        print("文件签名：完好" if check.trusted else "文件签名：完好，但不是本平台的签名证书")
    return read_keywords(content), check.intact and check.trusted


def _check_receipt(text: str, published: dict[str, Any]) -> int:
    told = receipts.read_statement(text, keys=read_keys(published))
    print(f"真伪：{'签名真实' if told else '不是本平台开具的，或者内容已被改动'}")
    if told is None:
        return BAD
    print(f"票据：代码 {told['c']}　号码 {told['n']}　校验码 {told['v']}　{told['d']}")
    print(f"{told['o']}收 {told['y']} {told['p']} {told['a']} 元（{told['w']}）")
    print("有没有退付、冲红：没有网络不知道")
    return GOOD


def _tell(answer: OfflineAnswer) -> None:
    print(f"真伪：{'签名真实' if answer.genuine else answer.word}")
    if not answer.genuine:
        return
    content = answer.content
    print(f"证照：{content['t']}　编号 {content['n']}　标识 {content['id']}")
    print(f"有效期：{content['f']} 至 {content['u'] or '长期'}")
    compared = {None: "没有比对（用 --holder 给出纸面上的姓名）", True: "与签名内容一致", False: "与签名内容不一致"}
    print(f"持证人：{compared[answer.holder_matches]}")
    print(f"状态：{answer.word}")
    if answer.age is None:
        print("状态清单：没有")
        return
    minutes = int(answer.age.total_seconds() // 60)
    print(f"状态清单：{minutes // 1440} 天 {minutes // 60 % 24} 小时 {minutes % 60} 分钟以前的", end="")
    print("，已超过 24 小时，请尽快更新" if answer.is_stale else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Judgements about a text, pure: how it is read, how long it is on each channel, what keeps it from being reviewed."""

import html
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from onedoor.standards.check_digits import luhn_check
from onedoor.standards.id_numbers import IdNumberFault, parse_citizen_id

TOPICS = {
    "notice": "综合通知",
    "eldercare": "养老服务",
    "assistance": "社会救助",
    "organizations": "社会组织和慈善",
    "socialwork": "社会工作",
    "volunteering": "志愿服务",
    "reunion": "救助寻亲",
    "community": "社区治理",
    "marriage": "婚姻服务",
    "funeral": "殡葬服务",
    "placenames": "区划地名",
}
CHANNELS = {"site": "门户网站", "wechat": "微信公众号", "weibo": "微博", "inbox": "订阅人站内信", "sms": "订阅人短信"}
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_BODY = 64, 120, 20_000
MOST_PICTURES, LONGEST_ALT = 9, 120
SINGLE_SMS, PART_OF_SMS = 70, 67  # characters in UCS-2; a message of several parts gives three of each to their order

_CONTROL = re.compile(r"[\x00-\x08\x0c\x0e-\x1f\x7f]")
_HEADING = re.compile(r"^(?:#{1,3}\s*(?P<marked>.+)|(?P<counted>[一二三四五六七八九十]+、.+))$")
_PICTURE = re.compile(r"^\[图\s?(?P<number>\d{1,2})\]$")
_ITEM = re.compile(r"^(?:[-·•]|\d{1,2}[.、])\s*(?P<text>.+)$")
_LINK = re.compile(r"\[(?P<text>[^\[\]\n]{1,100})\]\((?P<href>[^()\s]{1,300})\)")
_TOPIC = re.compile(r"#[^#]+#")
_DIGITS = re.compile(r"(?<!\d)\d[\d \-]{13,22}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


@dataclass(frozen=True)
class Span:
    """Some words, with where they lead, "" where nowhere."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Shown:
    """A picture at its place in a text."""

    id: int
    number: int  # as the text counts them, from 1
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a list, whose lines are made of spans; or the place of a picture, then with its number."""

    kind: str  # "heading", "paragraph", "list", "picture"
    lines: tuple[tuple[Span, ...], ...]
    picture: Shown | None = None


@dataclass(frozen=True)
class Finding:
    """What a check has found, beside which field; what `keeps` has to be mended before the text is reviewed."""

    field: str
    text: str
    keeps: bool = True


def plain(text: str) -> str:
    """Return typed words without what no page and no feed can show; the soft break of a word processor is a new line."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\x0b", "\n")).strip()


def blocks_of(text: str) -> list[Block]:
    """
    Return typed text as blocks: # or 一、 begins a heading, - or 1. an item of a list, a blank line ends a paragraph.

    [图1] on a line of its own is where the first picture stands. [words](address) is a link to this site or to an https address; anything else stays as it was typed.
    """
    found: list[Block] = []
    kind, lines = "", list[tuple[Span, ...]]()

    def close() -> None:
        nonlocal kind
        if lines:
            found.append(Block(kind, tuple(lines)))
        kind = ""
        lines.clear()

    for line in (one.strip() for one in text.splitlines()):
        heading, item, picture = _HEADING.match(line), _ITEM.match(line), _PICTURE.match(line)
        if picture:
            close()
            found.append(Block("picture", ((Span(str(int(picture["number"]))),),)))
        elif heading:
            close()
            found.append(Block("heading", (_spans(heading["marked"] or heading["counted"]),)))
        elif not line:
            close()
        else:
            new = "list" if item else "paragraph"
            if kind != new:
                close()
            kind = new
            lines.append(_spans(item["text"] if item else line))
    close()
    return found


def with_pictures(blocks: Sequence[Block], pictures: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Return the blocks with the pictures where the text wants them; those it does not name stand at its end."""
    left = {
        number: Shown(int(one["id"]), number, str(one["alt"]), int(one["width"]), int(one["height"]))
        for number, one in enumerate(pictures, start=1)
    }
    placed = []
    for block in blocks:
        if block.kind != "picture":
            placed.append(block)
        elif shown := left.pop(int(block.lines[0][0].text), None):
            placed.append(replace(block, picture=shown))
    return placed + [Block("picture", ((Span(str(number)),),), shown) for number, shown in left.items()]


def faults_of_pictures(text: str, pictures: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield each picture without words, and each place in the text for a picture there is not."""
    for number, picture in enumerate(pictures, start=1):
        if not str(picture.get("alt", "")).strip():
            yield Finding("pictures", f"第 {number} 张图片没有文字说明，看不见图片的人不知道它画的是什么。")
    wanted = [int(block.lines[0][0].text) for block in blocks_of(text) if block.kind == "picture"]
    for number in wanted:
        if not 1 <= number <= len(pictures):
            yield Finding("body", f"正文里有 [图{number}]，但没有第 {number} 张图片，请上传或者删去这一行。")
        elif wanted.count(number) > 1:
            yield Finding("body", f"[图{number}] 在正文里写了几次，请只留一处。")
            break


def _spans(line: str) -> tuple[Span, ...]:
    found, last = [], 0
    for link in _LINK.finditer(line):
        if not is_address(link["href"]):
            continue
        if link.start() > last:
            found.append(Span(line[last : link.start()]))
        found.append(Span(link["text"], link["href"]))
        last = link.end()
    return (*found, Span(line[last:])) if last < len(line) else tuple(found)


def is_address(href: str) -> bool:
    """Tell whether an address may be linked to: one of this site, or one that is fetched under encryption."""
    return href.startswith("https://") or (href.startswith("/") and not href.startswith("//"))


def links_in(text: str) -> list[str]:
    """Return the addresses a text names as links, also those that may not be linked to."""
    return [link["href"] for link in _LINK.finditer(text)]


def as_text(text: str) -> str:
    """Return the words alone, one line a block line."""
    return "\n".join(
        "".join(span.text for span in line)
        for block in blocks_of(text)
        for line in block.lines
        if block.kind != "picture"
    )


def as_html(blocks: Sequence[Block], *, base: str, pictures: str = "") -> str:
    """
    Return blocks as HTML for readers that are not our pages; addresses of this site become whole.

    `pictures` is where they lie, each under its number and .jpg.
    """
    return "".join(_html(block, base, pictures) for block in blocks)


def _html(block: Block, base: str, pictures: str) -> str:
    if block.kind == "picture":
        shown = block.picture
        if shown is None:
            return ""
        words = html.escape(shown.alt)
        return f'<p><img src="{html.escape(f"{base}{pictures}{shown.id}.jpg")}" alt="{words}"></p><p>{words}</p>'
    lines = ["".join(_span_html(span, base) for span in line) for line in block.lines]
    if block.kind == "heading":
        return f"<h2>{lines[0]}</h2>"
    if block.kind == "list":
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>".join(lines) + "</p>"


def _span_html(span: Span, base: str) -> str:
    words = html.escape(span.text)
    if not span.href:
        return words
    address = base + span.href if span.href.startswith("/") else span.href
    return f'<a href="{html.escape(address)}">{words}</a>'


def sms_parts(text: str) -> int:
    """Return as how many short messages a text is sent and paid for."""
    return 1 if len(text) <= SINGLE_SMS else math.ceil(len(text) / PART_OF_SMS)


def weibo_length(text: str) -> int:
    """Return the length as Weibo counts it: two Latin letters are one character."""
    return math.ceil(sum(0.5 if ord(letter) < 128 else 1 for letter in text))


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def personal_numbers(field: str, text: str) -> Iterator[Finding]:
    """Yield what looks like a number of one person; a mobile number may be a duty phone, so somebody looks at it."""
    for run in _DIGITS.findall(text):
        if _is_citizen_id(run):
            yield Finding(field, f"文中有身份证号（{_shown(run)}），请删去：公开的内容不能写个人证件号码。")
        elif _is_card(re.sub(r"\D", "", run)):
            yield Finding(field, f"文中有银行卡号（{_shown(run)}），请删去。")
    for number in _MOBILE.findall(text):
        yield Finding(
            field, f"文中有手机号（{number[:3]}****{number[-4:]}）。是值班电话的可以保留，个人的请删去。", False
        )


def _is_citizen_id(run: str) -> bool:
    try:
        parse_citizen_id(run)
    except IdNumberFault:
        return False
    return True


def _is_card(number: str) -> bool:
    return 16 <= len(number) <= 19 and luhn_check(number[:-1]) == number[-1]


def _shown(number: str) -> str:
    return f"{number[:3]}…{number[-2:]}"


def faults_of_links(text: str, *, alive: Callable[[str], bool]) -> Iterator[Finding]:
    """Yield each link that leads nowhere, or where it may not lead."""
    for href in dict.fromkeys(links_in(text)):
        if not is_address(href):
            yield Finding("body", f"链接 {href} 不能用：站内写 /items/… 这样的地址，站外只能用 https。")
        elif href.startswith("/") and not alive(href):
            yield Finding("body", f"站内没有 {href} 这个页面，请核对链接。")


def faults_of_words(title: str, summary: str, body: str) -> Iterator[Finding]:
    for field, text, word, most in (
        ("title", title, "标题", LONGEST_TITLE),
        ("summary", summary, "摘要", LONGEST_SUMMARY),
        ("body", body, "正文", LONGEST_BODY),
    ):
        if not text.strip():
            yield Finding(field, f"请填写{word}。")
        elif len(text) > most:
            yield Finding(field, f"{word}有 {len(text)} 个字，请缩短到 {most} 个字以内。")


def faults_of_period(valid_from: date | None, valid_to: date | None, *, on: date) -> Iterator[Finding]:
    if valid_from is None:
        yield Finding("valid_from", "请填写有效期从哪一天起。")
    elif valid_to is not None and valid_to <= valid_from:
        yield Finding("valid_to", "失效日要晚于生效日；长期有效的不用填。")
    elif valid_to is not None and valid_to <= on:
        yield Finding("valid_to", "有效期已经过了，请核对失效日。")


def faults_of_choice(channels: Collection[str], kinds_of_accounts: Collection[str]) -> Iterator[Finding]:
    """Yield what does not fit between the channels and the accounts chosen."""
    if not channels:
        yield Finding("channels", "请至少选择一个渠道。")
    for kind in ("wechat", "weibo"):
        if kind in channels and kind not in kinds_of_accounts:
            yield Finding("accounts", f"选了{CHANNELS[kind]}，请选择用哪个账号发。")
    if "sms" in channels and "inbox" not in channels:
        yield Finding("channels", "短信只是提醒，全文在站内信里：发短信的，请同时选站内信。")


def faults_of_accounts(closed: int) -> Iterator[Finding]:
    if closed:
        yield Finding("accounts", f"选的账号里有 {closed} 个已经停用，请点“修改”重新选择。")


def length_found(channel: str, length: int, most: int, unit: str) -> Iterator[Finding]:
    field, what = ("body", "正文") if channel == "wechat" else ("summary", "标题或摘要")
    if length > most:
        yield Finding(field, f"{CHANNELS[channel]}有 {length} {unit}，最多 {most} {unit}，请缩短{what}。")


def faults_of_topics(title: str, summary: str, channels: Collection[str]) -> Iterator[Finding]:
    """Yield that a post would hold a #topic#, which Weibo takes from no interface (open.weibo.com/wiki/2/statuses/share)."""
    if "weibo" in channels and _TOPIC.search(f"{title}{summary}"):
        yield Finding("summary", "发微博的标题和摘要里不能有“#话题#”，请去掉“#”。")

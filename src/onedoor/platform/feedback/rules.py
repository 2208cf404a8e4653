"""好差评和投诉举报: levels, indicators, days and thresholds as pure functions (platform rules R-EVA-1 to 5)."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

# 满意度 of GB/T 39046-2020, annex A: 1 is best; stars count the other way.
LEVELS = {1: "非常满意", 2: "满意", 3: "基本满意", 4: "不满意", 5: "非常不满意"}
BEST = 1
BAD = frozenset({4, 5})  # 差评
# What a rating is about (GB/T 39735-2020): online, and at a window. A policy is nobody's conduct, so it stands apart (R-EVA-5).
POLICY = "policy"
ONLINE = {
    "overall": "整体服务",
    "efficiency": "办理效率",
    "guide": "办事指南准确",
    "convenience": "办理方便",
    "usability": "平台好用",
    POLICY: "政策规定本身",
}
OFFLINE = {
    "overall": "整体服务",
    "efficiency": "办理效率",
    "competence": "业务能力",
    "attitude": "服务态度",
    POLICY: "政策规定本身",
}
INDICATORS = {**ONLINE, **OFFLINE}
# By which way a rating comes in (GB/T 39046-2020, table 9, with kiosk and paper).
CHANNELS = {
    "pc": "电脑",
    "mobile": "手机",
    "qr": "扫码",
    "tablet": "窗口平板",
    "kiosk": "自助机",
    "phone": "电话",
    "sms": "短信",
    "paper": "纸质评价表",
}
BY_ONESELF = frozenset({"pc", "mobile", "qr", "sms"})  # on a device of one's own, of which one sends few ratings
WRITTEN_DOWN = frozenset({"phone", "paper"})  # an officer writes down what somebody else has said

# 五星 in at least this share, answered in less than this: nobody reads five words so fast (R-EVA-3).
SUSPICIOUS_SHARE, SUSPICIOUS_SECONDS, FEWEST_RATINGS = 0.98, 2.0, 20


def stars(level: int) -> int:
    """Return the stars of a level: five for the best."""
    return 6 - level


def in_neutral_order(seed: int) -> list[int]:
    """Return the levels along their scale, for half of all invitations from the other end, so that no level leads."""
    return sorted(LEVELS, reverse=bool(seed % 2))


@dataclass(frozen=True)
class ReviewFigures:
    """How many working days a place gives for a bad review."""

    first_contact: int
    simple: int
    complex: int
    appeal: int


@dataclass(frozen=True)
class ReviewDays:
    """By which day a bad review is answered, put right, and may be objected to."""

    contact: date
    simple: date
    complex: date
    appeal: date


def days_of(submitted: date, figures: ReviewFigures, *, add: Callable[[date, int], date]) -> ReviewDays:
    """
    Return the last days of a bad review; the day it came in is not counted, at whatever hour it came (readings 10).

    Friday 2026-11-20 17:05 with 1, 5 and 15 working days: 11-23, 11-27 and 12-11 (A17).
    """
    contact, simple = add(submitted, figures.first_contact), add(submitted, figures.simple)
    return ReviewDays(contact, simple, add(submitted, figures.complex), add(submitted, figures.appeal))


# The life of a bad review: which act leads from where to where.
MOVES = {
    "contact": (frozenset({"assigned"}), "contacted"),
    "verify": (frozenset({"contacted"}), "verified"),
    "rectify": (frozenset({"verified"}), "rectified"),
    "explain_policy": (frozenset({"verified"}), "policy_explained"),
    "exclude": (frozenset({"assigned", "contacted", "verified"}), "invalid_after_appeal"),
    "revisit": (frozenset({"rectified", "policy_explained", "invalid_after_appeal"}), "revisited"),
    "take_up_again": (frozenset({"rectified", "policy_explained"}), "verified"),
    "close": (frozenset({"revisited"}), "closed"),
}


def leads_to(act: str, state: str) -> str | None:
    """Return the state an act leads to, None where it is not possible now."""
    before, after = MOVES[act]
    return after if state in before else None


# The life of a complaint.
COMPLAINT_MOVES = {
    "accept": (frozenset({"filed"}), "accepted"),
    "decline": (frozenset({"filed"}), "not_accepted"),
    "ask": (frozenset({"accepted"}), "asked"),
    "answer": (frozenset({"asked"}), "accepted"),
    "go_on": (frozenset({"asked"}), "accepted"),
    "transfer": (frozenset({"filed", "accepted"}), "filed"),
    "reply": (frozenset({"accepted"}), "replied"),
    "close": (frozenset({"replied"}), "closed"),
    "drop": (frozenset({"filed", "accepted", "asked", "replied"}), "closed"),  # a ticket, by whose it is
}
MOST_TRANSFERS = 2  # R-HOT-2: after that a superior has to look


def complaint_leads_to(act: str, state: str) -> str | None:
    """Return the state an act leads a complaint to, None where it is not possible now."""
    before, after = COMPLAINT_MOVES[act]
    return after if state in before else None


CATEGORIES = {
    "attitude": "服务态度",
    "efficiency": "拖延、超期",
    "refusal": "不该拒绝而拒绝",
    "extra_papers": "多要材料、多跑路",
    "fees": "乱收费、吃拿卡要",
    "other": "其他",
}
REPORT_CATEGORIES = {
    "fraud": "骗取救助、补贴",
    "illegal_organization": "非法社会组织",
    "illegal_fundraising": "非法集资",
    "abuse_of_office": "以权谋私、泄露信息",
    "other": "其他违法违规",
}
# What somebody could not get done (办不成事反映窗口). A ticket complains of nobody: it asks a senior officer to get it done.
TICKET_CATEGORIES = {
    "not_taken": "不受理、不批准",
    "papers": "材料总是不齐、开不出来",
    "nobody": "没有单位管、来回推",
    "system": "网上或者机器上办不了",
    "cannot": "其他办不成的事",
}
TICKET_OUTCOMES = {"done": "办成了", "way": "有办法办，告知了怎么办", "impossible": "依法办不成，告知了依据和别的路"}
# What is told of each step of a ticket; the other kinds have their words where they are read.
TICKET_ACTS = {
    "accept": "上级已经接手",
    "ask": "请您补充",
    "go_on": "不等补充，继续办理",
    "transfer": "转给另一个单位办理",
    "reply": "有了答复",
    "close": "已办结",
}
REFUSALS = 2  # platform rules 19: the second refusal of one matter opens a ticket by itself
# Why a complaint is not taken (the rules of several hotlines agree on these).
NOT_ACCEPTED = {
    "jurisdiction": "不属于民政部门的职责，请向有管辖权的机关反映",
    "other_procedure": "已经进入诉讼、仲裁、行政复议、信访或者纪检监察程序",
    "emergency": "属于紧急求助，请拨打 110、119、120 或者 122",
    "repeated": "同一事项已经办结，没有新的事实和理由",
    "others_privacy": "涉及国家秘密或者他人隐私",
    "not_clear": "没有说清对谁、什么事，又无法联系补充",
}


@dataclass(frozen=True)
class Pattern:
    """What the ratings of one organ look like: how many, the share of the best, the median time of an answer."""

    ratings: int
    best_share: float
    median_seconds: float


def suspicious(levels: Sequence[int], seconds: Sequence[int]) -> Pattern | None:
    """R-EVA-3: at least 98 % of the best level with a median below two seconds; fewer than twenty say nothing."""
    if len(levels) < FEWEST_RATINGS or not seconds:
        return None
    share, middle = sum(level == BEST for level in levels) / len(levels), float(median(seconds))
    if share < SUSPICIOUS_SHARE or middle >= SUSPICIOUS_SECONDS:
        return None
    return Pattern(len(levels), round(share, 4), middle)


@dataclass(frozen=True)
class TicketFigures:
    """What became of the tickets of a month, of a whole place; `dropped` their owners closed, of the rest none is over."""

    opened: int
    by_itself: int
    in_time: int  # taken by their day
    done: int
    way: int
    impossible: int
    dropped: int

    @property
    def waiting(self) -> int:
        return self.opened - self.done - self.way - self.impossible - self.dropped


@dataclass(frozen=True)
class Row:
    """One fact of a month, without anybody in it: an invitation, a first rating, or a bad review."""

    kind: str  # invitation, rating, bad_review
    month: str
    organ: int
    organ_name: str
    evaluated: bool = False  # of an invitation
    level: int = 0  # of a rating
    counts: bool = True  # of a rating: False where an appeal has excluded it as a mistake or malice
    channel: str = ""
    phase: str = ""
    result: str = ""  # of a bad review
    in_time: bool = True  # of a bad review


@dataclass(frozen=True)
class MonthFigures:
    """
    The public figures of one organ and month; a share is None where there is nothing to divide by.

    The database counts them; anybody counts the same from the rows that are given out (`Row`).
    """

    organ: int
    name: str
    invited: int
    evaluated: int
    ratings: int
    satisfied: int
    bad: int
    settled: int
    in_time: int
    by_level: tuple[int, ...]

    @property
    def rate(self) -> float | None:
        """评价率: of those invited, how many have rated. Silence is no rating (R-EVA-1)."""
        return 100 * self.evaluated / self.invited if self.invited else None

    @property
    def satisfaction(self) -> float | None:
        """满意率: of the ratings that count, how many are 基本满意 or better."""
        return 100 * self.satisfied / self.ratings if self.ratings else None

    @property
    def settled_rate(self) -> float | None:
        return 100 * self.settled / self.bad if self.bad else None

    @property
    def in_time_rate(self) -> float | None:
        return 100 * self.in_time / self.bad if self.bad else None


SETTLED = frozenset({"rectified", "policy_explained", "invalid_after_appeal"})


def sum_of(found: Sequence[MonthFigures]) -> MonthFigures | None:
    """Return the sum of the figures of several organs, None of none."""
    if not found:
        return None
    numbers = ("invited", "evaluated", "ratings", "satisfied", "bad", "settled", "in_time")
    levels = tuple(sum(one.by_level[place] for one in found) for place in range(len(LEVELS)))
    return MonthFigures(
        organ=0, name="", by_level=levels, **{name: sum(getattr(one, name) for one in found) for name in numbers}
    )


NUMBERS = re.compile(r"[0-9０-９][0-9０-９Xx\-— ]{3,}[0-9０-９Xx]")
ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


def masked(text: str, names: Collection[str] = ()) -> str:
    """Return a text as it may be published: numbers, e-mail addresses and the names that are known are left out."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, f"{name[0]}**")
    return NUMBERS.sub("****", ADDRESSES.sub("****", text))

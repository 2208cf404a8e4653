"""Judgements about messages, pure: what a template may say, which ways a notice takes, when and over whom it goes."""

import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

OUTSIDE = ("sms", "email", "wechat", "push")  # what strangers may read on the way, or over somebody's shoulder
CHOOSABLE = (*OUTSIDE, "person")
LONGEST = {"sms": 140, "email": 600, "wechat": 200, "push": 100, "inbox": 600}
FAILURES_TO_MOVE_ON = 3  # with one provider, before another one is asked
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
# A provider whose answer was lost may have taken the message: it alone is asked again, for so long.
PATIENCE = timedelta(hours=2)
GIVE_UP = timedelta(hours=72)


@dataclass(frozen=True)
class Kind:
    """
    A kind of notice, as people choose ways for it. `basis`: why it cannot be switched off, "" where it can.

    `begins`: the ways besides the inbox it takes until somebody chooses.
    """

    code: str
    title: str
    basis: str = ""
    begins: tuple[str, ...] = ("sms",)


KINDS = (
    Kind(
        "case",
        "办件进展和决定",
        "《行政许可法》第三十二条、第四十四条要求告知您，不能全部关闭。",
    ),
    Kind(
        "account",
        "账号和身份安全",
        "《个人信息保护法》第五十一条要求保护您的账号，不能全部关闭。",
    ),
    Kind("family", "委托、监护和签署"),
    Kind("reminder", "到期提醒"),
    Kind("news", "订阅的政策和通知", begins=()),  # nothing leaves the house before its person has asked for it
)
KIND = {kind.code: kind for kind in KINDS}


def variables_in(text: str) -> list[str]:
    """
    Return the variables a text names, in order.

    :raises ValueError: a brace that is not closed, or something in braces that is not a plain name.
    """
    found = []
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(name)
        found.append(name)
    return found


def faults_of(text: str, *, channel: str, known: Collection[str], personal: Collection[str]) -> list[str]:
    """Return in sentences why these words cannot become a template of the channel; none: they can."""
    faults = []
    try:
        named = variables_in(text)
    except ValueError:
        return ["花括号里只能写变量名，例如 {item}；要写花括号本身请写两个。"]
    if strange := sorted(set(named) - set(known)):
        faults.append(f"没有这些变量：{'、'.join(strange)}。可用的变量见下表。")
    if len(text) > LONGEST.get(channel, 600):
        faults.append(f"请缩短到 {LONGEST.get(channel, 600)} 个字以内。")
    return faults


def sensitive_in(text: str, *, channel: str, personal: Collection[str]) -> list[str]:
    """Return the personal variables these words would carry out of the house (platform rules 24); the inbox may name them."""
    return sorted(set(variables_in(text)) & set(personal)) if channel in OUTSIDE else []


def ways_for(*, kind: str, chosen: Sequence[str] | None, reachable: Collection[str], required: bool) -> list[str]:
    """
    Return the ways a notice takes besides the inbox.

    Who has chosen nothing is told as the kind begins. A notice the law requires always leaves the house: where none of the chosen
    ways reaches the person, whichever does; where none does, an officer tells them.
    """
    begun = KIND[kind].begins if chosen is None else chosen
    wanted = [way for way in begun if way == "person" or way in reachable]
    if wanted or not required:
        return [way for way in wanted if way != "person" or required]
    if chosen:  # what was chosen is gone meanwhile: an address given up, an account unbound
        return [way for way in OUTSIDE if way in reachable][:1] or ["person"]
    return [way for way in ("wechat", "email") if way in reachable][:1] or ["person"]


def quiet_until(at: datetime, *, begin: int, end: int) -> datetime:
    """Return when a message of `at` may leave: at once, or at the end of the quiet hours (both whole hours, local time)."""
    quiet = begin <= at.hour or at.hour < end if begin > end else begin <= at.hour < end
    if not quiet:
        return at
    day = at.date() + timedelta(days=1) if begin > end and at.hour >= begin else at.date()
    return datetime.combine(day, time(end), tzinfo=at.tzinfo)


def choose_provider(
    order: Sequence[str],
    *,
    open_now: Collection[str],
    failures: Mapping[str, int],
    last: str,
    unsure_for: timedelta | None,
) -> str | None:
    """
    Return which provider gets a message now; None: it waits.

    One whose answer was lost may have it already: it is asked again under the same id, which it takes once, and nobody
    else until `PATIENCE` is over. Otherwise the first in order that is not paused; after so many failures the next.
    """
    if unsure_for is not None and unsure_for < PATIENCE and last in order:
        return last if last in open_now else None
    able = [code for code in order if code in open_now]
    return min(able, key=lambda code: (failures.get(code, 0) // FAILURES_TO_MOVE_ON, order.index(code)), default=None)


def wait_after(attempts: int) -> timedelta:
    """Return how long a message waits after so many attempts."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * int(2**doublings), LONGEST_WAIT)

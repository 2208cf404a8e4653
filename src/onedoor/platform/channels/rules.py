"""
Judgements about a work order, pure: its clocks, where it may be sent, when it may be closed (platform rules 8.2).

Sources: 国办发〔2020〕53号; 国办函〔2025〕66号 (dispatch by catalogue, nothing pushed down to the grassroots, repeated demands
merged). The days differ from place to place and come as figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from onedoor.platform.kernel.clock import CHINA, day_of
from onedoor.standards.judgement import TraceLine
from onedoor.standards.workdays import WorkCalendar

BY_LAW = "国办函〔2025〕66号"
GRASSROOTS = frozenset({"township", "committee"})
# Civil-affairs matters for which somebody is on duty day and night (R-HOT-5).
EMERGENCIES = {
    "abandoned_infant": "弃婴",
    "minor_in_danger": "未成年人处于危险中",
    "wandering_extreme_weather": "极端天气下流浪",
    "self_harm_or_abuse": "轻生或者老人受虐待线索",
}
NOT_ACCEPTED = {
    "outside": "不属于本地管辖或者热线受理范围",
    "party_military_judicial": "属于党委、军队、司法机关的事项",
    "emergency_line": "应当拨打 110、119、120、122",
    "in_procedure": "已进入诉讼、仲裁、纪检监察、行政复议、信访或者信息公开程序",
    "no_new_facts": "同一事项已经办过，没有新的事实",
    "secret_or_private": "涉及国家秘密、商业秘密或者他人隐私",
    "insult": "只有侮辱、谩骂",
}


@dataclass(frozen=True)
class HotlineFigures:
    """What a place gives for its work orders."""

    sign_minutes: int = 120
    urgent_sign_minutes: int = 30
    object_days: int = 1
    consult_days: int = 3
    complaint_days: int = 5
    extension_days: int = 10
    revisit_days: int = 2
    duty_minutes: int = 30
    most_transfers: int = 2
    most_reworks: int = 1
    criticism_days: int = 5
    opens_at: int = 9
    closes_at: int = 17


@dataclass(frozen=True)
class Deadlines:
    """The clocks that begin with a dispatch, and how they were worked out."""

    sign_due: datetime
    object_until: date
    due_on: date
    trace: tuple[TraceLine, ...]


@dataclass(frozen=True)
class Target:
    """Where an order goes: the unit asked for, or the one the catalogue names in its place."""

    organization_id: int
    blocked: bool
    trace: tuple[TraceLine, ...]


def days_for(category: str, figures: HotlineFigures) -> int:
    """Return in how many working days an order has to be answered once it is dispatched."""
    return figures.consult_days if category in ("consult", "help") else figures.complaint_days


def deadlines(
    *, category: str, urgency: str, at: datetime, figures: HotlineFigures, calendar: WorkCalendar
) -> Deadlines:
    """Return the clocks of an order dispatched at a moment; the day of the dispatch is not counted."""
    on, days = day_of(at), days_for(category, figures)
    if urgency == "normal":
        minutes, sign_due = figures.sign_minutes, office_moment(at, figures.sign_minutes, figures, calendar)
    else:  # day and night
        minutes, sign_due = figures.urgent_sign_minutes, at + timedelta(minutes=figures.urgent_sign_minutes)
    object_until = calendar.add_working_days(on, figures.object_days).day
    due_on = calendar.add_working_days(on, days).day
    counted = "工作时间" if urgency == "normal" else "不分昼夜"
    return Deadlines(
        sign_due,
        object_until,
        due_on,
        (
            TraceLine("签收", f"{_told(at)} + {minutes} 分钟（{counted}）", _told(sign_due)),
            TraceLine("退单", f"{on} + {figures.object_days} 个工作日", str(object_until), BY_LAW),
            TraceLine("答复", f"{on} + {days} 个工作日", str(due_on), BY_LAW),
        ),
    )


def office_moment(start: datetime, minutes: int, figures: HotlineFigures, calendar: WorkCalendar) -> datetime:
    """Return the moment so many minutes of office hours after a start; nights and rest days do not count."""
    moment, left = start.astimezone(CHINA), timedelta(minutes=minutes)
    while True:
        day = moment.date()
        opens = datetime.combine(day, time(figures.opens_at), CHINA)
        closes = datetime.combine(day, time(figures.closes_at), CHINA)
        begun = max(moment, opens)
        if calendar.is_workday(day) and begun < closes:
            if begun + left <= closes:
                return begun + left
            left -= closes - begun
        moment = datetime.combine(day + timedelta(days=1), time(0), CHINA)


def extended(*, due_on: date, days: int, calendar: WorkCalendar) -> tuple[date, tuple[TraceLine, ...]]:
    """Return the day an order is due after an extension of so many working days."""
    day = calendar.add_working_days(due_on, days).day
    return day, (TraceLine("延期", f"{due_on} + {days} 个工作日", str(day), BY_LAW),)


def extension_obstacle(*, on: date, due_on: date, days: int, had_one: bool, figures: HotlineFigures) -> str:
    """Return why no extension can be had, "" where it can: once, before the order is due, of so many days at the most."""
    if had_one:
        return "once"
    if on > due_on:
        return "expired"
    return "" if 1 <= days <= figures.extension_days else "days"


def target(*, asked: int, asked_kind: str, named: int | None, rule: str = "") -> Target:
    """
    Return where an order goes: what the catalogue gives to a department never goes to a township or a committee
    (R-HOT-4); the order is sent to the department named instead.
    """
    if named is None or asked == named or asked_kind not in GRASSROOTS:
        return Target(asked, False, ())
    line = TraceLine("派单目录", rule, "须由部门办理，不得派给乡镇（街道）、村（居）委会", BY_LAW)
    return Target(named, True, (line,))


def needs_escalation(*, transfers: int, figures: HotlineFigures) -> bool:
    """Tell whether one more transfer is one too many, so that somebody above names the unit (R-HOT-2)."""
    return transfers > figures.most_transfers


def closing_obstacle(*, resolved: str, by_desk: bool, by_reviewer: bool) -> str:
    """
    Return why an order cannot be closed, "" where it can (R-HOT-1).

    The unit that handled it may close what the caller calls resolved. Everything else is closed by the hotline, and what
    is not resolved only after somebody who reviews there has looked at it.
    """
    if resolved == "yes":
        return ""
    if not by_desk:
        return "needs_hotline"
    return "" if by_reviewer else "needs_review"


def identity_is_hidden(*, consents: bool, about: int | None, organs: Sequence[int]) -> bool:
    """Tell whether an officer of these organs may not learn who called: theirs is the unit complained of (R-HOT-3)."""
    return not consents and about is not None and about in organs


def lamp(*, due_on: date, on: date, figures: HotlineFigures, calendar: WorkCalendar) -> str:
    """Return what an order that is not answered raises: "" in time, yellow from the next day, red after so many days."""
    if on <= due_on:
        return ""
    return "red" if calendar.working_days_between(due_on, on) > figures.criticism_days else "yellow"


def _told(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")

"""The figures of ratings and complaints, from the parameter table."""

from datetime import date

from onedoor.platform.feedback.rules import ReviewFigures
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.definitions import Definition
from onedoor.platform.kernel.parameters import figure

COUNTY = 4
WINDOW, CROWD, SMALL = "feedback.window_days", "feedback.anonymous_crowd", "feedback.small_number"
A_DEVICE, STAFF_DEVICE = "feedback.device_hourly", "feedback.staff_device_hours"
CONTACT, SIMPLE, COMPLEX = "feedback.first_contact_days", "feedback.simple_days", "feedback.complex_days"
APPEAL, RECHECK = "feedback.appeal_days", "feedback.recheck_days"
ACCEPT, REPLY, REPORT = "feedback.complaint_accept_days", "feedback.complaint_reply_days", "feedback.report_reply_days"
SILENCE = "feedback.complaint_silence_days"
TAKE, SETTLE, AGAIN = "feedback.ticket_take_days", "feedback.ticket_settle_days", "feedback.refused_again_days"


def _days(key: str, title: str, default: int, most: int, source: str) -> Definition:
    unit = "工作日"
    return Definition(key, title, "whole", lowest=COUNTY, unit=unit, least=1, most=most, default=default, source=source)


OWN = "本平台规则"
FIGURES = (
    _days(WINDOW, "办结后多少个工作日内可以评价", 10, 60, f"{OWN} R-EVA-1"),
    _days(CONTACT, "差评多少个工作日内首次联系", 1, 5, "国办发〔2019〕51号“第一时间”，由本平台定为 1 个工作日"),
    _days(SIMPLE, "差评事实清楚的多少个工作日内办结", 5, 15, "各地好差评办法，本平台定为 5 个工作日"),
    _days(COMPLEX, "差评情况复杂的多少个工作日内办结", 15, 30, "各地好差评办法，本平台定为 15 个工作日"),
    _days(APPEAL, "单位对差评申诉的工作日数", 3, 10, OWN),
    _days(RECHECK, "上级复核差评申诉的工作日数", 5, 15, OWN),
    _days(ACCEPT, "投诉举报多少个工作日内告知是否受理", 2, 10, OWN),
    _days(REPLY, "投诉多少个工作日内答复", 5, 30, "各地热线办法，本平台定为 5 个工作日"),
    _days(REPORT, "举报多少个工作日内答复", 15, 60, OWN),
    _days(SILENCE, "答复以后反映人多少个工作日没有回话才能办结", 5, 30, f"{OWN} R-HOT-1"),
    _days(TAKE, "办不成事多少个工作日内由上级人员接手", 1, 5, "各地办不成事反映窗口的规定，本平台定为下一个工作日"),
    _days(SETTLE, "办不成事接手后多少个工作日内答复", 5, 30, f"{OWN}，同投诉"),
    Definition(
        AGAIN,
        "同一人同一事项多少天内第二次没有办成时自动生成办不成事反映",
        "whole",
        lowest=COUNTY,
        unit="天",
        least=1,
        most=365,
        default=30,
        source=OWN,
    ),
    Definition(
        CROWD,
        "匿名评价的同类办件少于多少件时不显示事项",
        "whole",
        lowest=COUNTY,
        unit="件",
        least=2,
        most=50,
        default=5,
        source=f"{OWN} R-EVA-2",
    ),
    Definition(
        SMALL,
        "公开数字时一个单位当月评价少于多少件不单列",
        "whole",
        lowest=1,
        unit="件",
        least=3,
        most=50,
        default=5,
        source=f"{OWN} R-EVA-4",
    ),
    Definition(
        A_DEVICE,
        "同一台设备一小时最多评价几次",
        "whole",
        lowest=1,
        unit="次",
        least=1,
        most=20,
        default=3,
        source=f"{OWN} R-EVA-3",
    ),
    Definition(
        STAFF_DEVICE,
        "工作人员登录过的设备多少小时内不能评价",
        "whole",
        lowest=1,
        unit="小时",
        least=1,
        most=720,
        default=12,
        source=f"{OWN} R-EVA-3",
    ),
)


def days(key: str, *, division: str, on: date) -> int:
    """Return one figure as it holds for a place and day."""
    return int(figure(key, chain=identity.chain(division or identity.NATION), on=on))


def review_figures(*, division: str, on: date) -> ReviewFigures:
    """Return the days a place gives for a bad review."""
    return ReviewFigures(*(days(key, division=division, on=on) for key in (CONTACT, SIMPLE, COMPLEX, APPEAL)))

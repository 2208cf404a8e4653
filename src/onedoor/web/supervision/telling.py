"""What an event is about that hangs on no case, in a sentence, and where more of it is to be seen."""

from typing import Any

from django.urls import reverse

# rule → the sentence, filled in with the event's facts, and the name of the page that shows more ("": none)
ABOUT = {
    "D01": ("无办件查询个人信息 {looks} 次，查询权已暂停", ""),
    "E01": ("评价异常：{ratings} 条里几乎全是最高分，一半在 {seconds} 秒内答完", "rating_figures"),
    "E02": ("差评超期没有处理，期限 {due_on}", "rating_figures"),
    "E03": ("一件投诉转办了 {transfers} 次", ""),
    "E04": ("一件投诉举报超期没有受理或者答复，期限 {due_on}", ""),
    "E05": ("一件办不成事的反映超期没有接手或者答复，期限 {due_on}", "unsolved_list"),
    "E06": ("一项差评申诉没有哪个上级单位能复核，复核期限 {due_on}", "rating_figures"),
    "H01": ("热线工单 {number} 超期未答复", ""),
    "H02": ("热线工单 {number} 没有按时响应", ""),
    "H03": ("热线工单 {number} 没有按时签收", ""),
    "P09": ("九十天受理 {cases} 件，停过表 {paused} 件", "pauses"),
    "T10": ("一件事 {bundle} 有一项超过按小时承诺的时限", ""),
}


def told(event: Any) -> tuple[str, str]:
    """Return what a row of the board says of an event, and the address it leads to ("": none)."""
    if event.case is not None:
        return event.case.item_version.title, reverse("staff_case", args=[event.case.number])
    sentence, page = ABOUT.get(event.rule, (event.rule, ""))
    criticised = "，书面通报" if event.facts.get("criticised") else ""
    return sentence.format(**event.facts) + criticised, reverse(page) if page else ""

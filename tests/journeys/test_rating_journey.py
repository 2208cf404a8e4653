"""A card is granted, its reader is not content and says so on the telephone; and somebody complains without a name."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from onedoor.platform.cases.models import Case
from onedoor.platform.feedback.models import BadReview, Complaint, Evaluation, Invitation
from onedoor.platform.messages.models import Message
from tests.platform.conftest import books, desk
from tests.platform.desks import Desk, own, staff
from tests.platform.library import READER, TOWN
from tests.platform.test_acceptance import moment, ready_to_decide

__all__ = ["books", "desk"]
Work = Callable[[], None]
NOTE = "电话联系了读者，核对了三次到场的记录。"
ANSWER = "窗口已改为一次告知，三次到场的路费按规定补给您。"


def test_from_the_decision_to_a_second_rating(desk: Desk, work: Work) -> None:
    case = ready_to_decide(desk)
    desk.go(moment("2026-11-19", "11:00"))
    desk.act("approver", staff(case, "decide/"), decision="grant")
    work()

    # Invited: by a message, on 我的 and on the page of the case; the phone gets a code.
    asked = Message.objects.filter(event="feedback.invited", case_number=case.number)
    inbox = asked.get(channel="inbox")
    assert "请给这次服务打个分" in desk.page("reader", "/me/messages/")
    assert inbox.link == own(case, "rate/")
    assert own(case, "rate/") in desk.page("reader", "/me/")
    code = re.findall(r"\d{12}", str(asked.get(channel="sms").text))[0]
    assert Invitation.objects.get(case=case, phase="final").outcome == "not_evaluated"

    # The reader calls; somebody who has no part in it writes down what is said.
    desk.go(moment("2026-11-20", "17:05"))
    said = {"code": code, "channel": "phone", "level": 5, "text": "让我跑了三趟。", "named": "yes"}
    assert desk.post("supervisor", "/staff/reviews/written/", **said).status_code == 200
    work()
    review = BadReview.objects.get()
    url = f"/staff/reviews/{review.pk}/"

    # An officer who did not handle the case: contact the next working day, put right, answer.
    desk.go(moment("2026-11-23", "09:30"))
    page = desk.page("second_approver", url)
    assert READER.name in page
    assert "今天到期" in desk.page("second_approver", "/staff/reviews/")
    desk.act("second_approver", url, act="contact", way="phone", note=NOTE)
    desk.act("second_approver", url, act="verify", category="efficiency", note=NOTE)
    desk.act("second_approver", url, act="settle", result="rectify", note=NOTE, answer=ANSWER)
    work()
    assert "您的评价已经处理" in desk.page("reader", "/me/messages/")
    assert ANSWER in desk.page("reader", own(case, "rate/"))

    # Asked again, closed, rated once more.
    desk.go(moment("2026-11-26", "10:00"))
    desk.act("second_approver", url, act="revisit", resolved="yes", note="读者说路费已收到，没有别的意见。")
    desk.act("second_approver", url, act="close")
    work()
    assert "再评一次" in desk.page("reader", own(case, "rate/"))
    assert desk.post("reader", own(case, "rate/again/"), level=3).status_code == 200
    assert [row.level for row in Evaluation.objects.order_by("pk")] == [5, 3]
    review.refresh_from_db()
    assert (review.state, review.result) == ("closed", "rectified")
    assert Case.objects.get(pk=case.pk).state == "completed"


def test_somebody_complains_without_a_name_and_reads_the_reply_by_the_code(desk: Desk, work: Work) -> None:
    desk.go(moment("2026-11-23", "10:00"))
    anybody = Client()
    form = anybody.get("/complaints/").content.decode()
    organ = desk.books.organs[TOWN]
    assert organ.name in form
    fields = {
        "category": "complaint:attitude",
        "organization": organ.pk,
        "text": "三号窗口说话很难听，问了三次不回答。",
    }
    page = anybody.post("/complaints/", fields).content.decode()
    code = re.findall(r"\d{4} \d{4} \d{4}", page)[0]
    work()
    url = f"/staff/complaints/{Complaint.objects.get().pk}/"
    assert desk.get("clerk", url).status_code in (403, 404)
    desk.act("supervisor", url, act="accept")
    desk.act("supervisor", url, act="ask", note="请说一下是上午还是下午的事。")
    assert "上午还是下午" in follow(code)
    anybody.post("/complaints/answer/", {"code": code, "text": "下午三点多。"})
    desk.act("supervisor", url, act="ask_unit", question="请说明当天下午三号窗口的情况。")
    inquiry = re.findall(r"/staff/inquiries/(\d+)/", desk.page("clerk", "/staff/inquiries/"))[0]
    desk.act("clerk", f"/staff/inquiries/{inquiry}/", answer="当天系统故障，解释不耐心，已经批评。")
    desk.act("supervisor", url, act="reply", note="情况属实，已批评教育并道歉。", evidence="调看了当天下午的录像。")
    work()
    assert "情况属实" in follow(code)
    anybody.post("/complaints/answer/", {"code": code, "act": "resolved", "resolved": "yes"})
    assert "已办结" in follow(code)


def follow(code: str) -> Any:
    return Client().post("/complaints/track/", {"code": code}).content.decode()

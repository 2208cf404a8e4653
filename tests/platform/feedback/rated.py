"""A library card that was decided on, and what is said of it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.test import Client
from tests.platform.desks import Desk, own, staff
from tests.platform.test_acceptance import moment, ready_to_decide

from onedoor.platform.cases.models import Case
from onedoor.platform.messages.models import Message

Work = Callable[[], None]
DECIDED = moment("2026-11-19", "11:00")
SAID = "窗口让我跑了三趟，态度也不好。"


def ended(desk: Desk, work: Work, at: datetime = DECIDED) -> Case:
    """Return a case that was granted and is over, with the worker's round behind it."""
    case = ready_to_decide(desk)
    desk.go(at)
    desk.act("approver", staff(case, "decide/"), decision="grant")
    work()
    return Case.objects.get(pk=case.pk)


def code_sent(case: Case) -> str:
    """Return the code in the text that went to the reader's phone."""
    texts = Message.objects.filter(channel="sms", event="feedback.invited", case_number=case.number)
    return re.findall(r"评价码 (\d{12})", str(texts.order_by("-created_at")[0].text))[-1]


def rate(desk: Desk, case: Case, level: int, **more: Any) -> str:
    """Rate a case as its reader on the page, and return the page that thanks."""
    fields = {"level": level, "text": SAID, "indicators": ["efficiency"], "named": "no", **more}
    answer = desk.post("reader", own(case, "rate/"), **fields)
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return str(answer.content.decode())


def receipt_in(page: str) -> str:
    return re.search(r'回执码 <span class="code">([\d ]+)', page)[1].replace(" ", "")  # type: ignore[index]


def send(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, fields)

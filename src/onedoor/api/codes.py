"""Every code a refusal of the API may carry, on one page: the address that stands in a refusal's `type` leads there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from onedoor.api.problems import ENGLISH, OWN, title_of
from onedoor.platform.kernel.errors import OneDoorError

# What a program does after a refusal of this status; what the person in front of it does, the sentence says.
NEXT = {
    400: "不要原样重发，请对照接口说明修改请求。",
    401: "请先登录；业务系统请重新取令牌，再发一次。",
    403: "重发没有用。请换有权限的岗位或接口客户端，或者先提高实名等级。",
    404: "请核对地址和编号；不在管辖范围内的也这样回答。",
    405: "请用响应头 Allow 里的方法。",
    409: "请重新读取现在的状态，再决定还要不要办。",
    410: "这个编号已经失效，请从列表重新取。",
    413: "请减小内容，或分几次提交。",
    415: "请按接口说明的内容类型提交。",
    422: "请照 detail 和 errors 改好，换一个 Idempotency-Key 再发。",
    429: "请等响应头 Retry-After 说的秒数再发；没有的，等一分钟。",
    500: "没有办理。请用同一个 Idempotency-Key 稍后重发，并把 request_id 告诉我们。",
    503: "没有办理。请用同一个 Idempotency-Key 稍后重发。",
    507: "没有办理。请用同一个 Idempotency-Key 稍后重发。",
}
OWN_STATUS = {
    "onedoor.malformed": (400, 422),
    "onedoor.no_such_address": (404,),
    "onedoor.no_such_method": (405,),
    "onedoor.too_large": (413,),
    "onedoor.media_type": (415,),
    "onedoor.fault": (500,),
}
PLACE = re.compile(r"\{[^{}]*\}")  # in a sentence, what is filled in each time


@dataclass(frozen=True)
class Code:
    """One stable code: the statuses it comes with, the sentences in which "……" is filled in each time, English if any."""

    code: str
    statuses: tuple[int, ...]
    sentences: tuple[str, ...]
    english: str = ""


def codes() -> list[Code]:
    """Return the codes of every refusal the code knows and of what the API answers by itself, by name."""
    found: dict[str, list[type[OneDoorError]]] = {}
    for refusal in _below(OneDoorError):
        found.setdefault(refusal.code, []).append(refusal)
    rooms = [
        Code(
            code,
            tuple(sorted({one.http_status for one in classes})),
            tuple(sorted({_sentence(one.message) for one in classes})),
            ENGLISH.get(code, ""),
        )
        for code, classes in found.items()
        if code not in OWN
    ]
    own = [Code(code, OWN_STATUS[code], (chinese,), english) for code, (chinese, english) in OWN.items()]
    return sorted([*rooms, *own], key=lambda one: one.code)


def _below(kind: type[OneDoorError]) -> Iterator[type[OneDoorError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _sentence(message: str) -> str:
    """Return a sentence with what is filled in each time left open."""
    said = PLACE.sub("……", message)
    return said if said.strip("…。") else "原因和怎么办，每次写在 detail 里。"


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show all codes; each has an anchor of its name."""
    statuses = [(status, title_of(status)[0], told) for status, told in NEXT.items()]
    return render(request, "parts/codes.html", {"codes": codes(), "statuses": statuses})

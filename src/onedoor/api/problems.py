"""One place that turns refusals into application/problem+json (RFC 9457)."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class Problem(Schema):
    """An expected refusal: `type` is stable, `title` is a Chinese sentence, `problems` names fields."""

    type: str
    title: str
    status: int
    problems: dict[str, str] = {}


def answer(status: int, code: str, title: str, problems: dict[str, str] | None = None) -> HttpResponse:
    content: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "problems": problems or {},
    }
    body = json.dumps(content, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type="application/problem+json; charset=utf-8")


def install(api: NinjaAPI) -> None:
    """Register the handlers of this module with the API."""

    @api.exception_handler(OneDoorError)
    def refused(request: HttpRequest, refusal: OneDoorError) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        audit.record_refusal(refusal.code, actor=actor, at=clock.now(), path=request.path[:120])
        problems = refusal.problems if isinstance(refusal, InvalidInput) else {}
        return answer(refusal.http_status, refusal.code, str(refusal), problems)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        problems = {".".join(str(part) for part in fault["loc"]): str(fault["msg"]) for fault in error.errors}
        return answer(422, "onedoor.malformed", "请求的格式不对，请对照接口说明修改。", problems)

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(error.status_code, "onedoor.http", str(error))

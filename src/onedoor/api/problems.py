"""One place that turns refusals into application/problem+json (RFC 9457): stable code, words, the fields at fault."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from onedoor.api.doors import bearer_of
from onedoor.api.schemas import Told
from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import AssuranceTooLow, IdentityUnchecked, OneDoorError
from onedoor.platform.kernel.languages import languages

MEDIA_TYPE = "application/problem+json"
# Where a real-name level is raised (POST).
SECOND_PROOF, LOOK = "/api/v1/me/second-proof", "/api/v1/window/assistance/identity-check"
BEARER_CHALLENGE = 'Bearer realm="onedoor"'
# What a status means, in the reader's language; `detail` says what happened here and what to do next.
TITLES = {
    400: ("请求有误", "The request cannot be read"),
    401: ("需要登录或令牌", "Log in, or send a token"),
    403: ("无权办理", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不支持这种方法", "No such method here"),
    409: ("与现在的状态冲突", "In conflict with the present state"),
    410: ("已经失效", "Gone"),
    413: ("内容太大", "Too large"),
    415: ("内容类型不支持", "Unsupported media type"),
    422: ("内容需要修改", "Something has to be changed"),
    429: ("请求太频繁", "Too many requests"),
    500: ("系统出错", "Our fault"),
    503: ("暂时不能服务", "Not available now"),
    507: ("现在存不下", "No room for it now"),
}
# Where somebody may speak without a name, the record of a refusal names no citizen either.
UNNAMED = re.compile(r"/api/v1/(complaints|unsolved-matters|ratings|cases/[^/]+/rating)")
# Codes the API itself gives, beside those of the rooms: the sentence in both languages.
OWN = {
    "onedoor.malformed": ("请求的格式不对，请对照接口说明修改。", "The request does not fit the specification."),
    "onedoor.no_such_address": ("没有这个接口地址，请对照接口说明核对。", "There is no such address in this API."),
    "onedoor.no_such_method": (
        "这个地址不支持这种方法，请看响应头 Allow。",
        "This address does not take this method; see the header Allow.",
    ),
    "onedoor.too_large": ("请求内容太大，请分成几次提交。", "The request is too large; send it in parts."),
    "onedoor.media_type": (
        "请以 application/json 提交内容，或按接口说明使用 multipart/form-data。",
        "Send application/json, or multipart/form-data where the specification says so.",
    ),
    "onedoor.fault": (
        "系统出错，这次请求没有办理。请稍后再试，并把请求编号告诉我们。",
        "Our fault: nothing was done. Try again later and tell us the request id.",
    ),
}
# What every caller may meet, said to a machine; the others are found in the tables of the pages.
ENGLISH = {
    "onedoor.not_logged_in": "Log in first, or send a token.",
    "onedoor.not_allowed": "Your post or your client may not do this here.",
    "onedoor.not_found": "There is no such thing, or it is not for you.",
    "onedoor.stale": "Somebody else has changed it meanwhile; read it again and decide.",
    "onedoor.invalid_input": "Some fields have to be changed; see errors.",
    "onedoor.key_missing": "Send an Idempotency-Key of 1 to 80 characters.",
    "onedoor.key_reused": "This Idempotency-Key came before with other content; nothing was done.",
    "identity.assurance_too_low": "This takes a higher real-name level; see required_level and step_up.",
    "identity.document_unchecked": "Look at the document of whom you help first; see required_level and step_up.",
    "identity.invalid_token": "The token is unknown, revoked or too old; get another.",
    "onedoor.csrf": "The header X-CSRFToken is missing or wrong.",
    "web.too_many_requests": "Too many requests; wait a minute.",
}
BY_STATUS = {
    404: "onedoor.no_such_address",
    405: "onedoor.no_such_method",
    413: "onedoor.too_large",
    415: "onedoor.media_type",
}


class Fault(Told):
    """请求里的一处问题。One thing wrong with the request."""

    pointer: str
    detail: str


class Problem(Told):
    """拒绝的说明（RFC 9457）：code 稳定，detail 说明怎么办。A refusal: `code` is stable, `detail` says what to do next."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Fault] = []
    required_level: int | None = None
    step_up: str | None = None
    request_id: str


class UnsupportedMediaType(Exception):
    """The body is not of a kind the operation reads."""


class StrictParser(Parser):
    """Reads JSON that says that it is JSON, without what no database keeps (NUL, halves of characters)."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise UnsupportedMediaType
        content = json.loads(request.body, parse_constant=_refuse)
        if not is_storable(content):
            raise ValueError
        return content


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def is_storable(content: Any) -> bool:
    """Tell whether every string within can be written to a database."""
    if isinstance(content, str):
        return "\x00" not in content and not any("\ud800" <= sign <= "\udfff" for sign in content)
    if isinstance(content, Mapping):
        return all(is_storable(key) and is_storable(value) for key, value in content.items())
    return not isinstance(content, list) or all(is_storable(one) for one in content)


def speaks_english(request: HttpRequest) -> bool:
    """Tell whether the caller asks for English before Chinese."""
    wanted = request.headers.get("Accept-Language", "").lower()
    english, chinese = wanted.find("en"), wanted.find("zh")
    return english >= 0 and (chinese < 0 or english < chinese)


def title_of(status: int) -> tuple[str, str]:
    """Return what a status means, in Chinese and in English."""
    return TITLES.get(status, TITLES[500 if status >= 500 else 400])


def answer(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str = "",
    faults: Iterable[tuple[str, str]] = (),
    **more: int | str,
) -> HttpResponse:
    """Return a problem document; `faults` are pairs of a JSON pointer and a sentence, `more` goes in beside them."""
    english = speaks_english(request)
    said = partial(languages()["en"].told, further={}) if english else str
    if code in OWN:
        detail = OWN[code][english]
    elif english:
        detail = ENGLISH.get(code) or said(detail)
    content = {
        "type": f"{reverse('api_codes')}#{code}",
        "title": title_of(status)[english],
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [{"pointer": pointer, "detail": said(sentence)} for pointer, sentence in faults],
        **more,
        "request_id": getattr(request, "request_id", ""),
    }
    response = HttpResponse(json.dumps(content, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    if status == 401:
        wrong = ', error="invalid_token"' if bearer_of(request) is not None else ""
        response["WWW-Authenticate"] = BEARER_CHALLENGE + wrong
    return response


def pointer(path: str) -> str:
    """Return the JSON pointer (RFC 6901) of a dotted path; "" is the whole document."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path.split(".") if part)


def _way_up(refusal: AssuranceTooLow) -> dict[str, int | str]:
    """Return the level that is asked for, and where it is raised: by a second proof, or by the officer's look."""
    where = LOOK if isinstance(refusal, IdentityUnchecked) else SECOND_PROOF
    return {"required_level": refusal.required_level, "step_up": where}


def refused(request: HttpRequest, refusal: OneDoorError) -> HttpResponse:
    """Record a refusal and answer it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.kind == "citizen" and UNNAMED.match(request.path):
        actor = actor.unnamed()
    if getattr(refusal, "first", True):
        audit.record_refusal(refusal.code, actor=actor, at=clock.now(), path=request.path[:120])
    faults = [(pointer(path), text) for path, text in refusal.by_field.items() if path]
    more = _way_up(refusal) if isinstance(refusal, AssuranceTooLow) else {}
    response = answer(request, refusal.http_status, refusal.code, str(refusal), faults, **more)
    for name, value in getattr(refusal, "headers", {}).items():
        response[name] = value
    if refusal.http_status == 403 and bearer_of(request) is not None:
        response["WWW-Authenticate"] = f'{BEARER_CHALLENGE}, error="insufficient_scope"'  # RFC 6750 section 3.1
    return response


def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = []
    for fault in error.errors:
        place, *path = (str(part) for part in fault["loc"])
        inside = path[1:] if place == "body" else [place, *path]  # the name of the parameter is ours, not the caller's
        faults.append((pointer(".".join(inside)), str(fault["msg"])))
    return answer(request, 422, "onedoor.malformed", faults=faults)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, UnsupportedMediaType):
        return answer(request, 415, "onedoor.media_type")
    return answer(request, error.status_code, BY_STATUS.get(error.status_code, "onedoor.malformed"))


def install(api: NinjaAPI) -> None:
    """Register the handlers of this module with the API."""
    handlers: dict[type[Exception], Any] = {
        OneDoorError: refused,
        ValidationError: _malformed,
        HttpError: _http_error,
        Http404: lambda request, _: answer(request, 404, "onedoor.no_such_address"),
    }
    too_big = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
    handlers |= dict.fromkeys(too_big, lambda request, _: answer(request, 413, "onedoor.too_large"))
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)

"""Read what a form or an address sends without trusting its shape: nonsense is a polite refusal, never a crash."""

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from onedoor.platform.kernel.clock import CHINA
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

LARGEST = 2**31 - 1


class Garbled(OneDoorError):
    code, http_status, message = "web.garbled", 400, "这个页面的内容不完整，可能已过时。请返回上一页刷新后再试一次。"


def whole(values: QueryDict, name: str, fallback: int | None = None) -> int:
    """
    Return a whole number from the form or address.

    :raises Garbled: it is no number, or it is missing and there is no fallback.
    """
    text = values.get(name) or ""
    if not isinstance(text, str) or (not text and fallback is None):
        raise Garbled
    if not text:
        return fallback or 0
    try:
        number = int(text)
    except ValueError:
        raise Garbled from None
    if not -1 <= number <= LARGEST:
        raise Garbled
    return number


def next_address(request: HttpRequest, fallback: str = "/") -> str:
    """Return where the person wanted to go, an address of this site; `fallback` for none and for any other."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else fallback


def posted(request: HttpRequest, name: str, fallback: int | None = None) -> int:
    """:raises Garbled: the form's field is no whole number."""
    return whole(request.POST, name, fallback)


def posted_uuid(request: HttpRequest, name: str) -> UUID:
    """:raises Garbled: the form's field is no UUID."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Garbled from None


def asked_uuid(request: HttpRequest, name: str) -> UUID | None:
    """
    Return what the address names, None where it names nothing.

    :raises Garbled: it is no UUID.
    """
    text = request.GET.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Garbled from None


def posted_day(request: HttpRequest, name: str) -> date:
    """:raises Garbled: the form's field is no date."""
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        raise Garbled from None


def typed_day(request: HttpRequest, name: str) -> date:
    """:raises InvalidInput: what was typed is no date; the page says so beside the field."""
    return read_day(request.POST.get(name, ""), name)


def optional_day(request: HttpRequest, name: str) -> date | None:
    """
    Return None where nothing was typed.

    :raises InvalidInput: what was typed is no date; the page says so beside the field.
    """
    return typed_day(request, name) if request.POST.get(name, "").strip() else None


def read_day(text: str, name: str) -> date:
    """:raises InvalidInput: the text of a field or of an address is no date; the page says so beside the field."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput({name: "请按 2026-11-24 的样子填写日期。"}) from None


def typed_moment(request: HttpRequest, name: str) -> datetime:
    """:raises InvalidInput: what was typed is no day and time in China."""
    try:
        return datetime.fromisoformat(request.POST.get(name, "")).replace(tzinfo=CHINA)
    except ValueError:
        raise InvalidInput({name: "请按 2026-11-24 09:30 的样子填写日期和时间。"}) from None

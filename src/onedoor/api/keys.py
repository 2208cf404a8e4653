"""The API's door for writes: each carries an Idempotency-Key, and a repetition gets the first answer."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.responses import NinjaJSONEncoder
from ninja.utils import contribute_operation_callback

from onedoor.platform.kernel import clock, replays

HEADER = "Idempotency-Key"
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "description": "这次写入的编号；用同一个编号重复提交，只办一次，得到同样的回答。"
    " · The name of this write: repeated with the same one it is done once and answered the same.",
    "schema": {"type": "string", "minLength": 1, "maxLength": replays.LONGEST_KEY},
    "example": "3f6c9a52-0d1e-4c55-9f0e-7a1b2c3d4e5f",
}
WITHOUT_KEY = "x-without-key"  # in the specification: why an operation asks for none

FIRST = "first"  # on an operation: what is done before its transaction


def unkeyed(reason: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let an operation be posted without a key, for a reason worth reading; the specification tells it."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        def tell(operation: Operation) -> None:
            operation.openapi_extra = {**(operation.openapi_extra or {}), WITHOUT_KEY: reason}

        contribute_operation_callback(function, tell)
        setattr(function, WITHOUT_KEY, reason)
        return function

    return mark


def first(prepare: Callable[..., None]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let something slow that writes nothing be done before the transaction of an operation; it gets the same arguments."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        setattr(function, FIRST, prepare)
        return function

    return mark


def keyed(function: Callable[..., Any]) -> Callable[..., Any]:
    """
    Perform an operation of the API once for its key; what only reads goes through untouched.

    It stands on every operation (see root.py), after the caller is known and the content is found well formed, inside
    one transaction. The answer has to be plain data or a schema, because it is kept.
    """

    @wraps(function)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method in replays.SAFE_METHODS or hasattr(function, WITHOUT_KEY):
            return function(request, *args, **kwargs)
        getattr(function, FIRST, _nothing)(request, *args, **kwargs)
        match = request.resolver_match
        return replays.once(
            request.headers.get(HEADER, ""),
            actor=request.actor,  # type: ignore[attr-defined]
            scope=match.view_name if match else "",
            content=replays.content_of(request),
            at=clock.now(),
            perform=lambda: function(request, *args, **kwargs),
            remember=_remember,
            recall=_recall,
        )

    return guarded


def _nothing(*args: Any, **kwargs: Any) -> None:
    pass


def _remember(answer: Any) -> dict[str, Any]:
    status, body = answer if isinstance(answer, tuple) else (None, answer)
    return {"status": status, "body": json.loads(json.dumps(body, cls=NinjaJSONEncoder))}


def _recall(kept: dict[str, Any]) -> Any:
    return kept["body"] if kept["status"] is None else (kept["status"], kept["body"])


class KeyedAPI(NinjaAPI):
    """An API whose every write goes through `keyed`, and whose specification says so."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_decorator(keyed)

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        specification = super().get_openapi_schema(**options)
        for methods in specification["paths"].values():
            for method, operation in methods.items():
                if method.upper() not in replays.SAFE_METHODS and WITHOUT_KEY not in operation:
                    operation.setdefault("parameters", []).append(PARAMETER)
        return specification

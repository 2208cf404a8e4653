"""Routers of the API: every operation names its door, says in Chinese what it is, and what it gives."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.http import HttpResponse
from ninja import Router

from onedoor.api.doors import Door
from onedoor.api.keys import unkeyed

PERMISSIONS = "x-permissions"  # in the specification: an officer's post, or a client's scopes, must give one of these
PDF = "application/pdf"
Function = TypeVar("Function", bound=Callable[..., Any])


class Room(Router):
    """
    The operations of one subject. Their English is the docstring of the function, their Chinese is said here.

    An operation gives a schema, or a file of a media type.
    """

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag])

    def read(self, path: str, door: Door, says: str, gives: Any) -> Callable[[Function], Function]:
        return self._operation("GET", path, door, says, gives)

    def write(self, path: str, door: Door, says: str, gives: Any) -> Callable[[Function], Function]:
        return self._operation("POST", path, door, says, gives)

    def replace(self, path: str, door: Door, says: str, gives: Any) -> Callable[[Function], Function]:
        return self._operation("PUT", path, door, says, gives)

    def remove(self, path: str, door: Door, says: str, gives: Any) -> Callable[[Function], Function]:
        return self._operation("DELETE", path, door, says, gives)

    def ask(self, path: str, door: Door, says: str, gives: Any, *, why: str) -> Callable[[Function], Function]:
        """A POST that reads: what is asked stays out of the address. It takes no key, `why` says the reason."""

        def decorate(function: Function) -> Function:
            return cast(Function, self._operation("POST", path, door, says, gives)(unkeyed(why)(function)))

        return decorate

    def _operation(self, method: str, path: str, door: Door, says: str, gives: Any) -> Callable[[Function], Function]:
        told: dict[str, Any] = {"security": door.security}
        if door.permissions:
            told[PERMISSIONS] = sorted(door.permissions)
        options: dict[str, Any] = {"response": gives}
        if isinstance(gives, str):
            shape = {"type": "object"} if gives.endswith("yaml") else {"type": "string", "format": "binary"}
            file = {"schema": shape}
            told["responses"] = {200: {"description": "OK", "content": {gives: file}}}
            options = {}
        return self.api_operation([method], path, auth=door, summary=says, openapi_extra=told, **options)


def pdf(content: bytes) -> HttpResponse:
    """Answer with a file that no cache on the way keeps."""
    return HttpResponse(content, content_type=PDF, headers={"Cache-Control": "private, no-store"})

"""From which network address a request comes, when proxies of our own stand in front."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """
    Put the visitor's own address into REMOTE_ADDR, where the lock-out and the audit record read it.

    Only what proxies named in ONEDOOR_TRUSTED_PROXIES have added to X-Forwarded-For is believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("HTTP_X_FORWARDED_FOR", "")
        request.META["REMOTE_ADDR"] = client_address(request.META.get("REMOTE_ADDR", ""), said)
        return self.get_response(request)


def client_address(peer: str, forwarded_for: str) -> str:
    """
    Return the rightmost address that is not a trusted proxy's: each proxy appends whom it saw, what stands to the left
    of the first stranger was written by that stranger and proves nothing.
    """
    address = peer
    for said in reversed([one.strip() for one in forwarded_for.split(",") if one.strip()]):
        if not _is_trusted(address) or not _is_address(said):
            break
        address = said
    return address


def address_of(request: HttpRequest) -> str:
    """Return the visitor's address, once the middleware has worked it out; the lock-out library asks here too."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str) -> bool:
    return _is_address(text) and any(ip_address(text) in ip_network(one) for one in settings.ONEDOOR_TRUSTED_PROXIES)

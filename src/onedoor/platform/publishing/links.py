"""Whether an address of this site leads anywhere: its route, and behind it what the page's own room says."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

Exists = Callable[..., bool]  # called with what the route took out of the address
_pages: dict[str, Exists] = {}


def register(page: str, exists: Exists) -> None:
    """Say how a page with something in its address knows whether that is there; called from `AppConfig.ready` of a face."""
    _pages[page] = exists


def is_alive(href: str) -> bool:
    """Tell whether an address of this site opens a page; a page nobody has registered is asked for its route alone."""
    try:
        match = resolve(urlsplit(href).path)
    except Resolver404:
        return False
    exists = _pages.get(match.url_name or "")
    return exists is None or exists(**match.kwargs)

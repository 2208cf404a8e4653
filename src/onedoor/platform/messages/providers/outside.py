"""The one HTTP client to providers: connections are kept, so that a message costs milliseconds."""

from functools import lru_cache

import httpx

from onedoor.platform.messages.providers import Answer, Outcome

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
LOST = (502, 504)  # somebody between us and the provider answered: it may have the message


@lru_cache(maxsize=1)
def client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=httpx.Limits(max_keepalive_connections=8), trust_env=False)


def of_error(error: httpx.HTTPError) -> Answer:
    """Return what no answer means: without a connection nothing was sent; after that nobody knows."""
    away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return Answer(Outcome.AWAY if away else Outcome.UNSURE, type(error).__name__)

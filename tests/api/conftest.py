"""The API is tried in the library's county."""

from tests.platform.conftest import books

__all__ = ["books"]

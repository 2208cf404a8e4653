"""Ports nobody uses."""

import os
import socket


def free_base(count: int = 24) -> int:
    """Return a port from which `count` ports upward are free."""
    for base in range(20_000 + os.getpid() % 9_000, 60_000, count):
        if all(_is_free(base + offset) for offset in range(count)):
            return base
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

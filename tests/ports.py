"""
Ports nobody uses, also not in a moment: a range once given is held by its process until that ends.

Whoever asks binds the ports only later, often after a minute of setting up; meanwhile another process of the same run, or of
another run on this machine, must not be given the same ones.
"""

import fcntl
import socket
import tempfile
from pathlib import Path
from typing import IO

FIRST, LAST, RANGE = 20_000, 32_000, 24  # below the ports that outgoing connections take
_held: list[IO[str]] = []


def free_base(count: int = RANGE) -> int:
    """Return a port from which `count` ports upward, at most 24, are free and stay this process's."""
    assert count <= RANGE
    for base in range(FIRST, LAST, RANGE):
        if _hold(base) and all(_is_free(base + offset) for offset in range(count)):
            return base
    raise RuntimeError("no free ports")


def _hold(base: int) -> bool:
    """Take a range; the lock goes with the process, however it ends."""
    folder = Path(tempfile.gettempdir()) / "onedoor-ports"
    folder.mkdir(exist_ok=True)
    claim = (folder / str(base)).open("w", encoding="ascii")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        claim.close()
        return False
    _held.append(claim)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

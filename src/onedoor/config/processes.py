"""
Keep a few programs running as children of one process: start in order, restart what dies, stop together.

No child outlives its parent: should the parent be killed outright, a small guard notices that its pipe has closed and
ends the rest. Every child has a session of its own, so that Ctrl-C reaches only the supervisor, which stops in order.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from onedoor.config.terminal import Stop, last_lines, say

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
SOON = 30.0  # a child that dies younger than this counts towards giving up
TRIES = 5
LOG_LIMIT = 10_000_000  # bytes; a longer log is begun anew


@dataclass(frozen=True)
class Program:
    """One child. `health` is an address that answers 200 when it is ready; without one it only has to stay alive."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    health: str = ""


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    early_deaths: int = 0
    restart_at: float | None = None


class Supervisor:
    """Runs the programs of one demonstration; `run` returns when somebody asked to stop."""

    def __init__(self, programs: Sequence[Program], *, folder: Path, tell: Callable[[str], None] = say) -> None:
        self.programs, self.folder, self.tell = programs, folder, tell
        self._children: list[_Child] = []
        self._stops = 0

    def run(self, *, ready: Callable[[], None]) -> None:
        """
        Start all in order, each when the one before it is ready, call `ready`, and watch until SIGINT or SIGTERM.

        :raises Stop: a program does not come up or dies again and again; everything has been stopped then.
        """
        kept = {number: signal.signal(number, self._ask_to_stop) for number in _stop_signals()}
        guard = start_guard()
        try:
            for program in self.programs:
                self._children.append(self._start(program, guard))
                self._wait_until_ready(self._children[-1])
                if self._stops:
                    return
            ready()
            while not self._stops:
                self._restart_dead(guard)
                time.sleep(0.2)
        finally:
            self._stop_all(guard)
            for number, handler in kept.items():
                signal.signal(number, handler)

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self._stops += 1

    def _start(self, program: Program, guard: "Guard") -> _Child:
        program.log.parent.mkdir(parents=True, exist_ok=True)
        fresh = not program.log.exists() or program.log.stat().st_size > LOG_LIMIT
        with program.log.open("wb" if fresh else "ab") as log:
            process = subprocess.Popen(
                program.command,
                cwd=self.folder,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child = _Child(program, process, time.monotonic())
        try:
            guard.watch(process.pid)
        except BrokenPipeError:
            _signal_group(process.pid, signal.SIGKILL)
            raise Stop("看护进程已不在，全部停止。 The guard process is gone; everything is stopped.") from None
        return child

    def _wait_until_ready(self, child: _Child) -> None:
        give_up = time.monotonic() + READY_SECONDS
        while not self._stops:
            if child.process.poll() is not None:
                raise Stop(_obituary(child, "没有启动 · did not start"))
            if not child.program.health or answers(child.program.health):
                return
            if time.monotonic() > give_up:
                raise Stop(_obituary(child, f"{READY_SECONDS:.0f} 秒内没有就绪 · not ready in time"))
            time.sleep(0.1)

    def _restart_dead(self, guard: "Guard") -> None:
        now = time.monotonic()
        for place, child in enumerate(self._children):
            if child.process.poll() is None:
                continue
            if child.restart_at is None:
                child.early_deaths = child.early_deaths + 1 if now - child.started < SOON else 1
                if child.early_deaths > TRIES:
                    raise Stop(_obituary(child, "反复退出，全部停止 · keeps dying, everything is stopped"))
                guard.forget(child.process.pid)
                child.restart_at = now + 0.5 * 2 ** (child.early_deaths - 1)
                self.tell(
                    f"{child.program.name} 已退出（{child.process.returncode}），即将重新启动 · died, restarting."
                )
            elif now >= child.restart_at:
                self._children[place] = self._start(child.program, guard)
                self._children[place].early_deaths = child.early_deaths

    def _stop_all(self, guard: "Guard") -> None:
        """Ask politely, last started first; after a while, or at a second request, insist."""
        asked = self._stops
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
        give_up = time.monotonic() + STOP_SECONDS
        for child in reversed(self._children):
            while child.process.poll() is None and time.monotonic() < give_up and self._stops <= max(asked, 1):
                time.sleep(0.05)
            _signal_group(child.process.pid, signal.SIGKILL)  # the child itself, or what it left behind
            child.process.wait()
            guard.forget(child.process.pid)
        self._children.clear()
        guard.close()


def answers(address: str) -> bool:
    """Tell whether this loopback address answers 200."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _obituary(child: _Child, what: str) -> str:
    log = child.program.log.read_text(encoding="utf-8", errors="replace")
    return f"{child.program.name} {what}.\n{last_lines(log)}\n  全文 · whole log: {child.program.log}"


def _stop_signals() -> tuple[signal.Signals, ...]:
    return signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def _signal_group(leader: int, number: signal.Signals) -> bool:
    """Send a signal to a child's whole session group; False when nobody is left in it."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@dataclass(frozen=True)
class Guard:
    """The parent's end of the guard: it is told of every child and learns of the parent's death by the pipe."""

    process: subprocess.Popen[bytes]
    pipe: IO[bytes]

    def watch(self, leader: int) -> None:
        """:raises BrokenPipeError: the guard is gone, the child would be without one."""
        self.pipe.write(f"+{leader}\n".encode("ascii"))
        self.pipe.flush()

    def forget(self, leader: int) -> None:
        with suppress(BrokenPipeError):  # a guard that is gone has nothing to forget
            self.pipe.write(f"-{leader}\n".encode("ascii"))
            self.pipe.flush()

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self.pipe.close()
        self.process.wait()


def start_guard() -> Guard:
    process = subprocess.Popen(
        [sys.executable, "-S", "-m", "onedoor.config.processes"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    return Guard(process, process.stdin)


def guard_until_end(lines: IO[str]) -> None:
    """Read "+leader" and "-leader" lines until the pipe closes, then end every session that is still listed."""
    leaders: set[int] = set()
    for line in lines:
        leader = int(line[1:])
        leaders = leaders | {leader} if line[0] == "+" else leaders - {leader}
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 1.0)):
        leaders = {leader for leader in leaders if _signal_group(leader, number)}
        give_up = time.monotonic() + seconds
        while leaders and time.monotonic() < give_up:
            leaders = {leader for leader in leaders if _exists(leader)}
            time.sleep(0.1)


def _exists(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    guard_until_end(sys.stdin)

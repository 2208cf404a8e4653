"""What the launcher says on the terminal: steps with their seconds, sentences, and why it stops."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

TAIL = 30  # lines of a failed program that are shown


class Stop(Exception):
    """Ends the command; its text tells the person at the terminal what to do next."""


def prepare() -> None:
    """Write UTF-8 whatever the terminal's locale claims: a bare machine often says C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)


def say(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show a title while its work is done, then the seconds it took."""
    started = time.monotonic()
    live = sys.stdout.isatty()
    if live:
        print(f"  {title} …", end="", flush=True)
    try:
        yield
    except BaseException:
        if live:
            say()
        raise
    say(f"{chr(13) if live else ''}  {title} … {time.monotonic() - started:.1f} s")


def run_quietly(
    title: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path
) -> str:
    """
    Run a program as one step and return what it wrote.

    :raises Stop: it failed; the text holds the end of its output.
    """
    with step(title):
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            output = process.communicate()[0].decode("utf-8", "replace")
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if process.returncode != 0:
            raise Stop(f"{title}：失败（{' '.join(command[:4])} …）。 Failed:\n{last_lines(output)}")
        return output


def last_lines(text: str, count: int = TAIL) -> str:
    return "\n".join("    " + line for line in text.rstrip().splitlines()[-count:])


def is_continuous_integration() -> bool:
    """Tell whether nothing may be skipped: CI=true."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")

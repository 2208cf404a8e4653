"""
Find the code of a printed form on its scan or photo.

Whatever somebody uploads is opened in a process with limits of time and memory: a PDF of a kilobyte may ask for hours.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path

from onedoor.platform.cases.paper_forms.codes import ADDRESS, PaperCode, parse
from onedoor.platform.files.contents.pictures import MOST_PIXELS

SCRIPT = Path(__file__).with_name("scanning.py")
SECONDS = 8  # on the wall, with the start of the process; of the processor it gets less (`scanning.CPU_SECONDS`)
_slots = threading.BoundedSemaphore(2)  # processes at a time: however many scans come at once, memory is left


def code_on(content: bytes) -> PaperCode | None:
    """
    Return the code on a picture or PDF; None when there is none to be read in time, or it is no form of ours.

    It may take seconds: nobody calls it within a transaction.
    """
    if not _slots.acquire(timeout=SECONDS):
        return None
    try:
        said = _scanned(content)
    finally:
        _slots.release()
    texts = [text for line in said.splitlines() for text in json.loads(line)]
    return next((code for code in map(parse, texts) if code is not None), None)


def _scanned(content: bytes) -> bytes:
    command = [sys.executable, "-I", str(SCRIPT), ADDRESS, str(MOST_PIXELS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script; what came is its input
            command, input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""

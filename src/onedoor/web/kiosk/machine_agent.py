"""
The program beside a self-service machine: carries between its card reader, its scanner and the site, prints what is saved.

`python machine_agent.py --site https://… --reader 127.0.0.1:8711 --number ZD00001`, the first time with `--code` of the
machine's page; standard library only. It holds no secret and keeps nothing: the reader signs that it is there and what
it has read, the site gives a challenge only while somebody at the screen has asked. The browser is told nothing by it.
With `--print-folder`, where the browser saves PDF files without asking, each goes to the printer and is gone from there;
what did not come out is told to the site, which tells whoever stands at the screen.
"""

import argparse
import base64
import hashlib
import http.client
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

EVERY = 1.0  # seconds between two questions to the site
AWAY = 10.0  # after a question nobody answered
WAIT = 10.0
SCANNING = 60.0  # a page may take a while
LARGEST = 2_400_000  # characters of base64 the site takes: let the scanner give grey or colour at 150 to 200 dpi
Answer = dict[str, Any]
Site = Callable[[str, str, dict[str, str], Answer | None], Answer]


class Refused(Exception):
    """The site does not believe this reader, or knows no such code."""


# What a site, a reader or a line between them may do without the program ending.
AWAY_FOR_NOW = (OSError, http.client.HTTPException, ValueError, KeyError, Refused)


def ask_reader(address: str, asked: Answer, wait: float = WAIT) -> Answer:
    """:raises OSError: the reader, or the scanner, is not there."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=wait) as line, line.makefile("rwb") as both:
        both.write(json.dumps(asked).encode() + b"\n")
        both.flush()
        said = both.readline()
    if not said:
        raise ConnectionError("the reader said nothing")
    return dict(json.loads(said))


def site_at(url: str) -> Site:
    """Return the way to call the API of a site."""

    def call(method: str, path: str, headers: dict[str, str], sent: Answer | None) -> Answer:
        body = json.dumps(sent).encode() if sent is not None else None
        told = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex, **headers}
        request = urllib.request.Request(f"{url.rstrip('/')}/api/v1{path}", body, told, method=method)
        try:
            with urllib.request.urlopen(request, timeout=WAIT) as answer:
                return dict(json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            raise Refused(error.read().decode(errors="replace")) from error

    return call


def pair(site: Site, reader: str, code: str) -> str:
    """
    Bind the reader to the machine the code was made for; return the machine's number.

    :raises Refused: the code is unknown or used.
    """
    key, proof = ask_reader(reader, {"act": "key"}), ask_reader(reader, {"act": "here", "words": code})
    sent = {"code": code, "public_key": key["public_key"]} | _proof(proof)
    return str(site("POST", "/readers", {}, sent)["number"])


def carry(site: Site, reader: str, number: str, scanner: str = "") -> bool:
    """
    Ask once whether a card is to be read or a page scanned, do it and hand it over; tell whether one was.

    :raises Refused: the site does not believe this reader.
    """
    moment = str(int(time.time()))
    proof = ask_reader(reader, {"act": "here", "words": f"{number}|{moment}"})
    headers = {"Reader-Moment": moment, "Reader-Algorithm": proof["algorithm"], "Reader-Signature": proof["signature"]}
    beside = "?scanner=true" if scanner and is_there(scanner) else ""
    wanted = site("GET", f"/readers/{number}/challenge{beside}", headers, None)
    if wanted.get("page"):
        return scan(site, reader, scanner, number, wanted["page"])
    challenge = wanted["challenge"]
    read = ask_reader(reader, {"act": "read", "challenge": challenge}) if challenge else {"card": None}
    if read["card"] is None:
        return False
    site("POST", f"/readers/{number}/readings", {}, {"challenge": challenge, **read["card"], **_proof(read)})
    return True


def is_there(scanner: str) -> bool:
    """Tell whether a scanner answers and is ready."""
    try:
        return bool(ask_reader(scanner, {"act": "state"}).get("ready"))
    except (OSError, ValueError):
        return False


def scan(site: Site, reader: str, scanner: str, number: str, challenge: str) -> bool:
    """Scan one page and hand it over, or say why there is none; it is kept nowhere. Tell whether there was one."""
    try:
        came = ask_reader(scanner, {"act": "scan"}, SCANNING)
        page, problem = str(came.get("page") or ""), str(came.get("problem") or "")
    except (OSError, ValueError):
        page, problem = "", "fault"
    problem = problem if problem in ("", "no_paper") else "fault"
    if not problem and (not page or len(page) > LARGEST):
        problem = "fault"
    page = "" if problem else page
    said = problem or hashlib.sha256(base64.b64decode(page)).hexdigest()
    proof = ask_reader(reader, {"act": "here", "words": f"{challenge}|{said}"})
    site(
        "POST",
        f"/readers/{number}/pages",
        {},
        {"challenge": challenge, "page": page, "problem": problem, **_proof(proof)},
    )
    return not problem


def print_all(folder: Path, command: Sequence[str]) -> list[bool]:
    """Print every PDF file that lies in the folder and destroy it, printed or not; tell of each whether it was taken."""
    found = sorted(folder.glob("*.pdf"))  # a file still being saved has another ending
    return [_print(file, command) for file in found]


def _print(file: Path, command: Sequence[str]) -> bool:
    try:
        return subprocess.run([*command, str(file)], check=False, timeout=WAIT).returncode == 0
    except (OSError, subprocess.SubprocessError):  # no such command, not allowed, or it hangs
        return False
    finally:
        file.unlink(missing_ok=True)


def report(site: Site, reader: str, number: str, device: str, *, works: bool) -> None:
    """
    Tell the site whether a device of the machine did what was asked of it; the reader signs that it is this machine.

    :raises Refused: the site does not believe this reader.
    """
    moment, word = str(int(time.time())), "works" if works else "fails"
    proof = ask_reader(reader, {"act": "here", "words": f"{number}|{moment}|{device}|{word}"})
    site(
        "POST", f"/readers/{number}/devices", {}, {"device": device, "works": works, "moment": moment, **_proof(proof)}
    )


def _proof(said: Answer) -> Answer:
    return {"algorithm": said["algorithm"], "signature": said["signature"]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--site", required=True)
    parser.add_argument("--reader", required=True, help="host:port of the reader's socket")
    parser.add_argument("--scanner", default="", help="host:port of the scanner's socket")
    parser.add_argument("--number", default="", help="the machine's number")
    parser.add_argument("--code", default="", help="one-time code that binds the reader")
    parser.add_argument("--print-folder", type=Path, help="where the browser saves what is to be printed")
    parser.add_argument("--print-command", default="lp", help="the command that prints a file")
    arguments = parser.parse_args()
    site = site_at(arguments.site)
    number = pair(site, arguments.reader, arguments.code) if arguments.code else arguments.number
    print(f"reader of {number}", flush=True)
    printed: list[bool] = []  # not told to the site yet
    while True:
        if arguments.print_folder:
            printed += print_all(arguments.print_folder, arguments.print_command.split())
        try:
            if printed:
                report(site, arguments.reader, number, "printer", works=all(printed))
                printed = []
            carry(site, arguments.reader, number, arguments.scanner)
            time.sleep(EVERY)
        except AWAY_FOR_NOW as gone:  # away, locked, or being mended: it comes back by itself
            print(f"waiting: {type(gone).__name__}", flush=True)
            time.sleep(AWAY)


if __name__ == "__main__":
    main()

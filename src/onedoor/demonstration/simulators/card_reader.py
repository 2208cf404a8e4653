"""
An ID-card reader of a self-service machine: a device behind a local socket, one JSON object a line.

`python -m onedoor.demonstration.simulators.card_reader --port 8711 --key FILE`. What the machine's program asks:
{"act": "key"} for its public key, {"act": "here", "words": …} to sign that it is there, {"act": "read", "challenge": …} for
the card that lies on it. Whoever plays lays one down: {"act": "put", "card": {…}} and {"act": "take"}.
A real reader has a security module in place of the key file, and takes a card from nobody but a hand.
"""

import argparse
import json
import os
import socketserver
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any, Protocol

from onedoor.demonstration.simulators.standing import stand
from onedoor.platform.kernel.crypto.canonical import canonical_json
from onedoor.platform.kernel.crypto.suites import suite

SUITE = suite("sm")


class Device:
    """The reader: its key, and the card that lies on it."""

    def __init__(self, private: bytes) -> None:
        self._private = private
        self._card: dict[str, Any] | None = None

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return what the device says to one question."""
        act = asked.get("act")
        if act == "key":
            return {"public_key": SUITE.public_key_of(self._private).hex(), "algorithm": SUITE.signature_algorithm}
        if act == "here":
            return self._signed(["here", str(asked.get("words"))])
        if act == "put":
            self._card = asked.get("card")
        if act == "take":
            self._card = None
        if act != "read" or self._card is None:
            return {"card": None}
        card = {name: str(self._card.get(name, "")) for name in ("name", "id_number", "valid_to")}
        return {"card": card, **self._signed(["read", str(asked.get("challenge")), card])}

    def _signed(self, said: list[Any]) -> dict[str, str]:
        value = urlsafe_b64encode(SUITE.sign(self._private, canonical_json(said))).decode().rstrip("=")
        return {"algorithm": SUITE.signature_algorithm, "signature": value}


class Answering(Protocol):
    """A device that answers one question at a time."""

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]: ...


def make_reader(port: int, device: Answering) -> socketserver.ThreadingTCPServer:
    """Return the server of a device on a port of this computer."""

    class Line(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                answer = device.answer(json.loads(line))
                self.wfile.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    return Server(("127.0.0.1", port), Line)


def key_of(path: Path) -> bytes:
    """Return the key the reader was built with; the first start builds it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(SUITE.new_key_pair().private.hex())
    return bytes.fromhex(path.read_text(encoding="ascii"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", type=Path, required=True)
    arguments = parser.parse_args()
    server = make_reader(arguments.port, Device(key_of(arguments.key)))
    stand(server, saying=f"card reader on 127.0.0.1:{arguments.port}")


if __name__ == "__main__":
    main()

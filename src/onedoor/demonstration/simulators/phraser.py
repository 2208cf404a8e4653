"""
A language model for the tests, one process: it copies what it was given, or lies in the ways models do.

`python -m onedoor.demonstration.simulators.phraser --port 8720`; the mood is set by `POST /mood {"mood": "lies"}`.
"""

import argparse
import json
import re
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MOODS = ("copies", "lies", "fails", "garbage", "hangs")
LIES = "每月发给您 8888 元[1]。您一定可以在 3 天内办好[1]。请找张伟处长办理[1]。按《不存在条例》第九条执行[1]。不收任何材料[9]。"
state: dict[str, Any] = {"mood": "copies", "asked": []}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._send(200, json.dumps(state, ensure_ascii=False).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        if self.path == "/mood":
            state["mood"] = body["mood"]
            return self._send(200, b"{}")
        state["asked"].append(body["messages"][-1]["content"])
        mood = state["mood"]
        if mood == "fails":
            return self._send(503, b"busy")
        if mood == "garbage":
            return self._send(200, b"<html>")
        if mood == "hangs":
            time.sleep(5)
        text = _copied(state["asked"][-1]) + (LIES if mood == "lies" else "")
        answer = {"choices": [{"message": {"role": "assistant", "content": text}}]}
        return self._send(200, json.dumps(answer, ensure_ascii=False).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: questions are nobody's business."""


def _copied(asked: str) -> str:
    """Return the first sentence of every passage, with its number, as a well-behaved model would."""
    found = re.findall(r"^\[(\d+)\] ([^。\n]+。)", asked, re.MULTILINE)
    return "".join(f"{sentence[:-1]}[{number}]。" for number, sentence in found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    server = ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()
    server.shutdown()


if __name__ == "__main__":
    main()

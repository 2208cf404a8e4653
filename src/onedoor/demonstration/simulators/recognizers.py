"""
A recogniser of text and of speech for the tests, one process: it says what was laid down before it, or fails as such do.

`python -m onedoor.demonstration.simulators.recognizers --port 8721`. `POST /lay {"lines": [["姓名 张三", 0.98]], "words":
"我要办低保"}` lays down what it will see and hear; `POST /mood {"mood": "hangs"}` sets how it behaves; `GET /` tells how
often it was asked. It answers `/ocr`, `/chat/completions` with a picture, and `/audio/transcriptions`.
"""

import argparse
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from onedoor.demonstration.simulators.standing import stand

MOODS = ("sees", "fails", "garbage", "deep", "torn", "nonsense", "endless", "hangs")
state: dict[str, Any] = {"mood": "sees", "lines": [], "words": "", "asked": []}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._send(200, state)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path in ("/mood", "/lay"):
            state.update(json.loads(body))
            return self._send(200, {})
        state["asked"].append({"path": self.path, "bytes": len(body), "type": self.headers.get("Content-Type", "")})
        mood = state["mood"]
        if mood == "fails":
            return self._send(503, {"errorCode": 503, "errorMsg": "busy"})
        if mood == "garbage":
            return self._send(200, ["?"])
        if mood == "deep":  # sound JSON, of which Python's own reader gives up
            return self._write(200, b"[" * 100_000 + b"]" * 100_000)
        if mood == "hangs":
            time.sleep(5)
        return self._send(200, ANSWERS[self.path](mood) if self.path in ANSWERS else {})

    def _send(self, status: int, told: Any) -> None:
        self._write(status, json.dumps(told).encode())

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is on papers and in recordings is nobody's business."""


def _laid(mood: str) -> list[list[Any]]:
    if mood == "nonsense":  # surer than sure, and a line as long as a book
        return [["口" * 5000, 7.5]]
    if mood == "torn":  # half of a surrogate pair: JSON, and no text
        return [["\ud800", 0.9]]
    return [["第 1 行", 0.9]] * 5000 if mood == "endless" else list(state["lines"])


def _ocr(mood: str) -> dict[str, Any]:
    lines = _laid(mood)
    page = {"rec_texts": [text for text, _ in lines], "rec_scores": [score for _, score in lines]}
    return {"logId": "1", "errorCode": 0, "errorMsg": "Success", "result": {"ocrResults": [{"prunedResult": page}]}}


def _chat(mood: str) -> dict[str, Any]:
    text = "\n".join(text for text, _ in _laid(mood)) or "无"
    return {"choices": [{"message": {"role": "assistant", "content": text}}]}


def _speech(mood: str) -> dict[str, Any]:
    return {"text": {"nonsense": 42, "torn": "\ud800", "endless": "啊" * 20_000}.get(mood, state["words"])}


ANSWERS = {"/ocr": _ocr, "/chat/completions": _chat, "/audio/transcriptions": _speech}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    stand(ThreadingHTTPServer(("127.0.0.1", port), Handler), saying=f"recognizers on 127.0.0.1:{port}")


if __name__ == "__main__":
    main()

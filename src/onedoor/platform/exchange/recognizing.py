"""
The port to a recogniser of text: a picture or PDF goes out, lines come back with how sure it is of each; off unless set up.

Two ways. `ocr`: `POST /ocr` as PaddleOCR's basic serving answers it (its documentation, "OCR pipeline", section 3,
API reference: `file` in base64, `fileType` 0 for PDF and 1 for a picture; `result.ocrResults[].prunedResult` with
`rec_texts` and `rec_scores`). `chat`: any endpoint of the common chat protocol with a model that sees, which gets the
picture as a data address; it says nothing of how sure it is, and reads no PDF.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onedoor.platform.exchange import adapters
from onedoor.platform.exchange.adapters import PAPERS, NotAnswered, Question
from onedoor.platform.kernel.actors import Actor

PDF = "application/pdf"
MOST_LINES, LONGEST_LINE = 500, 300  # a page full of small print; more is no paper of ours, or nonsense
ASKED = (
    "逐行抄写图片里的全部文字，一行一行照抄，不要解释，不要补充，不要改正。看不清的字写成 □。没有文字的，只回答：无。"
)


@dataclass(frozen=True)
class Line:
    """One line as it was read. `confidence` is between 0 and 1, None where the recogniser does not say."""

    text: str
    confidence: float | None
    page: int


@dataclass(frozen=True)
class Recognizer:
    """One way to ask: which contents it reads, how they are sent, and where the lines stand in the answer."""

    media_types: frozenset[str]
    encode: Callable[[bytes, str], Question]
    decode: Callable[[bytes], list[Line]]


def is_set_up() -> bool:
    return PAPERS.way in WAYS and bool(PAPERS.address)


def reads(media_type: str) -> bool:
    """Tell whether a recogniser is set up that reads contents of this type."""
    return is_set_up() and media_type in WAYS[PAPERS.way].media_types


def recognize(
    content: bytes, *, media_type: str, purpose: str, target: str, actor: Actor, at: datetime, wall: datetime
) -> list[Line]:
    """
    Return the lines of a paper as they were read.

    :raises NotAnswered: none is set up for it, it is paused after failures, or it did not answer with lines in time.
    """
    if not reads(media_type):
        raise NotAnswered("not set up")
    way = WAYS[PAPERS.way]
    question = way.encode(content, media_type)
    return adapters.ask(PAPERS, question, way.decode, purpose=purpose, target=target, actor=actor, at=at, wall=wall)


def _encode_ocr(content: bytes, media_type: str) -> Question:
    asked = {"file": b64encode(content).decode(), "fileType": 0 if media_type == PDF else 1, "visualize": False}
    return Question("/ocr", json.dumps(asked).encode())


def _decode_ocr(body: bytes) -> list[Line]:
    pages = [one["prunedResult"] for one in json.loads(body)["result"]["ocrResults"]]
    return _checked(
        [
            Line(text, _share(score), number)
            for number, page in enumerate(pages, start=1)
            for text, score in zip(page["rec_texts"], page["rec_scores"], strict=True)
        ]
    )


def _share(score: Any) -> float:
    if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score <= 1:
        raise ValueError("no share")
    return float(score)


def _encode_chat(content: bytes, media_type: str) -> Question:
    picture = f"data:{media_type};base64,{b64encode(content).decode()}"
    parts = [{"type": "text", "text": ASKED}, {"type": "image_url", "image_url": {"url": picture}}]
    asked = {"model": PAPERS.model, "temperature": 0, "messages": [{"role": "user", "content": parts}]}
    return Question("/chat/completions", json.dumps(asked, ensure_ascii=False).encode())


def _decode_chat(body: bytes) -> list[Line]:
    text = adapters.plain_text(json.loads(body)["choices"][0]["message"]["content"])
    written = [one.strip() for one in text.splitlines() if one.strip()]
    return _checked([] if written == ["无"] else [Line(one, None, 1) for one in written])


def _checked(lines: list[Line]) -> list[Line]:
    if len(lines) > MOST_LINES or any(len(adapters.plain_text(one.text)) > LONGEST_LINE for one in lines):
        raise ValueError("no lines of a paper")
    return [one for one in lines if one.text.strip()]


PICTURES = frozenset({"image/jpeg", "image/png"})
WAYS = {
    "ocr": Recognizer(PICTURES | {PDF}, _encode_ocr, _decode_ocr),
    "chat": Recognizer(PICTURES, _encode_chat, _decode_chat),
}

"""
The port to a language model: any endpoint that speaks the common chat protocol, registered by name, off unless set up.

It is asked in the background only, with passages that were retrieved and nothing else: no name, no number, no case. What
it answers is text to be checked by whoever asked; nothing here believes it.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from django.conf import settings

from onedoor.platform.exchange import breaker
from onedoor.platform.exchange.models import SourceCall

MOST_BYTES = 200_000
RULES = (
    "只用下面给出的材料回答，不得加入材料以外的任何内容。每句话后面用方括号写明依据的材料序号，例如[1]。"
    "数字、日期、金额、名称照抄材料。材料不能回答的，只回答：不知道。不要客套话，不超过五句。"
)
Outcome = SourceCall.Outcome


class NotPhrased(RuntimeError):
    """The model did not answer this time, or nothing that can be read."""


@dataclass(frozen=True)
class Phraser:
    """One way to ask a model: how the request is written, and where the text stands in the answer."""

    code: str
    path: str
    encode: Callable[[str, Sequence[str]], bytes]
    decode: Callable[[bytes], str]


_phrasers: dict[str, Phraser] = {}


def register(phraser: Phraser) -> None:
    """Register a way to ask; called from `AppConfig.ready`."""
    _phrasers[phraser.code] = phraser


def is_set_up() -> bool:
    return settings.ONEDOOR_PHRASER in _phrasers and bool(settings.ONEDOOR_PHRASER_URL)


def phrase(*, question: str, passages: Sequence[str], at: datetime, wall: datetime) -> str:
    """
    Ask the model that is set up to answer a question from passages.

    :raises NotPhrased: none is set up, it is paused after failures, or it did not answer in time.
    """
    if not is_set_up():
        raise NotPhrased("not set up")
    phraser, limit = _phrasers[settings.ONEDOOR_PHRASER], float(settings.ONEDOOR_PHRASER_TIMEOUT)
    if not breaker.admit(phraser.code, at=at, wall=wall, lease=timedelta(seconds=2 * limit)):
        raise NotPhrased("paused")
    try:
        told = phraser.decode(_call(phraser, phraser.encode(question, passages), limit))
    except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
        breaker.failed(phraser.code, at=at, wall=wall)
        raise NotPhrased(type(error).__name__) from None
    breaker.succeeded(phraser.code, at=at, wall=wall)
    return told


def _call(phraser: Phraser, body: bytes, limit: float) -> bytes:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if settings.ONEDOOR_PHRASER_KEY:
        headers["Authorization"] = f"Bearer {settings.ONEDOOR_PHRASER_KEY}"
    give_up, content = time.monotonic() + limit, bytearray()
    address = settings.ONEDOOR_PHRASER_URL.rstrip("/") + phraser.path
    with httpx.stream("POST", address, content=body, headers=headers, timeout=limit) as answer:
        answer.raise_for_status()
        for chunk in answer.iter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                raise ValueError("too large")
            if time.monotonic() > give_up:
                raise ValueError("too slow")
    return bytes(content)


def _encode_chat(question: str, passages: Sequence[str]) -> bytes:
    numbered = "\n".join(f"[{number}] {text}" for number, text in enumerate(passages, start=1))
    asked = {
        "model": settings.ONEDOOR_PHRASER_MODEL,
        "temperature": 0,
        "messages": [
            {"role": "system", "content": RULES},
            {"role": "user", "content": f"材料：\n{numbered}\n\n问题：{question}"},
        ],
    }
    return json.dumps(asked, ensure_ascii=False).encode()


def _decode_chat(body: bytes) -> str:
    text = json.loads(body)["choices"][0]["message"]["content"]
    if not isinstance(text, str):
        raise TypeError("no text")
    return text


CHAT = Phraser("chat", "/chat/completions", _encode_chat, _decode_chat)

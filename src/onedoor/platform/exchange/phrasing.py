"""
The port to a language model: any endpoint that speaks the common chat protocol, registered by name, off unless set up.

It is asked in the background only, with passages that were retrieved and nothing else: no name, no number, no case. What
it answers is text to be checked by whoever asked; nothing here believes it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.exchange import adapters
from onedoor.platform.exchange.adapters import PHRASING, NotAnswered, Question
from onedoor.platform.kernel.actors import Actor

RULES = (
    "只用下面给出的材料回答，不得加入材料以外的任何内容。每句话后面用方括号写明依据的材料序号，例如[1]。"
    "数字、日期、金额、名称照抄材料。材料不能回答的，只回答：不知道。不要客套话，不超过五句。"
)


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
    return PHRASING.way in _phrasers and bool(PHRASING.address)


def phrase(
    *, question: str, passages: Sequence[str], purpose: str, target: str, actor: Actor, at: datetime, wall: datetime
) -> str:
    """
    Ask the model that is set up to answer a question from passages.

    :raises NotAnswered: none is set up, it is paused after failures, or it did not answer in time.
    """
    if not is_set_up():
        raise NotAnswered("not set up")
    phraser = _phrasers[PHRASING.way]
    asked = Question(phraser.path, phraser.encode(question, passages))
    return adapters.ask(PHRASING, asked, phraser.decode, purpose=purpose, target=target, actor=actor, at=at, wall=wall)


def _encode_chat(question: str, passages: Sequence[str]) -> bytes:
    numbered = "\n".join(f"[{number}] {text}" for number, text in enumerate(passages, start=1))
    asked = {
        "model": PHRASING.model,
        "temperature": 0,
        "messages": [
            {"role": "system", "content": RULES},
            {"role": "user", "content": f"材料：\n{numbered}\n\n问题：{question}"},
        ],
    }
    return json.dumps(asked, ensure_ascii=False).encode()


def _decode_chat(body: bytes) -> str:
    return adapters.plain_text(json.loads(body)["choices"][0]["message"]["content"])


CHAT = Phraser("chat", "/chat/completions", _encode_chat, _decode_chat)

"""
The port to a recogniser of speech: a recording goes out, its words come back; off unless set up.

One way, `transcriptions`: `POST /audio/transcriptions` (multipart: `file`, `model`, `language`, `response_format`), the
common interface of speech services, hosted or run on one's own machines; the answer is `{"text": …}`. Its published
description lists the containers it takes: flac, mp3, mp4, m4a, ogg, wav, webm.
"""

import json
import secrets
from datetime import datetime

from onedoor.platform.exchange import adapters
from onedoor.platform.exchange.adapters import SPEECH, NotAnswered, Question
from onedoor.platform.kernel.actors import Actor

TRANSCRIPTIONS = "transcriptions"
LONGEST = 3_000  # characters; a few minutes of speech are fewer, more is nonsense


def is_set_up() -> bool:
    return SPEECH.way == TRANSCRIPTIONS and bool(SPEECH.address)


def listen(
    recording: bytes,
    *,
    name: str,
    media_type: str,
    purpose: str,
    target: str,
    actor: Actor,
    at: datetime,
    wall: datetime,
) -> str:
    """
    Return the words of a recording; `name` is a file name that says its container ("recording.m4a").

    :raises NotAnswered: none is set up, it is paused after failures, or it did not answer with words in time.
    """
    if not is_set_up():
        raise NotAnswered("not set up")
    question = _encode(recording, name, media_type)
    return adapters.ask(SPEECH, question, _decode, purpose=purpose, target=target, actor=actor, at=at, wall=wall)


def _encode(recording: bytes, name: str, media_type: str) -> Question:
    edge = secrets.token_hex(16)
    fields = {"model": SPEECH.model, "language": "zh", "response_format": "json", "temperature": "0"}
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
        if value
    ]
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {media_type}\r\n\r\n'
    body = b"".join([*parts, f"--{edge}\r\n{head}".encode(), recording, f"\r\n--{edge}--\r\n".encode()])
    return Question("/audio/transcriptions", body, f"multipart/form-data; boundary={edge}")


def _decode(body: bytes) -> str:
    text = adapters.plain_text(json.loads(body)["text"])
    if len(text) > LONGEST:
        raise ValueError("no words")
    return text.strip()

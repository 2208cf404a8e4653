"""A stored content can be read in no other way than through its key, and every change of it is found."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onedoor.platform.files.sealing import CHUNK, OVERHEAD, FileKey, SealingWriter, sealed, unsealed
from onedoor.platform.kernel.crypto import TamperedValue, suite

KEYS = [FileKey(one.cipher_algorithm, one.new_cipher_key()) for one in (suite("sm"), suite("intl"))]
SIZES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])


def written(content: bytes, key: FileKey, step: int = 50_000) -> bytes:
    out = io.BytesIO()
    writer = SealingWriter(out, key)
    for place in range(0, len(content), step):
        writer.write(content[place : place + step])
    writer.close()
    return out.getvalue()


@pytest.mark.parametrize("key", KEYS, ids=["sm", "intl"])
@given(size=SIZES, step=st.sampled_from([1_000, 65_536, 300_000]), seek=st.integers(0, 4 * CHUNK))
@settings(max_examples=40, deadline=None)
def test_what_is_written_in_pieces_is_read_from_any_place(key: FileKey, size: int, step: int, seek: int) -> None:
    content = os.urandom(size)
    stored = written(content, key, step)
    assert len(stored) == size + max(1, -(-size // CHUNK)) * OVERHEAD
    reader = unsealed(io.BytesIO(stored), key)
    assert reader.read() == content
    reader.seek(seek)
    assert reader.read(777) == content[seek : seek + 777]
    reader.seek(-min(size, 9), os.SEEK_END)
    assert reader.read() == content[size - min(size, 9) :]


@pytest.mark.parametrize("key", KEYS, ids=["sm", "intl"])
def test_nothing_of_the_content_can_be_read_off_the_disk(key: FileKey) -> None:
    content = b"\xe6\xac\xa7\xe9\x98\xb3\xe6\x99\x93\xe5\xa8\x9c" * 10_000
    stored = written(content, key)
    assert content[:12] not in stored
    assert written(content, key) != stored  # not even that the same was stored twice


def _changed(stored: bytes) -> dict[str, bytes]:
    one = CHUNK + OVERHEAD
    return {
        "a bit": stored[:100] + bytes([stored[100] ^ 1]) + stored[101:],
        "the last bit": stored[:-1] + bytes([stored[-1] ^ 1]),
        "two chunks swapped": stored[one : 2 * one] + stored[:one] + stored[2 * one :],
        "a chunk twice": stored[:one] + stored[:one] + stored[2 * one :],
        "the last chunk gone": stored[: 2 * one],
        "cut in the middle of a chunk": stored[: one + 500],
        "something appended": stored + b"x",
        "a chunk appended": stored + stored[:one],
        "empty": b"",
    }


@pytest.mark.parametrize("what", list(_changed(bytes(3 * (CHUNK + OVERHEAD)))))
def test_every_change_is_found(what: str) -> None:
    stored = _changed(written(os.urandom(2 * CHUNK + 5_000), KEYS[0]))[what]
    with pytest.raises(TamperedValue):
        unsealed(io.BytesIO(stored), KEYS[0]).read()


def test_parts_sealed_apart_are_one_content() -> None:
    content = os.urandom(4 * CHUNK + 9)
    first = b"".join(sealed(content[: 2 * CHUNK], KEYS[0], ends=False))
    second = b"".join(sealed(content[2 * CHUNK :], KEYS[0], first=2, ends=True))
    assert unsealed(io.BytesIO(first + second), KEYS[0]).read() == content
    with pytest.raises(TamperedValue):
        unsealed(io.BytesIO(first), KEYS[0]).read()


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    stored = written(b"x" * 10, KEYS[0])
    with pytest.raises(TamperedValue):
        unsealed(io.BytesIO(stored), FileKey("sm4-gcm", suite("sm").new_cipher_key())).read()

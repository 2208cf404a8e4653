"""
Contents encrypted at rest: chunks of 64 KiB, each sealed by itself under the file's own key.

So a file of any size is written, read and jumped about in with one chunk in memory. Each chunk is bound to its place and
to whether it is the last: none can be changed, moved, repeated or cut off unseen. The file's key lies in its row, under
the node's data key: changing that key (`rotation`) wraps the file's key anew and leaves the file as it is.
"""

import io
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Self

from onedoor.platform.kernel.crypto import TamperedValue, keyring, suite_for
from onedoor.platform.kernel.crypto.suites import NONCE_BYTES, TAG_BYTES

CHUNK = 65_536
OVERHEAD = NONCE_BYTES + TAG_BYTES


@dataclass(frozen=True)
class FileKey:
    """The key of one file with its algorithm; kept in an encrypted column, never beside the file."""

    algorithm: str
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Return a fresh key of the algorithm the node's data key is of."""
        algorithm = keyring().current("data").algorithm
        return cls(algorithm, suite_for(algorithm).new_cipher_key())

    @classmethod
    def parse(cls, kept: dict[str, Any]) -> Self:
        return cls(kept["algorithm"], b64decode(kept["secret"]))

    def kept(self) -> dict[str, str]:
        return {"algorithm": self.algorithm, "secret": b64encode(self.secret).decode()}


def sealed(content: bytes, key: FileKey, *, first: int = 0, ends: bool) -> Iterator[bytes]:
    """Yield the sealed chunks of a content that begins with chunk `first`; `ends`: nothing comes after it."""
    encrypt = suite_for(key.algorithm).encrypt
    count = max(1, -(-len(content) // CHUNK))
    for place in range(count):
        piece = content[place * CHUNK : (place + 1) * CHUNK]
        yield encrypt(key.secret, piece, _bound(first + place, last=ends and place == count - 1))


def _bound(place: int, *, last: bool) -> bytes:
    return b"onedoor.file\0" + place.to_bytes(8, "big") + (b"\1" if last else b"\0")


class SealingWriter:
    """Seals what is written to it, piece by piece, into an open file; `close` writes the last chunk."""

    def __init__(self, file: IO[bytes], key: FileKey) -> None:
        self._file, self._key = file, key
        self._rest, self._place = bytearray(), 0

    def write(self, data: bytes) -> None:
        self._rest += data
        whole = (len(self._rest) - 1) // CHUNK  # the last chunk waits: only the end tells that it is the last
        if whole > 0:
            self._put(bytes(self._rest[: whole * CHUNK]), ends=False)
            del self._rest[: whole * CHUNK]

    def close(self) -> None:
        self._put(bytes(self._rest), ends=True)

    def _put(self, content: bytes, *, ends: bool) -> None:
        for piece in sealed(content, self._key, first=self._place, ends=ends):
            self._file.write(piece)
            self._place += 1


class SealedReader(io.RawIOBase):
    """
    Reads a sealed file from any place; one chunk is open at a time.

    :raises TamperedValue: what is read was changed, or the file is shorter or longer than it was.
    """

    def __init__(self, file: IO[bytes], key: FileKey) -> None:
        self._file, self._key = file, key
        length = file.seek(0, io.SEEK_END)
        self._chunks = -(-length // (CHUNK + OVERHEAD))
        self.size = length - self._chunks * OVERHEAD
        if self.size < 0:
            raise TamperedValue("too short")
        self._place, self._open = 0, (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._place = start + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        number, inside = divmod(self._place, CHUNK)
        if self._place >= self.size:
            if self._chunks <= 1 and self.size == 0:
                self._chunk(0)  # even an empty content is checked
            return 0
        piece = self._chunk(number)[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._open[0] != number:
            self._file.seek(number * (CHUNK + OVERHEAD))
            stored = self._file.read(CHUNK + OVERHEAD)
            bound = _bound(number, last=number == self._chunks - 1)
            self._open = number, suite_for(self._key.algorithm).decrypt(self._key.secret, stored, bound)
        return self._open[1]


def unsealed(file: IO[bytes], key: FileKey) -> io.BufferedReader:
    """Return the content of a sealed file as an ordinary readable stream."""
    return io.BufferedReader(SealedReader(file, key), buffer_size=CHUNK)

"""
The port of an ID-card reader: what it signs, so that neither page nor helper program can invent a reading.

A reader holds a key that never leaves it. It signs two kinds of words, told apart by how they begin: that it is there
(`presents`), and what it has read of a card beside the challenge of this site (`is_read`), which is good once.
The program beside it (`web/kiosk/machine_agent.py`) only carries; `demonstration/simulators/card_reader.py` stands in for
the device in tests and demonstrations.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from onedoor.platform.kernel.crypto import Signature, canonical_json, verify

HERE, READ = "here", "read"
FRESH = timedelta(seconds=60)  # how old a reader's word that it is there may be


@dataclass(frozen=True)
class Proof:
    """A signature as a reader gives it; `value` is base64url."""

    algorithm: str
    value: str


@dataclass(frozen=True)
class Card:
    """What stands on an ID card; `valid_to` is an ISO day, empty for 长期."""

    name: str
    id_number: str
    valid_to: str


def presents(words: str, proof: Proof, *, public_key: str) -> bool:
    """Tell whether the reader with this key says that it is there, over words nobody can use again."""
    return _signed([HERE, words], proof, public_key)


def is_read(card: Card, challenge: str, proof: Proof, *, public_key: str) -> bool:
    """Tell whether the reader with this key has read this card when it was asked by this challenge."""
    return _signed([READ, challenge, asdict(card)], proof, public_key)


def moment_words(number: str, moment: str, *, at: datetime) -> str | None:
    """Return what a reader signs to be asked anything, None where its moment is not this one."""
    if not (moment.isascii() and moment.isdigit() and abs(at.timestamp() - int(moment)) <= FRESH.total_seconds()):
        return None
    return f"{number}|{moment}"


def _signed(said: object, proof: Proof, public_key: str) -> bool:
    try:
        key = bytes.fromhex(public_key)
    except ValueError:
        return False
    return bool(key) and verify(canonical_json(said), Signature(proof.algorithm, "reader", proof.value), public_key=key)

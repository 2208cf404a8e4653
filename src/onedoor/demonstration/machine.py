"""The self-service machine of the demonstration: its reader is bound already, and is the simulated one beside it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from onedoor.demonstration.simulators.card_reader import Device, key_of
from onedoor.platform.channels.kiosk_life import State
from onedoor.platform.channels.operations import kiosks
from onedoor.platform.channels.queries.kiosks import list_kiosks
from onedoor.platform.channels.readings import Proof
from onedoor.platform.kernel.actors import Actor

MACHINE = Actor.system("演示数据")
KEY, NUMBER = "card-reader.key", "ZD00001"  # as the launcher starts the program beside the machine with


def load(folder: Path, *, at: datetime) -> None:
    """Bind the reader whose key lies in `folder` to the first machine; its screen a visitor binds, as its manager would."""
    about: dict[str, Any] = {"actor": MACHINE, "at": at}
    fresh = [one for one in list_kiosks(actor=MACHINE) if one.state == State.REGISTERED and not one.reader_key]
    kiosk = next((one for one in fresh if one.number == NUMBER), None)
    if kiosk is None:
        return
    reader = Device(key_of(folder / KEY))
    _, code = kiosks.issue_code(kiosk_id=kiosk.pk, part="reader", **about)
    said = reader.answer({"act": "here", "words": code})
    proof = Proof(said["algorithm"], said["signature"])
    kiosks.pair_reader(code=code, proof=proof, public_key=reader.answer({"act": "key"})["public_key"], **about)

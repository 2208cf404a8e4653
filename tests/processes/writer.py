"""Write encrypted values without a pause until told to stop, then print what must stand in the database."""

import json
import signal
import sys
from types import FrameType

import django

django.setup()

from django.db import transaction  # noqa: E402 - after the set-up

from onedoor.platform.identity.models import Person  # noqa: E402
from onedoor.platform.kernel.crypto import keyring  # noqa: E402

stop = False


def ask_to_stop(number: int, frame: FrameType | None) -> None:
    global stop  # noqa: PLW0603 - a signal handler has no other place to leave its word
    stop = True


signal.signal(signal.SIGTERM, ask_to_stop)
people = list(Person.objects.order_by("pk").values_list("pk", flat=True))
written: dict[int, str] = {}
keys_seen: list[str] = []
turn = 0
while not stop:
    pk = people[turn % len(people)]
    text = f"第 {turn} 次写入"
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=pk)
        assert pk not in written or person.address == written[pk], "somebody else's value"
        person.address = text
        person.save(update_fields=["address"])
    written[pk] = text
    current = keyring().current("data").id
    if current not in keys_seen:
        keys_seen.append(current)
    turn += 1
    if turn == len(people):
        sys.stdout.write("writing\n")
        sys.stdout.flush()
sys.stdout.write(json.dumps({"turns": turn, "written": written, "keys": keys_seen}) + "\n")

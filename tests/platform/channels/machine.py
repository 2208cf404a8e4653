"""A self-service machine of the library's hall with its screen and its reader, a real process behind a real socket."""

import re
import subprocess
import sys
import uuid
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signing import get_cookie_signer
from django.test import Client
from tests.platform.desks import Desk
from tests.platform.library import READER
from tests.ports import free_base

from onedoor.demonstration.cast import Citizen
from onedoor.platform.channels.models import Kiosk
from onedoor.platform.channels.operations import kiosks
from onedoor.platform.kernel.actors import Actor
from onedoor.web.kiosk import machine_agent
from onedoor.web.parts.machines import COOKIE

PLACE = "一楼东侧"


@contextmanager
def reader_process(folder: Path) -> Iterator[str]:
    """Run the simulated reader for as long as the block lasts; give the address of its socket."""
    with _device("card_reader", "--key", str(folder / "reader.key")) as address:
        yield address


@contextmanager
def scanner_process() -> Iterator[str]:
    """Run the simulated scanner for as long as the block lasts; give the address of its socket."""
    with _device("scanner") as address:
        yield address


@contextmanager
def _device(name: str, *options: str) -> Iterator[str]:
    port = free_base(1)
    process = subprocess.Popen(
        [sys.executable, "-m", f"onedoor.demonstration.simulators.{name}", "--port", str(port), *options],
        cwd=settings.REPOSITORY,
        env={"PYTHONPATH": "src", "PATH": ""},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()  # it says that it listens
    try:
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def in_use(point_id: int, actor: Actor, at: datetime) -> tuple[Kiosk, str]:
    """Return a machine in use and the secret its screen holds, without going through any page."""
    kiosk = kiosks.register_kiosk(point_id=point_id, name=PLACE, actor=actor, at=at)
    _, code = kiosks.issue_code(kiosk_id=kiosk.pk, part="screen", actor=actor, at=at)
    enrolled, secret = kiosks.enrol_kiosk(code=code, actor=Actor.anonymous(), at=at)
    told = {"kiosk_id": kiosk.pk, "check_word": enrolled.check_word, "actor": actor, "at": at}
    return kiosks.activate_kiosk(**told), secret


def cookie(secret: str) -> str:
    """Return what the screen of a machine sends."""
    return get_cookie_signer(salt=COOKIE).sign(secret)


@dataclass
class Terminal:
    """The machine as it stands in the hall; `screen` is its browser."""

    desk: Desk
    reader: str = ""
    scanner: str = ""
    screen: Client = field(default_factory=Client)
    manager: str = "county_items"

    @property
    def row(self) -> Kiosk:
        return Kiosk.objects.get()

    @property
    def page(self) -> str:
        """The address of the machine at the manager's workbench."""
        return f"/staff/machines/{self.row.pk}/"

    def register(self, point_id: int) -> None:
        self.desk.act(self.manager, "/staff/machines/", point=point_id, name=PLACE)

    def code(self, part: str) -> str:
        told = self.desk.post(self.manager, self.page, act="code", part=part).content.decode()
        found = re.search(r'<p class="code"><strong>([^<]+)</strong>', told)
        assert found is not None, told
        return found[1]

    def activate(self, point_id: int) -> None:
        """Register, enrol and activate the machine, as its manager and whoever stands before it do."""
        self.register(point_id)
        answer = self.screen.post("/kiosk/enrol/", {"code": self.code("screen")})
        assert answer.status_code == 302, answer.content.decode()
        word = re.search(r'class="machine__word">(\d{4})<', self.screen.get("/kiosk/").content.decode())
        assert word is not None
        self.desk.act(self.manager, self.page, act="activate", check_word=word[1])
        if self.reader:
            assert machine_agent.pair(self.site, self.reader, self.code("reader")) == self.row.number

    def site(self, method: str, path: str, headers: dict[str, str], sent: Any) -> Any:
        """Call the API as the program beside the reader does, over the test's own client."""
        call = {"get": Client().get, "post": Client().post}[method.lower()]
        told = {"Idempotency-Key": uuid.uuid4().hex, **headers}
        body = {} if sent is None else {"data": sent, "content_type": "application/json"}
        answer = call(f"/api/v1{path}", headers=told, **body)
        if answer.status_code >= 400:
            raise machine_agent.Refused(answer.content.decode())
        return answer.json()

    def lay_down(self, person: Citizen = READER, valid_to: str = "2036-01-01") -> None:
        card = {"name": person.name, "id_number": person.id_number, "valid_to": valid_to}
        machine_agent.ask_reader(self.reader, {"act": "put", "card": card})

    def take_away(self) -> None:
        machine_agent.ask_reader(self.reader, {"act": "take"})

    def carry(self) -> bool:
        return machine_agent.carry(self.site, self.reader, self.row.number, self.scanner)

    def put_pages(self, *pages: bytes, blank: int = 0) -> None:
        """Lay pages into the scanner: pictures, or invented ones."""
        laid = [b64encode(one).decode() for one in pages]
        machine_agent.ask_reader(self.scanner, {"act": "put", "pages": laid, "blank": blank})

    def read(self, person: Citizen = READER, **card: str) -> Any:
        """Lay a card down and go through the page of the card as far as the question whose it is."""
        self.lay_down(person, **card)
        self.screen.post("/kiosk/card/", {"act": "ask"})
        assert self.carry()
        self.take_away()
        return self.screen.get("/kiosk/card/").content.decode()

    def come_in(self, person: Citizen = READER, wanted: str = "/kiosk/cases/") -> Any:
        self.read(person)
        return self.screen.post("/kiosk/card/", {"act": "use", "next": wanted})

    def post(self, url: str, /, **fields: Any) -> Any:
        return self.screen.post(url, {"idempotency_key": uuid.uuid4().hex, **fields})

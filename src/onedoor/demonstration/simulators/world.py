"""What the simulated outside world knows and remembers: people, requests, messages, moods."""

import json
import random
import threading
import time
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

from onedoor.demonstration.simulators.official_account import OfficialAccount
from onedoor.demonstration.simulators.timestamps import Authority
from onedoor.platform.kernel.crypto.digests import sm3
from onedoor.platform.kernel.crypto.sealed import Signature
from onedoor.platform.kernel.crypto.suites import suite


@dataclass
class World:
    """
    Shared by all ports. Moods are set through the control port: {"vehicles": {"fail": 1, "slow": 2.0}}.

    A department may be slow (seconds), fail, talk garbage, flap, trickle its answers, forge or leave out its signature.
    """

    folder: Path
    node_key: Path | None
    sms_secrets: dict[str, str] = field(repr=False)
    slow: float
    receipts_to: str = ""  # the site that hears what became of its messages
    official_account: OfficialAccount = field(default_factory=OfficialAccount, repr=False)
    authority: Authority = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)
    nonces: set[str] = field(default_factory=set)
    requests: list[dict[str, Any]] = field(default_factory=list)
    ledgers: dict[str, Any] = field(default_factory=dict)
    receipts: "Queue[tuple[str, str, dict[str, Any]]]" = field(default_factory=Queue)
    access_token: str = field(default="", repr=False)
    menu: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict, repr=False)  # access token → AppID
    articles: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # AppID → articles
    browsers: dict[str, Any] = field(default_factory=dict, repr=False)  # that have subscribed to push
    posts: list[dict[str, Any]] = field(default_factory=list)  # on Weibo
    last_stamp: bytes = b""
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    keys: dict[str, bytes] = field(default_factory=dict, repr=False)
    moods: dict[str, dict[str, Any]] = field(default_factory=lambda: {"vehicles": {"fail_first": True}})

    def __post_init__(self) -> None:
        self.authority = Authority(self.folder)

    def open_departments(self, codes: Mapping[str, str]) -> None:
        """Give each department a key to sign its answers with and publish the other half, as `<connector>.pub`."""
        folder = self.folder / "department-keys"
        folder.mkdir(parents=True, exist_ok=True)
        for name, connector in codes.items():
            pair = suite("sm").new_key_pair()
            self.keys[name] = pair.private
            (folder / f"{connector}.pub").write_text(pair.public.hex(), encoding="ascii")

    def sign(self, department: str, nonce: str, status: int, body: bytes) -> str:
        """Return the department's signature of this answer to this request; a forger has a key of their own."""
        own = self.keys[department]
        secret = suite("sm").new_key_pair().private if self.mood(department).get("forge") else own
        data = "\n".join(["answer", nonce, str(status), sm3(body).hex()]).encode()
        value = urlsafe_b64encode(suite("sm").sign(secret, data)).decode().rstrip("=")
        return Signature("sm2-sm3", department, value).as_text()

    def is_down(self, department: str) -> bool:
        """Tell whether a department whose mood is {"flap": n} is down at this call: n calls up, n calls down."""
        length = int(self.mood(department).get("flap", 0))
        with self.lock:
            self.calls[department] += 1
            number = self.calls[department]
        return bool(length) and (number - 1) // length % 2 == 1

    def pieces(self, department: str, body: bytes) -> Iterator[bytes]:
        """Yield a body at once, or a byte at a time as {"trickle": seconds} says."""
        pause = float(self.mood(department).get("trickle", 0))
        if not pause:
            yield body
            return
        for place in range(len(body)):
            time.sleep(pause)
            yield body[place : place + 1]

    def person(self, id_number: str) -> dict[str, Any]:
        """Return what the departments know of a person; somebody unknown has no records."""
        file = self.folder / "people.json"
        people: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return dict(people.get(id_number) or {"household": None, "houses": [], "vehicles": [], "accounts": []})

    def remember(self, department: str, request: dict[str, Any]) -> int:
        """Note a request and return how often this very request id has come to this department."""
        with self.lock:
            self.requests.append({"department": department, **request})
            key = (department, str(request.get("request_id", "")))
            self.asked[key] += 1
            return self.asked[key]

    def mood(self, department: str) -> dict[str, Any]:
        return self.moods.get(department, {})

    def now(self) -> float:
        """Return the departments' time; a test that lives on another day sets how far theirs is from the wall clock."""
        return time.time() + float(self.mood("clock").get("shift", 0))

    def wait(self, department: str) -> None:
        """Take as long as a department takes."""
        time.sleep(float(self.mood(department).get("slow", random.uniform(0.0, self.slow))))

    def is_new(self, nonce: str) -> bool:
        """Tell whether this number was never used before, and use it."""
        with self.lock:
            if nonce in self.nonces:
                return False
            self.nonces.add(nonce)
            return True

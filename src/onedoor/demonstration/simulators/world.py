"""What the simulated outside world knows and remembers: people, requests, messages, moods."""

import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onedoor.demonstration.simulators.timestamps import Authority


@dataclass
class World:
    """Shared by all ports. Moods are set through the control port: {"vehicles": {"fail": 1, "slow": 2.0}}."""

    folder: Path
    node_key: Path | None
    sms_secret: str
    slow: float
    authority: Authority = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)
    nonces: set[str] = field(default_factory=set)
    requests: list[dict[str, Any]] = field(default_factory=list)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    last_stamp: bytes = b""
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    moods: dict[str, dict[str, Any]] = field(default_factory=lambda: {"vehicles": {"fail_first": True}})

    def __post_init__(self) -> None:
        self.authority = Authority(self.folder)

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

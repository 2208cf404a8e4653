"""Four departments, each answering in a format of its own."""

import json
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any
from xml.sax.saxutils import quoteattr

from defusedxml import ElementTree

from onedoor.demonstration.simulators.world import World

Answer = tuple[int, str, bytes]
JSON = "application/json; charset=utf-8"


def _today() -> str:
    return date.today().isoformat()


def _fields(body: bytes, encoding: str = "utf-8") -> dict[str, Any]:
    content = json.loads(body.decode(encoding))
    return dict(content)


def police(world: World, path: str, body: bytes) -> Answer:
    question = _fields(body)
    world.remember("police", {"request_id": question["request_id"], "case_number": question["case_number"]})
    known = world.person(question["id_number"])
    content = {"asOf": _today(), "household": known["household"]}
    return 200, JSON, json.dumps(content, ensure_ascii=False).encode()


def housing(world: World, path: str, body: bytes) -> Answer:
    root = ElementTree.fromstring(body)
    question = {child.tag: child.text or "" for child in root}
    world.remember("housing", {"request_id": question["RequestId"], "case_number": question["CaseNumber"]})
    houses = "".join(
        f"<House Area={quoteattr(house['area'])} Address={quoteattr(house['address'])} Since={quoteattr(house['since'])}/>"
        for house in world.person(question["IdNumber"])["houses"]
    )
    return 200, "application/xml; charset=utf-8", f"<Answer AsOf={quoteattr(_today())}>{houses}</Answer>".encode()


def vehicles(world: World, path: str, body: bytes) -> Answer:
    """The first request for each question fails when the mood says so: the asking side has to come again."""
    question = _fields(body, "gb18030")
    times = world.remember("vehicles", {"request_id": question["request_id"], "case_number": question["case_number"]})
    if world.mood("vehicles").get("fail_first") and times == 1:
        return 503, "text/plain", b"busy"
    rows = [
        {"号牌": row["plate"], "车型": row["model"], "状态": row["status"], "登记日期": row["since"]}
        for row in world.person(question["id_number"])["vehicles"]
    ]
    content = {"数据日期": _today(), "车辆": rows}
    encoded = json.dumps(content, ensure_ascii=False).encode("gb18030")
    return 200, "application/json; charset=gb18030", encoded


def banks(world: World, path: str, body: bytes) -> Answer:
    """A question gets a ticket; the answer is fetched with it. Whether four elements belong together is said at once."""
    if path.startswith("/tickets/"):
        content = world.tickets.get(path.removeprefix("/tickets/"))
        if content is None:
            return 404, "text/plain", b"no such ticket"
        return 200, JSON, json.dumps(content, ensure_ascii=False).encode()
    question = _fields(body)
    if path == "/four-elements":
        held = world.person(question["id_number"]).get("cards", [])
        wanted = {name: question[name] for name in ("name", "card", "phone")}
        world.remember("bank_checks", {"card_end": question["card"][-4:]})
        return 200, JSON, json.dumps({"matches": wanted in held}).encode()
    world.remember("banks", {"request_id": question["request_id"], "case_number": question["case_number"]})
    ticket = uuid.uuid5(uuid.NAMESPACE_OID, question["request_id"]).hex
    accounts = world.person(question["id_number"])["accounts"]
    world.tickets[ticket] = {"state": "done", "as_of": _today(), "accounts": accounts}
    return 202, JSON, json.dumps({"ticket": ticket}).encode()


DEPARTMENTS: dict[str, Callable[[World, str, bytes], Answer]] = {
    "police": police,
    "housing": housing,
    "vehicles": vehicles,
    "banks": banks,
}

# Which connector of the platform asks whom.
CONNECTORS = {
    "police": "police.household",
    "housing": "housing.ownership",
    "vehicles": "vehicles.registration",
    "banks": "banks.balance",
}

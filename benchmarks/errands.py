"""What people do, as the clients do it: apply, accept, review, decide."""

import io
import os
import re
from typing import Any

from PIL import Image

from benchmarks import items
from benchmarks.load import Client
from benchmarks.site import Site

SEEN = re.compile(rb'name="seen" value="(\d+)"')


class Party:
    """A reader and the officers of their case, each with a connection of their own; they share one list of samples."""

    def __init__(self, site: Site, number: int) -> None:
        self.reader = Client(site.port, site.citizens[number])
        self.officers = {name: Client(site.port, person) for name, person in site.officers.items()}
        self.samples: list[tuple[str, float, int]] = []
        for client in (self.reader, *self.officers.values()):
            client.samples = self.samples

    def apply(self, code: str, fields: int) -> str:
        """Begin, fill in, submit and hand in; return the number of the case."""
        reader = self.reader
        begun = reader.post("开始 start", f"/items/{code}/start/", {"applicant": reader.person.pk}).location
        draft = begun.split("/")[2]
        reader.post("填写 section", f"/drafts/{draft}/s/reader/", {"revision": 1, **items.typed(fields)})
        submitted = reader.post("提交 submit", f"/drafts/{draft}/review/", {"revision": 2}).location
        number = submitted.split("/")[2]
        reader.post("立即提交 hand in", f"/cases/{number}/hand-in/", {})
        return number

    def apply_by_call(self, code: str, fields: int) -> str:
        """Do all of it in one call of the API; return the number of the case."""
        content = {"item": code, "sections": {"reader": {"answers": items.typed(fields)}}, "hand_in": True}
        told = self.reader.call("一次调用 one call", "/api/v1/applications", content)
        return str(told["case"]["number"])

    def act(self, name: str, officer: str, number: str, deed: str, form: dict[str, Any]) -> None:
        """Open the page of an act and send its form, which says where the case stood when it was drawn."""
        client, url = self.officers[officer], f"/staff/cases/{number}/{deed}/"
        seen = SEEN.search(client.get("办理页 form", url).body)
        assert seen is not None, url
        client.post(name, url, {"seen": seen[1].decode(), **form})

    def accept(self, number: str) -> None:
        self.act("受理 accept", "clerk", number, "accept", {})

    def review(self, number: str, step: int) -> None:
        words = {"outcome": "agree", "note": "情况属实，同意办理。"}
        self.act("审核 step", "reviewer", number, f"opinion/opinion_{step}", words)

    def decide(self, number: str) -> None:
        self.act("决定 decide", "approver", number, "decide", {"decision": "grant", "reason": ""})


def photo() -> bytes:
    """Return a picture like no other."""
    out = io.BytesIO()
    Image.frombytes("RGB", (64, 48), os.urandom(64 * 48 * 3)).save(out, "JPEG")
    return out.getvalue()


def parties(site: Site, count: int) -> list[Party]:
    return [Party(site, number) for number in range(count)]

"""Another node played by the test: its keys, its stream to us, and what it makes of ours. It speaks only over the wire."""

import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from onedoor.platform.kernel.crypto import canonical_json, suite, suite_for
from onedoor.platform.kernel.crypto.keys import Key
from onedoor.platform.network import own
from onedoor.platform.network.envelopes import Envelope, ReceiptNote, batch_bytes, digest_of, sign_with
from onedoor.platform.network.models import Node, Receipt, Received, Sent

DOOR = "/hooks/network/"


def new_key(name: str, family: str = "sm") -> Key:
    """A key of somebody else's, of either suite."""
    one = suite(family)
    return Key(name, "signing-node", 1, one.signature_algorithm, one.new_key_pair().private)


@dataclass
class Partner:
    """The ministry's node as we see it."""

    code: str = "ministry"
    address: str = "http://127.0.0.1:9"
    family: str = "sm"
    keys: list[Key] = field(default_factory=list)
    owns: list[str] = field(default_factory=lambda: ["library.cards"])
    reads: list[str] = field(default_factory=lambda: ["library.cards"])
    sequence: int = 0
    previous: str = ""

    def __post_init__(self) -> None:
        self.keys = self.keys or [new_key(f"{self.code}-1", self.family)]

    def card(self, **changes: Any) -> str:
        public = [{"id": key.id, "algorithm": key.algorithm, "public": key.public.hex()} for key in self.keys]
        told = {"code": self.code, "name": "部级节点", "division": "000000000000", "level": "ministry"}
        told |= {"address": self.address, "keys": public, "owns": self.owns, "reads": self.reads, **changes}
        signatures = [sign_with(key, own.card_bytes(told)) for key in self.keys]
        return json.dumps({"card": told, "signatures": signatures})

    def message(self, body: Any, *, at: datetime, schema: str = "library.card", **changes: Any) -> dict[str, Any]:
        """Write the next message of the stream; `changes` are faults a test wants in its envelope."""
        family = suite(self.family)
        envelope = Envelope(
            id=str(uuid.uuid4()),
            schema=schema,
            version=1,
            key="",
            sender=self.code,
            receiver=settings.ONEDOOR_NODE,
            sequence=self.sequence + 1,
            created_at=at.isoformat(),
            previous=self.previous,
            body=digest_of(body, family),
        )
        envelope = replace(envelope, **changes)
        self.sequence, self.previous = envelope.sequence, envelope.digest
        signature = sign_with(self.keys[-1], envelope.signed_bytes)
        return {"envelope": envelope.told(), "body": body, "signature": signature}

    def hand_in(self, *messages: dict[str, Any], at: datetime, late: timedelta = timedelta(0), **changes: Any) -> Any:
        """Post a batch at our door as it would come over the wire, sent at `at` by the partner's clock."""
        told = {"sender": self.code, "receiver": settings.ONEDOOR_NODE, "sent_at": (at + late).isoformat()}
        body = canonical_json({**told, "messages": list(messages), **changes})
        signature = sign_with(self.keys[-1], batch_bytes(body, suite_for(self.keys[-1].algorithm)))
        headers = {"X-OneDoor-Signature": signature}
        return Client().generic("POST", DOOR, body, "application/json", headers=headers)

    def receipt(self, sent: Any, *, at: datetime, understood: bool = True, **changes: Any) -> dict[str, Any]:
        """Sign for a message of ours."""
        note = ReceiptNote(
            id=str(sent.pk),
            sender=settings.ONEDOOR_NODE,
            receiver=self.code,
            sequence=sent.sequence,
            digest=sent.digest,
            received_at=at.isoformat(),
            understood=understood,
        )
        note = replace(note, **changes)
        return {"receipt": note.told(), "signature": sign_with(self.keys[-1], note.signed_bytes)}


def exchanged(at: datetime) -> None:
    """One message there with its receipt, one that came: rows as the machine keeps them."""
    node = Node.objects.create(
        code="ministry", name="部级节点", division="000000000000", level="ministry", recorded_at=at, recorded_by="测试"
    )
    told: dict[str, Any] = {"node": node, "sequence": 1, "envelope": {}, "digest": "", "signature": "", "body": {}}
    sent = Sent.objects.create(id=uuid.uuid4(), created_at=at, **told)
    Receipt.objects.create(message=sent, receipt={}, signature="", at=at)
    Received.objects.create(id=uuid.uuid4(), receipt={}, receipt_signature="", received_at=at, **told)

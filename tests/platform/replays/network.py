"""What is sent about nodes: entered by their card, let in, stopped, and what waits at them minded."""

import uuid
from typing import Any

from tests.platform.network.partner import Partner
from tests.platform.replays.machines import API
from tests.platform.replays.stage import AT, Sent, Stage, posts, sends

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.network import operations
from onedoor.platform.network.models import Incident, Incoming, Node, Received, SyncConflict

ONE, OTHER = Actor.system("登记"), Actor.system("批准")
NOTE = "已和对方核对。"


def invited(stage: Stage) -> Node:
    return operations.invite_node(card=Partner().card(), actor=ONE, at=AT)


def joined(stage: Stage) -> Node:
    return operations.approve_node(code=invited(stage).code, actor=OTHER, at=AT)


def parked(stage: Stage) -> uuid.UUID:
    node = joined(stage)
    told: dict[str, Any] = {"envelope": {}, "digest": "", "signature": "", "body": {}}
    told |= {"receipt": {}, "receipt_signature": "", "received_at": AT}
    row = Received.objects.create(id=uuid.uuid4(), node=node, sequence=1, **told)
    Incoming.objects.create(message=row, node=node, sequence=1, schema="library.loan", state="parked", reason="不认识")
    return row.pk


def trouble(stage: Stage) -> Incident:
    return Incident.objects.create(node=joined(stage), end="in", kind="fork", first_at=AT, last_at=AT)


def conflict(stage: Stage) -> SyncConflict:
    return SyncConflict.objects.create(node=joined(stage), register="library.cards", key="1", kind="ahead", at=AT)


@sends("new_node")
def new_node(stage: Stage) -> Sent:
    return Sent("sysadmin", "/staff/nodes/new/", {"card": Partner().card()})


@sends("node")
def node(stage: Stage) -> Sent:
    return Sent("secadmin", f"/staff/nodes/{invited(stage).code}/", {"act": "approve"})


@posts(f"{API}/nodes")
def invite(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/nodes", {"node_card": Partner().card()})


@posts(f"{API}/nodes/{{node_code}}/approval")
def approve(stage: Stage) -> Sent:
    return Sent("secadmin", f"{API}/nodes/{invited(stage).code}/approval")


@posts(f"{API}/nodes/{{node_code}}/suspension")
def suspend(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/nodes/{joined(stage).code}/suspension", {"reason": "密钥可能泄露"})


@posts(f"{API}/nodes/{{node_code}}/resumption")
def resume(stage: Stage) -> Sent:
    code = joined(stage).code
    operations.suspend_node(code=code, reason="密钥可能泄露", actor=ONE, at=AT)
    return Sent("secadmin", f"{API}/nodes/{code}/resumption")


@posts(f"{API}/node-messages/{{parked_id}}/retry")
def retry(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/node-messages/{parked(stage)}/retry")


@posts(f"{API}/node-messages/{{parked_id}}/setting-aside")
def set_aside(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/node-messages/{parked(stage)}/setting-aside", {"note": NOTE})


@posts(f"{API}/node-troubles/{{trouble_id}}/settlement")
def settle_trouble(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/node-troubles/{trouble(stage).pk}/settlement", {"note": NOTE})


@posts(f"{API}/node-conflicts/{{node_conflict_id}}/settlement")
def settle_conflict(stage: Stage) -> Sent:
    fields = {"take": False, "note": NOTE}
    return Sent("sysadmin", f"{API}/node-conflicts/{conflict(stage).pk}/settlement", fields)


@sends("nodes")
def change_key_on_page(stage: Stage) -> Sent:
    return Sent("secadmin", "/staff/nodes/", {"suite": "sm"})


@posts(f"{API}/node-keys")
def change_key(stage: Stage) -> Sent:
    return Sent("secadmin", f"{API}/node-keys", {"international": False})


@posts(f"{API}/nodes/{{node_code}}/card")
def renew(stage: Stage) -> Sent:
    partner = Partner()
    node = operations.approve_node(code=_entered(partner).code, actor=OTHER, at=AT)
    return Sent("sysadmin", f"{API}/nodes/{node.code}/card", {"node_card": partner.card(address="http://127.0.0.1:8")})


@posts(f"{API}/nodes/{{node_code}}/card-approval")
def settle_renewal(stage: Stage) -> Sent:
    partner = Partner()
    node = operations.approve_node(code=_entered(partner).code, actor=OTHER, at=AT)
    operations.renew_node(code=node.code, card=partner.card(address="http://127.0.0.1:8"), actor=ONE, at=AT)
    return Sent("secadmin", f"{API}/nodes/{node.code}/card-approval", {"take": True})


@posts(f"{API}/nodes/{{node_code}}/own-card")
def note_own_card(stage: Stage) -> Sent:
    return Sent("secadmin", f"{API}/nodes/{joined(stage).code}/own-card")


@posts(f"{API}/nodes/{{node_code}}/keys/{{key_id}}/revocation")
def revoke_key(stage: Stage) -> Sent:
    return Sent("secadmin", f"{API}/nodes/{joined(stage).code}/keys/ministry-1/revocation", {"reason": "密钥可能泄露"})


def _entered(partner: Partner) -> Node:
    return operations.invite_node(card=partner.card(), actor=ONE, at=AT)

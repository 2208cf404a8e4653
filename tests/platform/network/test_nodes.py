"""Nodes come by two people, prove their keys, change them with an overlap, and can be stopped at once."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.platform.library import Library
from tests.platform.network.conftest import AT, ONE, OTHER, read
from tests.platform.network.partner import Partner, new_key
from tests.platform.network.test_streams import wire, write  # noqa: F401  a fixture

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import add_key, keys_directory
from onedoor.platform.kernel.crypto.suites import suite
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.network import calling, key_changes, operations, own, sending, tasks
from onedoor.platform.network.envelopes import Envelope, sign_with
from onedoor.platform.network.models import Incoming, Node, NodeKey, OwnKey, Received, Sent
from onedoor.platform.network.queries import prove
from onedoor.platform.network.states import End, NodeState


def news(partner: Partner, key: Any, at: Any, version: int = 1, **changes: Any) -> dict[str, Any]:
    """The message by which the partner tells of a new key of its own."""
    public = key.public.hex()
    told = {"node": partner.code, "key_id": key.id, "algorithm": key.algorithm, "public": public}
    told["proof"] = sign_with(key, key_changes._proved(partner.code, key.id, public))
    return partner.message(told | changes, at=at, schema="network.key", key="network.key", version=version)


def test_one_person_enters_a_node_and_another_lets_it_in(books: Library, partner: Partner) -> None:
    node = operations.invite_node(card=partner.card(), actor=ONE, at=AT)
    with pytest.raises(sending.NodeNotJoined):
        write("1")
    with pytest.raises(operations.SamePerson):
        operations.approve_node(code=node.code, actor=ONE, at=AT)
    with pytest.raises(InvalidInput):
        operations.invite_node(card=partner.card(), actor=ONE, at=AT)
    operations.renew_node(code=node.code, card=partner.card(name="国家节点"), actor=ONE, at=AT)  # the first was wrong
    operations.settle_renewal(code=node.code, take=True, actor=OTHER, at=AT)
    let_in = operations.approve_node(code=node.code, actor=OTHER, at=AT)
    assert (let_in.state, let_in.name) == (NodeState.ACTIVE, "国家节点")
    with pytest.raises(operations.NodeStateDiffers):
        operations.approve_node(code=node.code, actor=OTHER, at=AT)
    with pytest.raises(NotAllowed):
        operations.suspend_node(code=node.code, reason="x", actor=Actor(kind="officer", name="甲"), at=AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "village"},
        {"division": "999999999999"},
        {"address": "ftp://x"},
        {"code": "onedoor"},
        {"keys": []},
        {"owns": [1]},
    ],
)
def test_a_card_that_is_not_good_is_refused_with_a_reason(
    books: Library, partner: Partner, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        operations.invite_node(card=partner.card(**changes), actor=ONE, at=AT)
    assert refused.value.by_field["card"].endswith("。")
    assert not Node.objects.exists()


def test_a_register_has_one_owner(joined: Node, books: Library) -> None:
    with pytest.raises(InvalidInput) as refused:
        operations.invite_node(card=Partner(code="abroad").card(), actor=ONE, at=AT)
    assert "已有管理节点" in refused.value.by_field["card"]


def test_a_card_with_somebody_elses_key_does_not_prove_itself(books: Library, partner: Partner) -> None:
    card = partner.card().replace(partner.keys[0].public.hex(), new_key("x").public.hex())
    with pytest.raises(InvalidInput):
        operations.invite_node(card=card, actor=ONE, at=AT)


def test_a_suspended_node_gets_what_was_written_before_once_it_is_back(
    joined: Node,
    wire: list[list[Sent]],  # noqa: F811
) -> None:
    write("1")
    operations.suspend_node(code=joined.code, reason="核查", actor=ONE, at=AT)
    assert tasks.forward(at=AT) == 0
    operations.resume_node(code=joined.code, actor=OTHER, at=AT)
    assert tasks.forward(at=AT) == 1


def test_a_new_key_of_the_other_side_counts_at_once_and_the_old_one_for_the_overlap(
    joined: Node, partner: Partner, moment: Any
) -> None:
    fresh = new_key("ministry-2")
    partner.hand_in(news(partner, fresh, AT), at=AT)
    assert [key.valid_to for key in NodeKey.objects.order_by("pk")] == [None, None]  # the new one has not been used yet
    partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT)  # under way, still by the old one
    partner.keys.append(fresh)
    partner.hand_in(partner.message({"number": "2"}, at=AT), at=AT)
    old, new = NodeKey.objects.order_by("pk")
    assert (old.valid_to, new.valid_to) == (AT + timedelta(days=30), None)
    tasks.hand_over(at=AT)
    assert read() == ["1", "2"]
    moment.shift(timedelta(days=31))
    partner.keys.pop()
    late = partner.message({"number": "3"}, at=AT + timedelta(days=31))
    assert partner.hand_in(late, at=AT + timedelta(days=31)).status_code == 401
    assert prove(joined, End.IN).faults == []


@pytest.mark.parametrize("changes", [{"version": 2}, {"algorithm": "ml-dsa"}, {"public": "00"}, {"key_id": "x" * 61}])
def test_a_key_that_cannot_be_read_is_parked_and_the_next_one_counts(
    joined: Node, partner: Partner, changes: dict[str, Any]
) -> None:
    fresh = new_key("ministry-3")
    bad = news(partner, new_key("ministry-2"), AT, **changes)
    told = [partner.hand_in(one, at=AT).json() for one in (bad, news(partner, fresh, AT))]
    assert [one["receipts"][0]["receipt"]["understood"] for one in told] == [False, True]
    partner.keys.append(fresh)
    assert partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT).json()["fault"] == ""
    assert list(Incoming.objects.order_by("sequence").values_list("state", flat=True)) == ["parked", "done", "waiting"]


def test_a_new_key_of_ours_is_used_once_the_other_side_has_signed_for_the_news(
    joined: Node,
    wire: list[list[Sent]],  # noqa: F811
) -> None:
    before = OwnKey.objects.last()
    made = operations.change_key(actor=OTHER, at=AT)
    tasks.forward(at=AT)
    write("1")
    tasks.forward(at=AT)
    telling, after = Sent.objects.order_by("sequence")
    assert before is not None
    assert before.key_id in telling.signature
    assert made in after.signature
    assert prove(joined, End.OUT).faults == []


def test_what_waits_while_our_key_changes_is_signed_anew_with_the_next(
    joined: Node, monkeypatch: pytest.MonkeyPatch, moment: Any
) -> None:
    posted: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(json.loads(request.content))
        return httpx.Response(503)

    monkeypatch.setattr(calling, "client", lambda: httpx.Client(transport=httpx.MockTransport(answer)))
    write("1")
    tasks.forward(at=AT)
    made = add_key(keys_directory(), "signing-nodeintl", suite_name="intl")
    key_changes.known(joined.code, {"key_id": made.id}, at=AT)  # of the other suite: the chain does not mind
    write("2")
    moment.shift(timedelta(minutes=5))
    tasks.forward(at=AT)
    before, after = (one["messages"][0] for one in posted[:2])
    assert before["envelope"] == after["envelope"]
    assert made.id not in before["signature"]
    assert all(made.id in one["signature"] for one in posted[1]["messages"])
    assert posted[1]["messages"][1]["envelope"]["previous"] == Sent.objects.get(sequence=1).digest


def test_what_was_written_long_before_a_key_is_taken_when_that_key_signs_it(
    joined: Node, partner: Partner, moment: Any
) -> None:
    fresh = new_key("ministry-2", "intl")
    partner.hand_in(news(partner, fresh, AT), at=AT)
    old = partner.message({"number": "1"}, at=AT - timedelta(days=40))
    partner.keys.append(fresh)
    old["signature"] = sign_with(fresh, Envelope(**old["envelope"]).signed_bytes)
    assert partner.hand_in(old, at=AT).json()["fault"] == ""
    again = partner.hand_in(old, at=AT).json()
    assert again["expected"] == 3
    assert prove(joined, End.IN).faults == []


def test_what_came_before_a_key_was_revoked_stays_proved(joined: Node, partner: Partner, moment: Any) -> None:
    partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT)
    later = AT + timedelta(hours=1)
    operations.revoke_key(code=joined.code, key_id="ministry-1", reason="泄露", actor=OTHER, at=later)
    assert prove(joined, End.IN).faults == []


def test_a_newer_card_counts_once_another_person_has_approved_it(joined: Node, partner: Partner) -> None:
    operations.revoke_key(code=joined.code, key_id="ministry-1", reason="泄露", actor=OTHER, at=AT)
    partner.keys.append(new_key("ministry-2"))
    partner.keys.pop(0)
    message = partner.message({"number": "1"}, at=AT)
    assert partner.hand_in(message, at=AT).status_code == 401
    with pytest.raises(InvalidInput):
        operations.renew_node(code=joined.code, card=Partner(code="abroad").card(), actor=ONE, at=AT)
    operations.renew_node(code=joined.code, card=partner.card(reads=[]), actor=ONE, at=AT)
    with pytest.raises(operations.SamePerson):
        operations.settle_renewal(code=joined.code, take=True, actor=ONE, at=AT)
    assert partner.hand_in(message, at=AT).status_code == 401
    operations.settle_renewal(code=joined.code, take=True, actor=OTHER, at=AT)
    assert partner.hand_in(message, at=AT).json()["fault"] == ""
    assert Node.objects.get().reads == []
    with pytest.raises(operations.NothingToRenew):
        operations.settle_renewal(code=joined.code, take=True, actor=OTHER, at=AT)


def test_a_node_that_has_our_newest_card_is_signed_to_with_its_key(joined: Node) -> None:
    fresh = add_key(keys_directory(), "signing-node", suite_name="sm")
    assert own.signing_key(joined).id != fresh.id
    operations.note_own_card(code=joined.code, actor=OTHER, at=AT)
    assert own.signing_key(joined).id == fresh.id


def test_a_revoked_key_counts_for_nothing(joined: Node, partner: Partner) -> None:
    operations.revoke_key(code=joined.code, key_id="ministry-1", reason="泄露", actor=OTHER, at=AT)
    assert partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT).status_code == 401


def test_a_node_that_signs_with_the_international_suite_is_as_good(books: Library) -> None:
    partner = Partner(code="abroad", family="intl")
    operations.invite_node(card=partner.card(), actor=ONE, at=AT)
    node = operations.approve_node(code="abroad", actor=OTHER, at=AT)
    assert partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT).status_code == 200
    assert Received.objects.get().digest.startswith(suite("intl").digest_algorithm)
    assert prove(node, End.IN).faults == []

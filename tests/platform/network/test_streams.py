"""Messages between nodes: written with what they tell, in order, once, provable; what is wrong with one is told."""

import functools
import json
import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import transaction
from django.test import Client
from tests.platform.network.conftest import AT, ONE, OTHER, Card, read, read_card
from tests.platform.network.partner import DOOR, Partner

from onedoor.platform.network import calling, forwarding, handing, operations, own, schemas, sending, tasks
from onedoor.platform.network.models import Incident, Incoming, Node, Queued, Receipt, Received, Sent, Stream
from onedoor.platform.network.queries import prove
from onedoor.platform.network.states import End, Handing, Trouble

HOUR = timedelta(hours=1)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, partner: Partner) -> list[list[Sent]]:
    """What was posted to the partner, who signs for all of it unless a test puts another answer into `answers`."""
    posted: list[list[Sent]] = []

    def post(parcel: calling.Parcel) -> calling.Answer:
        posted.append(parcel.sent)
        receipts = [partner.receipt(row, at=parcel.wall) for row in parcel.sent]
        return calling.Answer(receipts, parcel.sent[-1].sequence + 1, "")

    monkeypatch.setattr(calling, "post", post)
    return posted


def write(*numbers: str, key: str = "") -> None:
    for number in numbers:
        sending.send("library.card", Card(number=number), to="ministry", key=key, at=AT)


def test_a_message_is_numbered_chained_and_proved_by_the_receipt(joined: Node, wire: list[list[Sent]]) -> None:
    write("1", "2", "3")
    assert tasks.forward(at=AT) == 3
    assert [row.sequence for row in wire[0]] == [1, 2, 3]
    assert not Queued.objects.exists()
    first, second, _ = Sent.objects.order_by("sequence")
    assert first.envelope["previous"] == ""
    assert second.envelope["previous"] == first.digest
    proof = prove(joined, End.OUT)
    assert (proof.messages, proof.receipts, proof.faults) == (3, 3, [])
    assert tasks.forward(at=AT) == 0


def test_what_is_rolled_back_was_never_written(joined: Node, wire: list[list[Sent]]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write("1")
        raise RuntimeError
    write("2")
    tasks.forward(at=AT)
    assert [row.body["number"] for row in wire[0]] == ["2"]


def test_a_node_that_is_away_is_left_in_peace_and_gets_everything_later(
    joined: Node, wire: list[list[Sent]], monkeypatch: pytest.MonkeyPatch, moment: Any
) -> None:
    write("1", "2")
    with monkeypatch.context() as patch:

        def away(*args: Any, **more: Any) -> calling.Answer:
            raise calling.NodeAway(Trouble.AWAY, "ConnectError")

        patch.setattr(calling, "post", away)
        for _ in range(6):
            tasks.forward(at=AT)
            moment.shift(timedelta(seconds=20))
        assert Incident.objects.get().kind == Trouble.AWAY
        stream = Stream.objects.get()
        assert stream.openings >= 1
    assert tasks.forward(at=AT) == 0  # it is left in peace
    moment.shift(timedelta(minutes=15))
    assert tasks.forward(at=AT) == 2
    assert Incident.objects.get().settled_at is not None
    assert prove(joined, End.OUT).faults == []


def test_a_receipt_that_proves_nothing_is_not_kept(
    joined: Node, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("1")

    def post(parcel: calling.Parcel) -> calling.Answer:
        return calling.Answer([partner.receipt(parcel.sent[0], at=AT) | {"signature": "v1.x.y.z"}], 2, "")

    monkeypatch.setattr(calling, "post", post)
    assert tasks.forward(at=AT) == 0
    assert not Receipt.objects.exists()
    assert Incident.objects.filter(kind=Trouble.FORGED, end=End.OUT).exists()


def test_a_node_that_lost_what_it_had_signed_for_gets_it_again_and_it_is_told(
    joined: Node, wire: list[list[Sent]], monkeypatch: pytest.MonkeyPatch, moment: Any
) -> None:
    write("1", "2", "3")
    tasks.forward(at=AT)
    write("4")
    with monkeypatch.context() as patch:
        patch.setattr(calling, "post", lambda parcel: calling.Answer([], 2, "gap"))
        tasks.forward(at=AT)
    assert Incident.objects.filter(kind=Trouble.REWOUND).exists()
    moment.shift(timedelta(minutes=1))
    tasks.forward(at=AT)
    assert [row.sequence for row in wire[-1]] == [2, 3, 4]


# What comes in


def test_messages_are_stored_signed_for_and_read_in_order(joined: Node, partner: Partner) -> None:
    batch = [partner.message({"number": str(number)}, at=AT) for number in (1, 2, 3)]
    answer = partner.hand_in(*batch, at=AT).json()
    assert answer["expected"] == 4
    assert len(answer["receipts"]) == 3
    assert Received.objects.count() == 3
    assert read() == []
    assert tasks.hand_over(at=AT) == 3
    assert read() == ["1", "2", "3"]
    assert tasks.hand_over(at=AT) == 0
    proof = prove(joined, End.IN)
    assert (proof.messages, proof.receipts, proof.faults) == (3, 3, [])


def test_the_same_again_gets_the_same_receipt_and_is_read_once(joined: Node, partner: Partner, moment: Any) -> None:
    message = partner.message({"number": "1"}, at=AT)
    first = partner.hand_in(message, at=AT).json()
    moment.shift(timedelta(seconds=30))
    assert partner.hand_in(message, at=AT).json() == first
    tasks.hand_over(at=AT)
    assert read() == ["1"]


def test_a_gap_is_told_and_what_is_missing_asked_for_again(joined: Node, partner: Partner) -> None:
    one, two, three = (partner.message({"number": str(number)}, at=AT) for number in (1, 2, 3))
    partner.hand_in(one, at=AT)
    answer = partner.hand_in(three, at=AT).json()
    assert (answer["receipts"], answer["expected"], answer["fault"]) == ([], 2, "gap")
    told = Incident.objects.get(kind=Trouble.GAP)
    assert told.detail == "缺第 2 至 2 号，已请对方补发"
    assert partner.hand_in(two, three, at=AT).json()["expected"] == 4
    told.refresh_from_db()
    assert told.settled_at == AT
    tasks.hand_over(at=AT)
    assert read() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [({"previous": "sm3:" + "0" * 64}, "chain"), ({"sender": "province"}, "forged"), ({"receiver": "x"}, "forged")],
)
def test_what_does_not_belong_to_the_stream_is_not_taken(
    joined: Node, partner: Partner, changes: dict[str, Any], fault: str
) -> None:
    partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT)
    answer = partner.hand_in(partner.message({"number": "2"}, at=AT, **changes), at=AT).json()
    assert (answer["expected"], answer["fault"]) == (2, fault)
    assert Incident.objects.get().kind == fault


def test_another_text_under_a_used_number_is_no_duplicate(joined: Node, partner: Partner) -> None:
    partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT)
    partner.sequence, partner.previous = 0, ""
    answer = partner.hand_in(partner.message({"number": "other"}, at=AT), at=AT).json()
    assert (answer["receipts"], answer["fault"]) == ([], "fork")


@pytest.mark.parametrize("part", ["body", "signature", "envelope"])
def test_a_changed_message_is_not_taken(joined: Node, partner: Partner, part: str) -> None:
    message = partner.message({"number": "1"}, at=AT)
    message[part] = {"body": {"number": "2"}, "signature": "v1.sm2-sm3.ministry-1.AAAA", "envelope": {}}[part]
    assert partner.hand_in(message, at=AT).json()["fault"] == "forged"
    assert not Received.objects.exists()


def test_an_id_that_is_used_twice_in_a_batch_is_a_fork_and_what_came_before_it_is_kept(
    joined: Node, partner: Partner
) -> None:
    first = partner.message({"number": "1"}, at=AT)
    again = partner.message({"number": "2"}, at=AT, id=first["envelope"]["id"])
    answer = partner.hand_in(first, again, at=AT).json()
    assert (answer["expected"], answer["fault"]) == (2, "fork")
    assert Received.objects.count() == 1


def test_who_is_not_joined_or_not_itself_is_refused(joined: Node, partner: Partner) -> None:
    message = partner.message({"number": "1"}, at=AT)
    stranger = Partner(code="stranger")
    assert stranger.hand_in(stranger.message({"number": "1"}, at=AT), at=AT).status_code == 401
    assert Partner(code="ministry").hand_in(message, at=AT).status_code == 401
    assert partner.hand_in(message, at=AT, receiver="another").status_code == 401
    Node.objects.update(state="suspended")
    assert partner.hand_in(message, at=AT).status_code == 401
    assert not Received.objects.exists()


def test_clocks_may_differ_by_the_figure_and_no_more(joined: Node, partner: Partner) -> None:
    message = partner.message({"number": "1"}, at=AT)
    refused = partner.hand_in(message, at=AT, late=timedelta(seconds=301))
    assert (refused.status_code, refused.json()) == (409, {"code": "clock"})
    assert partner.hand_in(message, at=AT, late=timedelta(seconds=-299)).status_code == 200


def test_what_cannot_be_read_is_parked_and_holds_up_only_its_own_key(joined: Node, partner: Partner) -> None:
    batch = [
        partner.message({"number": "1"}, at=AT, key="card:1", version=2),
        partner.message({"number": "2"}, at=AT, key="card:1"),
        partner.message({"number": "3"}, at=AT, key="card:3"),
        partner.message({"number": "4"}, at=AT, schema="library.loan"),
        partner.message({"reader": "没有号"}, at=AT),
    ]
    answer = partner.hand_in(*batch, at=AT).json()
    assert [one["receipt"]["understood"] for one in answer["receipts"]] == [False, True, True, False, False]
    tasks.hand_over(at=AT)
    assert read() == ["3"]
    reasons = list(Incoming.objects.filter(state=Handing.PARKED).order_by("sequence").values_list("reason", flat=True))
    assert reasons[0].startswith("对方用的是第 2 版")
    assert reasons[1] == handing.BEHIND
    assert reasons[2].startswith("本节点不认识")
    assert "number" in reasons[3]
    schemas.forget("library.card")
    schemas.register(schemas.Schema("library.card", 2, Card, read_card))
    assert handing.unpark(at=AT) == 2
    tasks.hand_over(at=AT)
    assert read() == ["3", "1", "2"]


def test_a_reader_that_fails_is_tried_again_then_parked_so_that_the_stream_goes_on(
    joined: Node, partner: Partner, moment: Any
) -> None:
    batch = [partner.message({"number": number, "reader": who}, at=AT) for number, who in (("1", "坏"), ("2", ""))]
    partner.hand_in(*batch, at=AT)
    tasks.hand_over(at=AT)
    assert read() == []
    for _ in range(6):
        moment.shift(HOUR)
        tasks.hand_over(at=AT)
    assert read() == ["2"]
    assert "RuntimeError" in Incoming.objects.get(state=Handing.PARKED).reason


def test_a_node_whose_messages_cannot_be_taken_from_the_shelf_holds_up_no_other(
    joined: Node, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Partner(code="second", owns=[])
    operations.invite_node(card=second.card(), actor=ONE, at=AT)
    operations.approve_node(code=second.code, actor=OTHER, at=AT)
    partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT)
    second.hand_in(second.message({"number": "2"}, at=AT), at=AT)
    take = handing._understood

    def damaged(row: Incoming, node: Node) -> Any:
        if node == joined:
            raise KeyError
        return take(row, node)

    monkeypatch.setattr(handing, "_understood", damaged)
    assert tasks.hand_over(at=AT) == 1
    assert read() == ["2"]


def test_either_suite_signs(db: None, joined: Node) -> None:
    assert {key.algorithm for key in own.current_keys()} == {"sm2-sm3", "ed25519"}
    assert schemas.breaks(schemas.Body, Card) == ["number"]


def test_a_node_that_goes_back_again_and_again_is_left_in_peace(
    joined: Node, monkeypatch: pytest.MonkeyPatch, partner: Partner, moment: Any
) -> None:
    asked = 0

    def post(parcel: calling.Parcel) -> calling.Answer:
        nonlocal asked
        asked += 1
        return calling.Answer([partner.receipt(row, at=AT) for row in parcel.sent], 1, "")

    monkeypatch.setattr(calling, "post", post)
    write("1", "2")
    for _ in range(30):
        tasks.forward(at=AT)
        moment.shift(timedelta(seconds=10))
    assert asked < 12
    assert Incident.objects.get().kind == Trouble.REWOUND
    assert Stream.objects.get().openings > 1


def test_a_node_that_hangs_keeps_no_other_waiting_and_its_stream_stays_its_own(
    joined: Node, monkeypatch: pytest.MonkeyPatch, partner: Partner, moment: Any
) -> None:
    second = Partner(code="second", owns=[])
    operations.invite_node(card=second.card(), actor=ONE, at=AT)
    operations.approve_node(code=second.code, actor=OTHER, at=AT)
    go_on, asked = threading.Event(), []

    def post(parcel: calling.Parcel) -> calling.Answer:
        asked.append(parcel.node.code)
        if parcel.node.code == "ministry":
            go_on.wait(20)
            raise ValueError("a fault nobody thought of")
        return calling.Answer([second.receipt(row, at=AT) for row in parcel.sent], parcel.sent[-1].sequence + 1, "")

    monkeypatch.setattr(calling, "post", post)
    monkeypatch.setattr(forwarding, "TURN", 0.5)
    write("1")
    sending.send("library.card", Card(number="2"), to="second", at=AT)
    assert tasks.forward(at=AT) == 1
    moment.shift(sending.LEASE * 3 / 4)
    assert tasks.forward(at=AT) == 0
    held = Stream.objects.get(node=joined, end=End.OUT)
    assert held.lease_until == AT + sending.LEASE * 7 / 4  # renewed while the call lasts
    go_on.set()
    forwarding._under_way[joined.pk].future.exception(20)
    tasks.forward(at=AT)
    held.refresh_from_db()
    assert (held.lease_until, held.failures) == (None, 1)
    assert asked == ["ministry", "second"]


def test_a_call_that_does_not_end_is_given_up_and_its_node_asked_again_once_it_has_hung_up(
    joined: Node, monkeypatch: pytest.MonkeyPatch, partner: Partner, moment: Any
) -> None:
    hung_up, asked = threading.Event(), []

    def post(parcel: calling.Parcel) -> calling.Answer:
        asked.append(parcel.wall)
        hung_up.wait(20)  # as on a header that drips byte by byte
        return calling.Answer([partner.receipt(row, at=AT) for row in parcel.sent], parcel.sent[-1].sequence + 1, "")

    monkeypatch.setattr(calling, "post", post)
    monkeypatch.setattr(calling, "LONGEST_CALL", 0.0)
    monkeypatch.setattr(forwarding, "TURN", 0.1)
    write("1")
    for _ in range(3):
        assert tasks.forward(at=AT) == 0
        moment.shift(HOUR)
    out = Stream.objects.get(node=joined, end=End.OUT)
    assert (out.failures, out.lease_until, len(asked)) == (1, None, 1)
    assert Incident.objects.get().kind == Trouble.AWAY
    hung_up.set()
    forwarding._given_up[joined.pk].future.result(20)
    monkeypatch.setattr(forwarding, "TURN", 2.0)
    assert tasks.forward(at=AT) == 1
    assert not forwarding._given_up


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, {"receipts": [], "expected": None, "fault": "\ud800"}),
        (200, {"receipts": [], "expected": None, "fault": "\0"}),
        (401, {"code": "\0"}),
        (200, {"receipts": [["receipt", "signature"]], "expected": None}),
        (200, {"receipts": [{"receipt": {}, "signature": ""}], "expected": None}),
        (200, None),  # an answer that is good, and a fault nobody thought of where it is settled
    ],
)
def test_an_answer_that_cannot_be_kept_keeps_only_its_own_node_waiting(
    joined: Node, partner: Partner, monkeypatch: pytest.MonkeyPatch, status: int, told: Any
) -> None:
    second = Partner(code="second", owns=[])
    operations.invite_node(card=second.card(), actor=ONE, at=AT)
    operations.approve_node(code=second.code, actor=OTHER, at=AT)

    def post(parcel: calling.Parcel) -> calling.Answer:
        if parcel.node.code == "ministry" and told is not None:
            return calling.read(status, json.dumps(told).encode())
        signer = {"ministry": partner, "second": second}[parcel.node.code]
        return calling.Answer([signer.receipt(row, at=AT) for row in parcel.sent], parcel.sent[-1].sequence + 1, "")

    def fail(node: str, body: Any, *, at: Any) -> None:
        if told is None and node == "ministry":
            raise RuntimeError

    schemas.forget("library.card")
    schemas.register(schemas.Schema("library.card", 1, Card, read_card, on_receipt=fail))
    monkeypatch.setattr(calling, "post", post)
    write("1")
    sending.send("library.card", Card(number="2"), to="second", at=AT)
    assert tasks.forward(at=AT) == 1
    out = Stream.objects.get(node=joined, end=End.OUT)
    assert (out.acknowledged, out.failures, out.lease_until) == (0, 1, None)
    assert out.retry_at is not None
    assert Incident.objects.get(node=joined).settled_at is None


def test_a_post_goes_over_the_wire_as_the_other_side_reads_it(
    joined: Node, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(409, json={"code": "clock"})

    monkeypatch.setattr(calling, "client", lambda: httpx.Client(transport=httpx.MockTransport(answer)))
    write("1")
    tasks.forward(at=AT)
    assert str(sent[0].url) == "http://127.0.0.1:9/hooks/network/"
    assert Incident.objects.get().kind == Trouble.CLOCK


# What no node can take


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"messages": "\xff"}',
        b"",
        b'{"sender": "\\u0000", "receiver": "", "sent_at": "", "messages": []}',
    ],
)
def test_what_is_no_batch_is_refused_in_one_way(joined: Node, body: bytes) -> None:
    answer = Client().generic("POST", DOOR, body, "application/json", headers={"X-OneDoor-Signature": "v1.x"})
    assert (answer.status_code, answer.json()) == (400, {"code": "unreadable"})


@pytest.mark.parametrize("value", ["\0", "\ud800", functools.reduce(lambda inner, _: [inner], range(60), "")])
def test_what_a_database_cannot_hold_is_refused_at_the_door_and_never_written(
    joined: Node, partner: Partner, value: Any
) -> None:
    message = partner.message({"number": "1"}, at=AT)
    message["body"] = {"number": value}
    told = {"sender": "ministry", "receiver": "onedoor", "sent_at": AT.isoformat(), "messages": [message]}
    signature = message["signature"]
    answer = Client().generic(
        "POST", DOOR, json.dumps(told).encode(), "application/json", headers={"X-OneDoor-Signature": signature}
    )
    assert (answer.status_code, answer.json()) == (400, {"code": "unreadable"})
    if isinstance(value, str):
        with pytest.raises(sending.MessageNotPlain):
            write(value)


@pytest.mark.parametrize("depth", [28, 29])
def test_what_is_taken_when_it_is_written_is_taken_at_the_door_however_deep(
    joined: Node, partner: Partner, depth: int
) -> None:
    class Deep(Card):
        inner: Any

    schemas.register(schemas.Schema("library.deep", 1, Deep, read_card))
    told: Any = functools.reduce(lambda inner, _: [inner], range(depth), 1)
    try:
        sending.send("library.deep", Deep(number="1", inner=told), to="ministry", at=AT)
        written = True
    except sending.MessageNotPlain:
        written = False
    finally:
        schemas.forget("library.deep")
    answer = partner.hand_in(partner.message({"number": "1", "inner": told}, at=AT), at=AT)
    assert (answer.status_code == 200) is written is (depth < 29)


def test_a_message_that_no_receiver_would_take_is_refused_when_it_is_written(joined: Node) -> None:
    with pytest.raises(sending.MessageTooLarge) as refused:
        write("长" * 400_000)
    assert "没有发出" in str(refused.value)
    assert not Queued.objects.exists()

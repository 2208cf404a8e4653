"""The pages of who looks after the network: a node by two people, its newer card, what is parked, how long messages wait."""

import io
from datetime import timedelta

from django.core.management import call_command
from tests.platform.desks import Desk
from tests.platform.library import Library
from tests.platform.network.conftest import AT
from tests.platform.network.partner import Partner
from tests.platform.network.test_streams import write

from onedoor.platform.network import schemas, tasks
from onedoor.platform.network.models import Incoming, Node
from onedoor.platform.network.states import Handing


def test_two_managers_join_a_node_renew_it_and_mind_what_is_parked(
    books: Library, desk: Desk, partner: Partner
) -> None:
    desk.go(AT)
    desk.act("sysadmin", "/staff/nodes/new/", card=partner.card())
    page = "/staff/nodes/ministry/"
    assert "等安全管理员批准" in desk.page("sysadmin", page)
    desk.act("secadmin", page, act="approve")
    schemas.forget("library.card")
    partner.hand_in(partner.message({"number": "1"}, at=AT), at=AT)
    assert "本节点不认识" in desk.page("sysadmin", page)
    message = str(Incoming.objects.get(state=Handing.PARKED).pk)
    assert "请写明怎样处理的" in desk.refused("sysadmin", page, 422, act="set_aside", message=message, note="")
    desk.act("sysadmin", page, act="set_aside", message=message, note="对方发错了")
    assert "另一个节点的名片" in desk.refused("sysadmin", page, 422, act="renew", card=Partner(code="x").card())
    desk.act("sysadmin", page, act="renew", card=partner.card(reads=["library.loans"]))
    assert "library.loans" in desk.page("secadmin", page)
    desk.act("secadmin", page, act="take_card")
    assert Node.objects.get().reads == ["library.loans"]
    desk.act("secadmin", page, act="revoke", key="ministry-1", note="可能泄露")
    assert "已吊销" in desk.page("secadmin", page)


def test_the_health_of_a_node_says_how_long_messages_wait(joined: Node, desk: Desk) -> None:
    desk.go(AT)
    write("1")
    desk.go(AT + timedelta(minutes=2))
    assert desk.client("reader").get("/healthz").json()["network_lag"] == 120
    said = io.StringIO()
    call_command("check_network", "--lag", stdout=said)
    assert "等了 120 秒" in said.getvalue()
    assert tasks.hand_over(at=AT) == 0
    assert ">1</td>" in desk.page("sysadmin", "/staff/nodes/")

"""Two nodes as real processes: messages both ways, one of them away for a while, everything once, in order, provable."""

import json
import time
from pathlib import Path

import pytest
from benchmarks.nodes import RunningNode
from django.db import connection

from tests.ports import free_base


def settled(*nodes: RunningNode, seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while any(node.manage("-m", "benchmarks.nodes", "left").strip() != "0" for node in nodes):
        assert time.monotonic() < give_up, [node.manage("-m", "benchmarks.nodes", "troubles") for node in nodes]


def read(node: RunningNode) -> list[int]:
    return list(json.loads(node.manage("-m", "benchmarks.nodes", "read")))


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="both nodes have databases of their own, whatever the round's is"
)
def test_two_nodes_tell_each_other_everything_once_and_in_order(tmp_path: Path) -> None:
    base = free_base(2)
    province = RunningNode(tmp_path / "province", "province", "province", base, "")
    ministry = RunningNode(tmp_path / "ministry", "ministry", "ministry", base + 1, "")
    try:
        province.set_up()
        ministry.set_up(like=province)
        province.join(ministry)
        ministry.join(province)
        province.manage("-m", "benchmarks.nodes", "write", "30", "ministry")
        province.start("worker")  # nobody is there yet: it is stored and forwarded later
        for node in (ministry, province):
            node.start("web")
        ministry.start("worker")
        ministry.manage("-m", "benchmarks.nodes", "write", "20", "province")
        settled(province, ministry)
        assert read(ministry) == list(range(30))
        assert read(province) == list(range(20))
        ministry.kill("web")
        province.manage("-m", "benchmarks.nodes", "write", "20", "ministry", "30")
        ministry.start("web")
        settled(province, ministry)
        assert read(ministry) == list(range(50))
        for node in (province, ministry):
            assert "不能证明" not in node.manage("check_network")
    finally:
        province.stop()
        ministry.stop()

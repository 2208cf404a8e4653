"""W1: the life of a case through the pages: apply, accept, supplement, review, decide, close; 8 parties at once."""

from benchmarks import errands, items
from benchmarks.errands import Party, parties
from benchmarks.load import drive
from benchmarks.site import running

CLIENTS, SECONDS = 8, 8.0


def create(party: Party, turn: int) -> None:
    party.apply(items.LIFE, 14)


def create_by_call(party: Party, turn: int) -> None:
    party.apply_by_call(items.LIFE, 14)


def whole_life(party: Party, turn: int) -> None:
    number = party.apply(items.LIFE, 14)
    ask = {"ask-proof": "1", "problem-proof": "没有看到居住证明", "how-proof": "把居住证拍清楚上传，或写明住址"}
    party.act("补正 supplement", "clerk", number, "supplement", ask)
    url = f"/cases/{number}/supplement/"
    party.reader.post("补齐 supply", url, {"hand_in": "1"}, photo=("file_proof", errands.photo()))
    party.accept(number)
    party.review(number, 1)
    party.decide(number)


def main() -> None:
    with running() as site:
        group = parties(site, CLIENTS)
        for figures in (
            drive(site, "W1 创建 create", "件 cases/s", group, create, seconds=SECONDS),
            drive(site, "W1 创建 create by one call", "件 cases/s", group, create_by_call, seconds=SECONDS),
            drive(site, "W1 一生 whole life", "件 cases/s", group, whole_life, seconds=SECONDS),
        ):
            print("\n".join(figures.lines()), flush=True)

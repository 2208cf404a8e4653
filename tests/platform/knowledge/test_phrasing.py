"""A model's wording: asked in the background with quoted passages alone, kept only as far as they support it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from tests.platform import library
from tests.platform.desks import Desk
from tests.platform.knowledge.conftest import AT
from tests.platform.library import COUNTY, MACHINE, Library
from tests.ports import free_base

from onedoor.platform.exchange import phrasing
from onedoor.platform.exchange.adapters import NotAnswered
from onedoor.platform.exchange.models import SourceHealth
from onedoor.platform.knowledge import operations, queries
from onedoor.platform.knowledge.models import Turn

NUMBER = "13800001234"


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """A simulator of a model as a process of its own."""
    port = free_base()
    process = subprocess.Popen([sys.executable, "-m", "onedoor.demonstration.simulators.phraser", "--port", str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urlopen(address, timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def mood(model: str, settings: Any) -> Callable[[str], None]:
    settings.ONEDOOR_PHRASER, settings.ONEDOOR_PHRASER_URL = "chat", model
    settings.ONEDOOR_PHRASER_TIMEOUT, settings.ONEDOOR_PHRASER_MODEL = 1.0, "test"

    def set_mood(name: str) -> None:
        body = json.dumps({"mood": name}).encode()
        urlopen(Request(f"{model}/mood", data=body, headers={"Content-Type": "application/json"}), timeout=5)

    return set_mood


def answer(books: Library, question: str = f"借书证收费吗，我的电话{NUMBER}") -> Turn:
    made = operations.ask(
        conversation_id=None,
        question=question,
        division=COUNTY,
        opener=queries.Opener(),
        actor=library.Actor.anonymous(),
        at=AT,
    )
    return made.turns.get(kind="answer")


def test_it_is_off_unless_set_up(shelf: Desk) -> None:
    assert not phrasing.is_set_up()
    assert answer(shelf.books).phrasing == "none"
    with pytest.raises(NotAnswered):
        phrasing.phrase(question="", passages=[], purpose="", target="", actor=MACHINE, at=AT, wall=AT)


def test_what_it_copies_is_shown_and_what_it_invents_is_dropped(
    work: Callable[[], None], shelf: Desk, mood: Callable[[str], None], model: str
) -> None:
    mood("lies")
    turn = answer(shelf.books)
    assert (turn.phrasing, turn.phrased) == ("asked", "")  # the request itself asks nobody
    work()
    turn = Turn.objects.get(pk=turn.pk)
    assert turn.phrasing == "checked"
    assert "不收费。[1]" in str(turn.phrased)
    for lie in ("8888", "3 天", "张伟", "不存在条例", "不收任何材料"):
        assert lie not in str(turn.phrased)
    asked = json.loads(urlopen(model, timeout=5).read())["asked"][-1]
    assert "[1] 不收费。" in asked
    assert NUMBER not in asked


@pytest.mark.parametrize("how", ["fails", "garbage", "hangs"])
def test_where_it_does_not_answer_the_quotation_stands_alone(
    work: Callable[[], None], shelf: Desk, mood: Callable[[str], None], how: str
) -> None:
    mood(how)
    turn = answer(shelf.books)
    work()
    turn = Turn.objects.get(pk=turn.pk)
    assert (turn.phrasing, turn.phrased) == ("dropped", "")
    assert turn.passages[0]["text"] == "不收费。"
    assert SourceHealth.objects.get(connector="phrasing").failures == 1


def test_what_a_well_behaved_model_says_of_the_passages_survives(
    work: Callable[[], None], shelf: Desk, mood: Callable[[str], None]
) -> None:
    mood("copies")
    turn = answer(shelf.books, "借书证多久能办好")
    work()
    assert Turn.objects.get(pk=turn.pk).phrasing == "checked"

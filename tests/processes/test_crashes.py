"""Programs die at the worst moment: nothing is lost, nothing happens twice."""

import re
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from onedoor.demonstration.cast import DAUGHTER, FATHER, MOTHER
from tests.journeys.conftest import photo
from tests.journeys.test_minimum_living import ITEM, SECTIONS
from tests.live import LiveSite, Visitor
from tests.processes.hold import FILE

pytestmark = pytest.mark.processes


@pytest.fixture
def draft(live: LiveSite) -> Iterator[tuple[Visitor, str]]:
    """An application of the daughter for her father (or mother), complete but for its submission."""
    visitor = Visitor(live).be(DAUGHTER.phone)
    page = visitor.page(f"/items/{ITEM}/start/")
    principal = re.search(rf'value="(\d+)"[^>]*>为{FATHER.name}代办', page)
    assert principal is not None
    begun = visitor.submit(f"/items/{ITEM}/start/", {"applicant": principal[1], "idempotency_key": "k" * 32 + _tail()})
    draft = begun.headers["Location"].split("/")[2]
    for section, fields in SECTIONS.items():
        revision = re.search(r'name="revision" value="(\d+)"', visitor.page(f"/drafts/{draft}/s/{section}/"))
        assert revision is not None
        answer = visitor.submit(f"/drafts/{draft}/s/{section}/", {"revision": revision[1], **fields})
        assert answer.status_code == 302, answer.text[:2000]
    for material in ("medical_bills", "household_register"):
        files = {f"file_{material}": photo(material)}
        answer = visitor.submit(f"/drafts/{draft}/materials/", {}, files=files)
        assert answer.status_code == 302, answer.text[:2000]
    consents = f"/drafts/{draft}/consents/"
    while (found := re.search(r'name="consent" value="(\d+)"', visitor.page(consents))) is not None:
        assert visitor.submit(consents, {"consent": found[1]}).status_code == 302
    yield visitor, draft
    (live.folder / FILE).unlink(missing_ok=True)


def _tail() -> str:
    return f"{time.monotonic_ns():x}"


def _submission(visitor: Visitor, draft: str) -> dict[str, str]:
    revision = re.search(r'name="revision" value="(\d+)"', visitor.page(f"/drafts/{draft}/review/"))
    assert revision is not None
    return {"revision": revision[1]}


def test_a_web_process_killed_between_submit_and_answer_loses_and_doubles_nothing(
    live: LiveSite, draft: tuple[Visitor, str]
) -> None:
    visitor, code = draft
    data = _submission(visitor, code)
    before = live.rows("SELECT count(*) FROM cases_case")[0][0]
    (live.folder / FILE).touch()
    lost: list[type[Exception]] = []

    def tap() -> None:
        try:
            visitor.submit(f"/drafts/{code}/review/", data)
        except httpx.HTTPError as error:
            lost.append(type(error))

    tapping = threading.Thread(target=tap)
    tapping.start()
    live.wait_for(f"SELECT count(*) FROM cases_case HAVING count(*) > {before}")
    live.kill("web")
    tapping.join(20)
    assert lost, "the visitor was told; the kill came too late"
    (live.folder / FILE).unlink()
    live.start("web")

    again = [visitor.submit(f"/drafts/{code}/review/", data) for _ in range(3)]

    assert {answer.status_code for answer in again} == {302}
    number = again[0].headers["Location"].split("/")[2]
    assert {answer.headers["Location"] for answer in again} == {f"/cases/{number}/submitted/"}
    assert live.rows("SELECT count(*) FROM cases_case")[0][0] == before + 1
    case = live.rows(f"SELECT id FROM cases_case WHERE number = '{number}'")
    receipts = live.rows(f"SELECT count(*) FROM cases_casedocument WHERE case_id = {case[0][0]} AND kind = 'receipt'")
    actions = live.rows(f"SELECT count(*) FROM cases_action WHERE case_id = {case[0][0]} AND kind = 'submit'")
    assert (receipts, actions) == ([(1,)], [(1,)])
    assert number in visitor.page("/me/")
    undone = visitor.submit(f"/cases/{number}/undo/", {"idempotency_key": "u" * 20 + _tail()})
    assert undone.status_code == 302


def test_a_worker_killed_while_it_sends_a_message_loses_and_doubles_none(
    live: LiveSite, draft: tuple[Visitor, str]
) -> None:
    visitor, code = draft
    live.moods(sms={"slow": 3})
    sent = len(live.messages(DAUGHTER.phone))
    number = visitor.submit(f"/drafts/{code}/review/", _submission(visitor, code)).headers["Location"].split("/")[2]
    give_up = time.monotonic() + 30
    while len(live.messages(DAUGHTER.phone)) == sent:  # the gateway has it, the worker waits for the answer
        assert time.monotonic() < give_up
        time.sleep(0.02)
    live.kill("worker")
    live.moods(sms={})
    live.start("worker")

    where = f"case_number = '{number}' AND channel = 'sms'"
    live.wait_for(
        f"SELECT min(state) FROM onedoor_messages_message WHERE {where} HAVING min(state) = 'sent'", seconds=60
    )

    rows = live.rows(f"SELECT count(*), count(DISTINCT id) FROM onedoor_messages_message WHERE {where}")
    assert rows[0][0] == rows[0][1]
    arrived = [message["id"] for message in live.messages()]
    assert len(arrived) == len(set(arrived))
    written = {
        str(row[0]).replace("-", "") for row in live.rows(f"SELECT id FROM onedoor_messages_message WHERE {where}")
    }
    assert written <= {one.replace("-", "") for one in arrived}
    assert visitor.submit(f"/cases/{number}/undo/", {"idempotency_key": "u" * 20 + _tail()}).status_code == 302


def test_a_worker_killed_while_a_department_answers_asks_again_and_takes_the_answer_once(live: LiveSite) -> None:
    live.moods(police={"slow": 3})
    visitor = Visitor(live).be(DAUGHTER.phone)
    page = visitor.page(f"/items/{ITEM}/start/")
    principal = re.search(rf'value="(\d+)"[^>]*>为{MOTHER.name}代办', page)
    assert principal is not None
    begun = visitor.submit(f"/items/{ITEM}/start/", {"applicant": principal[1], "idempotency_key": "m" * 20 + _tail()})
    draft = begun.headers["Location"].split("/")[2]
    live.wait_for("SELECT 1 FROM django_tasks_database_dbtaskresult WHERE status = 'RUNNING'", seconds=30)
    live.kill("worker")
    live.moods(police={})
    live.start("worker")

    live.wait_for(f"SELECT 1 FROM cases_knownfact WHERE draft_id = '{draft_id(live, draft)}'", seconds=60)

    facts = live.rows(
        f"SELECT path, count(*) FROM cases_knownfact WHERE draft_id = '{draft_id(live, draft)}' GROUP BY path"
    )
    assert all(count == 1 for _, count in facts)
    assert MOTHER.name in visitor.page(f"/drafts/{draft}/s/household/")
    assert not live.rows("SELECT last_error FROM kernel_outboxmessage WHERE last_error <> ''")


def draft_id(live: LiveSite, code: str) -> str:
    """SQLite keeps UUIDs without dashes."""
    return code if live.database else code.replace("-", "")


def test_the_processes_of_the_demonstration_stay_below_one_gigabyte(live: LiveSite) -> None:
    for _ in range(10):
        Visitor(live).page("/")
    assert live.resident_bytes() < 1_000_000_000


def test_a_worker_killed_while_it_probes_a_paused_department_leaves_no_lock_behind(live: LiveSite) -> None:
    """The breaker is opened by failures and closed by an answer, all by real processes."""
    live.moods(police={"fail": 1})
    for name in (FATHER.phone, MOTHER.phone, DAUGHTER.phone) * 2:
        visitor = Visitor(live).be(name)
        visitor.page(f"/items/{ITEM}/start/")
        visitor.submit(f"/items/{ITEM}/start/", {"applicant": "", "idempotency_key": "p" * 20 + _tail()})
    live.wait_for("SELECT 1 FROM exchange_sourcehealth WHERE state = 'open'", seconds=90)
    live.moods(police={"slow": 4})
    # On a busy machine a probe may still meet the refusal; then the next one comes after a longer pause.
    live.wait_for("SELECT 1 FROM exchange_sourcehealth WHERE state = 'half_open'", seconds=300)
    live.kill("worker")
    live.moods(police={})
    live.start("worker")

    live.wait_for("SELECT 1 FROM exchange_sourcehealth WHERE state = 'closed'", seconds=120)

    live.wait_for(
        "SELECT count(*) FROM exchange_query WHERE connector = 'police.household' "
        "HAVING count(*) > 0 AND count(*) = sum(CASE WHEN state IN ('answered', 'empty') THEN 1 ELSE 0 END)",
        seconds=120,
    )
    assert not live.rows("SELECT last_error FROM kernel_outboxmessage WHERE last_error <> ''")

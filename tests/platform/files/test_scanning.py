"""The operator's scanner reads each file in the background: nobody opens one before, and what does not pass is locked away."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from tests.platform.desks import Desk, own, staff
from tests.platform.files import samples
from tests.platform.files.conftest import last_stored, stored_paths
from tests.platform.library import Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.completeness import MaterialsMissing
from onedoor.platform.cases.models import Draft
from onedoor.platform.files import quarantine, scanning, tasks
from onedoor.platform.files.models import StoredFile
from onedoor.platform.kernel import clock, outbox
from onedoor.platform.messages.models import Message

pytestmark = pytest.mark.django_db
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# A scanner as an operator would write one: it finds the string every scanner knows.
FINDS = f"""#!{sys.executable}
import sys
sys.exit(1 if b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" in sys.stdin.buffer.read() else 0)
"""
CLEAN, INFECTED = samples.pdf(), samples.pdf(stream=EICAR)
Scanner = Callable[[str], Path]


@pytest.fixture
def scanner(tmp_path: Path, settings: Any) -> Scanner:
    """Set a program as the operator's scanner."""

    def put(program: str = FINDS) -> Path:
        path = tmp_path / "scanner"
        path.write_text(program)
        path.chmod(0o700)
        settings.ONEDOOR_SCAN_COMMAND = str(path)
        return path

    return put


def give(desk: Desk, draft: Draft, content: bytes) -> StoredFile:
    operations.attach_material(
        draft_id=draft.pk,
        case_id=None,
        material="photo",
        content=content,
        name="a.pdf",
        actor=desk.books.citizen(),
        at=clock.now(),
    )
    return last_stored()


def works(stored: StoredFile) -> str:
    """Do what waits for the worker, and return what it says of a file then; as a process see tests/processes."""
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path__endswith="files.tasks.scan_file")
    asked = [one.args_kwargs["kwargs"] for one in ready]
    ready.delete()
    for arguments in asked:
        tasks.scan_file.call(**arguments)
    outbox.deliver_pending(at=clock.now())
    stored.refresh_from_db()
    return str(stored.scan)


def test_nobody_opens_a_file_before_the_scanner_has_passed_it(desk: Desk, draft: Draft, scanner: Scanner) -> None:
    scanner(FINDS)
    stored = give(desk, draft, CLEAN)
    assert stored.scan == "waiting"
    answer = desk.get("reader", f"/files/{stored.pk}/")
    assert answer.status_code == 409
    assert "正在做安全检查" in answer.content.decode()
    assert "正在做安全检查" in desk.page("reader", f"/drafts/{draft.pk}/materials/")
    assert works(stored) == "clean"
    assert b"".join(desk.get("reader", f"/files/{stored.pk}/").streaming_content) == CLEAN
    assert f'href="/files/{stored.pk}/"' in desk.page("reader", f"/drafts/{draft.pk}/materials/")
    assert AuditEntry.objects.get(event="files.scan").details["verdict"] == "clean"


def test_without_a_scanner_nothing_waits(desk: Desk, draft: Draft) -> None:
    stored = give(desk, draft, CLEAN)
    assert stored.scan == "unscanned"
    assert desk.get("reader", f"/files/{stored.pk}/").status_code == 200


def test_an_infected_file_of_a_draft_is_locked_away_and_the_person_told(
    desk: Desk, draft: Draft, scanner: Scanner
) -> None:
    scanner(FINDS)
    stored = give(desk, draft, INFECTED)
    assert works(stored) == "infected"
    answer = desk.get("reader", f"/files/{stored.pk}/")
    assert answer.status_code == 409
    assert "已经隔离，谁也打不开" in answer.content.decode()
    told = Message.objects.get(channel="inbox", recipient=desk.books.reader)
    assert "没有通过安全检查，已经隔离。请重新拍照" in str(told.text)
    assert told.link == f"/drafts/{draft.pk}/materials/"
    page = desk.page("reader", f"/drafts/{draft.pk}/materials/")
    assert "未通过安全检查" in page
    assert "已备好" not in page
    with pytest.raises(MaterialsMissing, match="没有通过安全检查"):
        operations.submit_draft(
            draft_id=draft.pk, revision=refreshed(draft).revision, actor=desk.books.citizen(), at=clock.now()
        )
    with pytest.raises(Exception, match="已经隔离，不能再交"):
        give(desk, draft, INFECTED)
    works(give(desk, draft, CLEAN))  # a fresh file takes its place, nobody has to take the other one out first
    assert draft.materials.filter(file=stored).count() == 0
    operations.submit_draft(
        draft_id=draft.pk, revision=refreshed(draft).revision, actor=desk.books.citizen(), at=clock.now()
    )


def refreshed(draft: Draft) -> Draft:
    draft.refresh_from_db()
    return draft


def test_a_case_goes_in_while_the_scan_waits_and_is_not_accepted_on_what_did_not_pass(
    desk: Desk, draft: Draft, scanner: Scanner, books: Library
) -> None:
    scanner(FINDS)
    stored = give(desk, draft, INFECTED)
    case = operations.submit_draft(
        draft_id=draft.pk, revision=refreshed(draft).revision, actor=books.citizen(), at=clock.now()
    )
    operations.hand_in_case(case_id=case.pk, actor=books.citizen(), at=clock.now())
    page = desk.page("clerk", staff(case))
    assert "正在做安全检查" in page
    assert "检查通过后才能办理" in page
    with pytest.raises(Exception, match="正在做安全检查"):
        operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=clock.now())
    assert works(stored) == "infected"
    page = desk.page("clerk", staff(case))
    assert "未通过安全检查" in page
    assert f"/files/{stored.pk}/" not in page
    assert desk.get("clerk", f"/files/{stored.pk}/").status_code == 409
    refused = desk.refused("clerk", staff(case, "accept/"), 409, seen=str(case.actions.count()))
    assert "没有通过安全检查，已经隔离" in refused
    told = Message.objects.filter(channel="inbox", event="cases.paper_quarantined").get()
    assert told.link == own(case, "papers/")

    page = desk.page("supervisor", "/supervision/")
    assert "1 件申请有材料未通过安全检查" in page
    assert staff(case) in desk.page("supervisor", "/supervision/rows/quarantined/")
    page = desk.page("reader", own(case, "papers/"))
    assert "没有通过安全检查，请重新拍照" in page
    operations.give_papers(
        case_id=case.pk,
        material="photo",
        contents=[("b.pdf", CLEAN)],  # type: ignore[list-item]
        actor=books.citizen(),
        at=clock.now(),
    )
    assert works(last_stored()) == "clean"
    operations.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=clock.now())
    assert "没有通过安全检查" not in desk.page("reader", own(case, "papers/"))
    assert "未通过安全检查" not in desk.page("supervisor", "/supervision/")


@pytest.mark.parametrize(
    "program", ["#!/bin/sh\ncat > /dev/null\nexit 2\n", "#!/bin/sh\nexit 7\n", "#!/bin/sh\nkill -9 $$\n", "no program"]
)
def test_a_scanner_that_fails_lets_nothing_through_and_is_asked_again(
    desk: Desk, draft: Draft, scanner: Scanner, program: str
) -> None:
    scanner(program)
    stored = give(desk, draft, CLEAN)
    assert works(stored) == "waiting"
    assert desk.client("reader").get("/healthz").json()["scanner"] == "down"
    first = stored.scan_due_at
    assert first is not None
    tasks.scan_again(at=first - timedelta(seconds=1))
    assert works(stored) == "waiting"
    assert stored.scan_failures == 1  # not before its time
    scanner(FINDS)
    assert tasks.scan_again(at=first) == 1
    assert works(stored) == "clean"
    assert desk.client("reader").get("/healthz").json()["scanner"] == "ok"


def test_a_scanner_that_says_nothing_is_ended(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    monkeypatch.setattr(scanning, "SECONDS", 0.5)
    begun = time.monotonic()
    with pytest.raises(scanning.ScannerDown), Path(__file__).open("rb") as content:
        scanning.is_clean(content)
    assert time.monotonic() - begun < 10


MEASURES = """
import resource, sys
sys.path[:0] = ["src"]
from pathlib import Path
from django.conf import settings
settings.configure(ONEDOOR_SCAN_COMMAND=sys.argv[1])
from onedoor.platform.files.scanning import is_clean
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert is_clean(Path(sys.argv[2]).open("rb"))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_what_is_scanned_never_lies_whole_in_memory(scanner: Scanner, tmp_path: Path) -> None:
    program, large = scanner("#!/bin/sh\ncat > /dev/null\n"), tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(400_000_000)
    done = subprocess.run(
        [sys.executable, "-c", MEASURES, str(program), str(large)], capture_output=True, text=True, check=False
    )
    assert int(done.stdout) < 20, done.stderr  # megabytes


def test_without_a_scanner_any_more_nothing_waits_for_one(
    desk: Desk, draft: Draft, scanner: Scanner, settings: Any
) -> None:
    scanner(FINDS)
    stored = give(desk, draft, CLEAN)
    settings.ONEDOOR_SCAN_COMMAND = ""
    assert tasks.scan_again(at=clock.now()) == 1
    stored.refresh_from_db()
    assert stored.scan == "unscanned"


def test_quarantine_ends_with_destruction_or_a_false_alarm(
    desk: Desk, draft: Draft, scanner: Scanner, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    scanner(FINDS)
    alarm = give(desk, draft, INFECTED)
    works(alarm)
    told = StringIO()
    call_command("quarantine", stdout=told)
    assert f"{alarm.pk}  " in told.getvalue()
    assert "1 个文件在隔离区" in told.getvalue()
    call_command("quarantine", "--release", str(alarm.pk), stdout=told)
    assert desk.get("reader", f"/files/{alarm.pk}/").status_code == 200
    with pytest.raises(CommandError, match="不在隔离区"):
        call_command("quarantine", "--release", str(alarm.pk))

    other = give(desk, draft, samples.pdf(pages=2, stream=EICAR))
    works(other)
    assert len(stored_paths(folder)) == 2
    assert other.scanned_at is not None
    assert quarantine.destroy_old(at=other.scanned_at + timedelta(days=29)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert quarantine.destroy_old(at=other.scanned_at + timedelta(days=30)) == 1
    assert [path.name for path in stored_paths(folder)] == [alarm.digest]
    other.refresh_from_db()
    assert (other.scan, other.key) == ("destroyed", {})
    assert desk.get("reader", f"/files/{other.pk}/").status_code == 409

"""A scanner as an operator sets one, with web and worker as real processes: the string every scanner knows is found."""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from onedoor.demonstration.cast import DAUGHTER
from tests.journeys.test_minimum_living import ITEM
from tests.live import LiveSite, Visitor
from tests.platform.files import samples
from tests.platform.files.test_scanning import EICAR, FINDS

pytestmark = pytest.mark.processes


@pytest.fixture
def scanned(live: LiveSite, tmp_path: Path) -> Iterator[Path]:
    """The site with a scanner set."""
    program = tmp_path / "scanner"
    program.write_text(FINDS)
    program.chmod(0o755)
    live.settings["ONEDOOR_SCAN_COMMAND"] = str(program)
    restart(live)
    yield program
    live.settings.clear()
    restart(live)


def restart(live: LiveSite) -> None:
    for name in ("web", "worker"):
        live.kill(name)
        live.start(name)


def bring(live: LiveSite, visitor: Visitor, content: bytes) -> int:
    """Upload a PDF to an application of one's own, and return the number of its file."""
    page = visitor.page(f"/items/{ITEM}/start/")
    self_id = re.search(r'name="applicant" value="(\d+)"', page)
    assert self_id is not None
    begun = visitor.submit(f"/items/{ITEM}/start/", {"applicant": self_id[1]})
    file = io.BytesIO(content)
    file.name = "病历.pdf"
    given = visitor.submit(f"{begun.headers['Location']}materials/", {}, files={"file_medical_bills": file})
    assert given.status_code == 302, given.text[:2000]
    return int(live.rows("SELECT max(id) FROM files_storedfile")[0][0])


def test_the_worker_finds_what_a_scanner_knows_and_tells_who_brought_it(live: LiveSite, scanned: Path) -> None:
    visitor = Visitor(live).be(DAUGHTER.phone)
    clean = bring(live, visitor, samples.pdf(pages=3))
    live.wait_for(f"SELECT 1 FROM files_storedfile WHERE id = {clean} AND scan = 'clean'")
    assert visitor.get(f"/files/{clean}/").status_code == 200

    infected = bring(live, visitor, samples.pdf(stream=EICAR))
    live.wait_for(f"SELECT 1 FROM files_storedfile WHERE id = {infected} AND scan = 'infected'")
    answer = visitor.get(f"/files/{infected}/")
    assert answer.status_code == 409
    assert "已经隔离，谁也打不开" in answer.text
    where = "event = 'cases.paper_quarantined' AND channel = 'inbox'"
    live.wait_for(f"SELECT 1 FROM onedoor_messages_message WHERE {where}")
    assert "没有通过安全检查，已经隔离" in visitor.page("/me/messages/")


def test_a_worker_killed_while_the_scanner_reads_leaves_nothing_unread(live: LiveSite, scanned: Path) -> None:
    scanned.write_text(
        f"#!{sys.executable}\nimport time\nopen({str(scanned.parent / 'reads')!r}, 'w')\ntime.sleep(30)\n"
    )
    visitor = Visitor(live).be(DAUGHTER.phone)
    file = bring(live, visitor, samples.pdf(pages=4))
    while not (scanned.parent / "reads").exists():
        live.wait_for("SELECT 1")
    live.kill("worker")
    scanned.write_text(FINDS)
    live.start("worker")
    live.wait_for(f"SELECT 1 FROM files_storedfile WHERE id = {file} AND scan = 'clean'", seconds=60)

"""Two web processes, eight browsers with the same page of a case open: one acts, seven are told."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from tests.live import LiveSite, Visitor
from tests.processes.test_crashes import draft

pytestmark = pytest.mark.processes
__all__ = ["draft"]

BROWSERS = 8


@pytest.fixture
def two_processes(live: LiveSite) -> Iterator[LiveSite]:
    live.start("second web")
    yield live
    live.kill("second web")


def test_of_eight_officers_with_the_same_page_one_acts(two_processes: LiveSite, draft: tuple[Visitor, str]) -> None:
    live, (citizen, code) = two_processes, draft
    revision = re.search(r'name="revision" value="(\d+)"', citizen.page(f"/drafts/{code}/review/"))
    assert revision is not None
    submitted = citizen.submit(f"/drafts/{code}/review/", {"revision": revision[1]})
    assert submitted.status_code == 302, submitted.text[submitted.text.find("<main") :][:1500]
    number = submitted.headers["Location"].split("/")[2]
    assert citizen.submit(f"/cases/{number}/hand-in/", {}).status_code == 302

    url = f"/staff/cases/{number}/accept/"
    officers = [Visitor(live, (live.url, live.second_url)[place % 2]).be("TX001") for place in range(BROWSERS)]
    positions = {re.findall(r'name="seen" value="(\d+)"', officer.page(url))[0] for officer in officers}
    assert len(positions) == 1
    together = Barrier(BROWSERS)

    def accept(officer: Visitor) -> httpx.Response:
        together.wait()
        return officer.submit(url, {"seen": min(positions)})

    with ThreadPoolExecutor(BROWSERS) as pool:
        answers = list(pool.map(accept, officers))

    assert sorted(answer.status_code for answer in answers) == [302, *[409] * (BROWSERS - 1)]
    told = [answer.text for answer in answers if answer.status_code == 409]
    assert all("打开页面以后，办件有了变化" in page and "沈立群" in page for page in told)
    accepted = live.rows(
        "SELECT count(*) FROM cases_action JOIN cases_case ON cases_case.id = case_id"
        f" WHERE number = '{number}' AND kind = 'accept'"
    )
    assert accepted == [(1,)]

"""The errands that are measured still go through the pages: a benchmark nobody runs every day must not rot."""

from typing import Any

import pytest
from benchmarks import bench_case_life, bench_forms, items, people
from benchmarks.errands import Party
from benchmarks.site import Site
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from onedoor.platform.cases import handlers
from onedoor.platform.cases.models import Case
from onedoor.platform.kernel import crypto


@pytest.fixture
def site(transactional_db: None, live_server: LiveServer, tmp_path: Any, settings: Any) -> Site:
    settings.ONEDOOR_KEYS_DIR, settings.ONEDOOR_FILES_DIR = tmp_path / "keys", tmp_path / "files"
    crypto.create_missing_keys(settings.ONEDOOR_KEYS_DIR)
    call_command("load_divisions", verbosity=0)
    for code in items.CODES:
        handlers.register(items.handler(code))
    officers, readers = people.make(1)
    port = int(live_server.url.rpartition(":")[2])
    return Site(port=port, web=0, database=0, citizens=readers, officers=officers)


def test_a_party_leads_a_case_from_its_first_answer_to_its_end(site: Site) -> None:
    party = Party(site, 0)
    bench_case_life.whole_life(party, 0)
    assert Case.objects.get().state == "completed"
    work = bench_forms.form(14)
    work(party, 0)
    work(party, 1)  # the second time the draft is there already
    assert [name for name, _, _ in party.samples][-2:] == ["看表 read", "保存 save"]

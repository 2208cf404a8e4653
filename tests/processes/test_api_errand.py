"""docs/api.md carries one errand as curl: its lines are run as they stand, against a site of real processes."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import DOCS
from tests.journeys.conftest import photo
from tests.live import LiveSite, live_site

pytestmark = pytest.mark.processes

HEADING = "## One errand with curl\n"
NEEDED = ("bash", "curl", "jq", "openssl")
SECONDS = 240


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[LiveSite]:
    """A site of its own: the errand puts the clock forward, which nobody can put back."""
    with live_site(tmp_path / "site", os.environ.get("ONEDOOR_DATABASE_URL", "")) as site:
        yield site


def commands() -> str:
    """Return what stands in the fences of the errand, in order."""
    _, errand = (DOCS / "api.md").read_text(encoding="utf-8").split(HEADING)
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", re.split(r"^## ", errand, flags=re.MULTILINE)[0], re.MULTILINE | re.DOTALL
    )
    assert len(blocks) > 5
    return "".join(blocks)


def test_the_errand_of_the_document_runs_as_it_stands(demonstration: LiveSite, tmp_path: Path) -> None:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        assert not os.environ.get("CI"), f"missing: {missing}"
        pytest.skip(f"needs {', '.join(missing)}")
    here = tmp_path / "reader"
    here.mkdir()
    (here / "bill.jpg").write_bytes(photo("bill").read())
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands()],
        cwd=here,
        env={**os.environ, "SITE": demonstration.url, "SMS": f"http://127.0.0.1:{demonstration.base + 18}"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert told.returncode == 0, f"{told.stdout[-3000:]}\n{told.stderr[-3000:]}"
    for words in ("受理", "reviewing", "publicizing", "王*福", "1080.00", "尚未生效", '"is_as_signed": true', '"办结"'):
        assert words in told.stdout, told.stdout
    assert '"in_force": true' in told.stdout[told.stdout.index("尚未生效") :]
    assert "王德福" not in told.stdout[told.stdout.index("publicizing") : told.stdout.index("1080.00")]
    assert demonstration.rows("SELECT state FROM cases_case WHERE result = 'granted' ORDER BY id DESC LIMIT 1") == [
        ("completed",)
    ]

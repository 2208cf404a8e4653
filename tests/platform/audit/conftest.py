"""What these tests share: sealed hours, the owner of the database, a time-stamp authority in the same process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection
from tests.platform.library import CHINA, Library

from onedoor.demonstration.simulators.timestamps import Authority
from onedoor.platform.audit import operations as audit
from onedoor.platform.audit.apps import AuditConfig
from onedoor.platform.audit.models import AuditSeal
from onedoor.platform.audit.seals import seal_entries
from onedoor.platform.kernel import append_only
from onedoor.platform.kernel.actors import Actor

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
SOMEBODY = Actor.system("测试")


@contextmanager
def owner_of_the_database() -> Iterator[None]:
    """Change what the guards protect, as only the owner of the database can: they are back afterwards."""
    append_only.release(connection, AuditConfig.append_only)
    yield
    append_only.protect(connection, AuditConfig.append_only)


@pytest.fixture
def sealed(books: Library) -> list[AuditSeal]:
    """Three hours of entries under three seals."""
    for hour in range(3):
        moment = AT + timedelta(hours=hour)
        for number in range(4):
            audit.record("test.write", actor=SOMEBODY, at=moment, target=f"thing:{number}", number=number)
        seal_entries(at=moment + timedelta(minutes=30))
    return list(AuditSeal.objects.order_by("last_id"))


@pytest.fixture
def authority(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """A time-stamp authority the site is set up for; only the network between them is left out."""
    one = Authority(tmp_path / "authority", now=datetime(2026, 9, 1, 3, 0, tzinfo=UTC))
    one.prepare()
    settings.ONEDOOR_TSA_URL, settings.ONEDOOR_TSA_ROOTS = "http://127.0.0.1:1/", str(one.root_file)
    answer_with(monkeypatch, one.answer)
    return one


def answer_with(monkeypatch: pytest.MonkeyPatch, answer: Callable[[bytes], bytes]) -> None:
    """Let `answer` play the authority behind the address."""

    def post(url: str, *, content: bytes, **_: Any) -> httpx.Response:
        return httpx.Response(200, content=answer(content), request=httpx.Request("POST", url))

    monkeypatch.setattr(httpx, "post", post)

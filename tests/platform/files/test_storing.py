"""Contents on disk: sealed, one a person, told plainly when they are gone, and nothing half written left."""

import importlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from tests.platform.desks import Desk
from tests.platform.files import samples
from tests.platform.files.conftest import AT, at_once, last_stored, on_the_way, stored_paths, where_writers_race
from tests.platform.library import Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Draft
from onedoor.platform.files import storage
from onedoor.platform.files.models import FileGrant, StoredFile
from onedoor.platform.files.operations import FileRefused, receive, store_file
from onedoor.platform.files.queries import open_file
from onedoor.platform.kernel import crypto, rotation
from onedoor.platform.kernel.actors import Actor

PDF = samples.pdf(pages=2)


def store(actor: Actor, content: bytes = PDF, target: str = "draft:none") -> StoredFile:
    return store_file(content=content, name="户口本.pdf", target=target, actor=actor, at=AT)


def test_what_lies_on_disk_says_nothing(desk: Desk, draft: Draft, folder: Path, books: Library) -> None:
    file = io.BytesIO(PDF)
    file.name = "欧阳晓娜身份证.pdf"
    desk.act("reader", f"/drafts/{draft.pk}/materials/", file_photo=file)
    (path,) = stored_paths(folder)
    assert b"Household register" not in path.read_bytes()
    assert path.name == last_stored().digest
    assert path.name not in (crypto.sm3(PDF).hex(), crypto.sha256(PDF).hex())
    assert not on_the_way(folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM files_filegrant")
        assert "欧阳" not in cursor.fetchone()[0]
    assert not AuditEntry.objects.filter(details__icontains="欧阳").exists()
    page = desk.get("reader", f"/files/{last_stored().pk}/")
    assert b"".join(page.streaming_content) == PDF


def test_a_person_stores_a_content_once_and_two_people_apart(books: Library, folder: Path) -> None:
    first, again = store(books.citizen()), store(books.citizen(), target="case:7")
    other = store(books.citizen(books.friend))
    assert (first.pk, FileGrant.objects.filter(file=first).count()) == (again.pk, 2)
    assert first.pk != other.pk
    assert len(stored_paths(folder)) == 2
    assert {path.name for path in stored_paths(folder)} == {first.digest, other.digest}


@pytest.mark.parametrize("harm", ["gone", "changed", "cut", "another"])
def test_a_lost_or_changed_file_is_told_plainly_and_recorded(desk: Desk, draft: Draft, folder: Path, harm: str) -> None:
    file = io.BytesIO(samples.pdf(pages=200))
    file.name = "a.pdf"
    desk.act("reader", f"/drafts/{draft.pk}/materials/", file_photo=file)
    (path,) = stored_paths(folder)
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    elif harm == "another":
        other = store(desk.books.citizen(desk.books.friend))
        path.write_bytes(storage.path_of(other.digest).read_bytes())
    else:
        path.write_bytes(content[:-9] if harm == "cut" else content[:-9] + b"x" + content[-8:])
    page = desk.get("reader", f"/files/{draft.materials.get().file_id}/")
    assert page.status_code == 503
    assert "这份文件在系统里缺失或已损坏" in page.content.decode()
    assert AuditEntry.objects.filter(event="files.damaged", outcome="refused").count() == 1


def test_a_lost_file_is_there_again_once_it_is_brought_again(books: Library, folder: Path) -> None:
    stored = store(books.citizen())
    stored_paths(folder)[0].unlink()
    assert store(books.citizen()).pk == stored.pk
    stored.refresh_from_db()
    assert storage.open_content(stored.digest, stored.file_key).read() == PDF


def test_a_refused_or_broken_off_write_leaves_nothing(books: Library, folder: Path) -> None:
    with pytest.raises(FileRefused):
        store(books.citizen(), b"MZ" * 100_000)
    taken = receive(PDF)
    assert len(on_the_way(folder)) == 1
    del taken
    assert not on_the_way(folder)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        store(books.citizen())
        raise ZeroDivisionError
    assert not StoredFile.objects.exists()
    stored = store(books.citizen())  # the file is written anew, under the key of the row that stays
    assert storage.open_content(stored.digest, stored.file_key).read() == PDF


def test_forty_megabytes_are_refused_with_the_limit(desk: Desk, draft: Draft, folder: Path) -> None:
    file = io.BytesIO(PDF[:-6] + b" " * 40_000_000 + PDF[-6:])
    file.name = "户口本.pdf"
    page = desk.refused("reader", f"/drafts/{draft.pk}/materials/", 422, file_photo=file)
    assert "文件有 38 MB，最多 20 MB，请拍小一点再上传。" in page
    assert not on_the_way(folder)


def test_a_day_holds_so_much_of_one_person(desk: Desk, draft: Draft, settings: Any, books: Library) -> None:
    settings.ONEDOOR_UPLOAD_QUOTA = 2 * 1_048_576
    for number in range(3):
        content = samples.pdf(stream=os.urandom(900_000))
        file = io.BytesIO(content)
        file.name = f"{number}.pdf"
        answer = desk.post("reader", f"/drafts/{draft.pk}/materials/", file_photo=file)
        if number < 2:
            assert answer.status_code == 302
    assert "一天内最多上传 2 MB，这个文件放不下了。请明天再传，或到窗口提交" in answer.content.decode()
    assert draft.materials.count() == 2
    store(books.citizen(books.friend), samples.pdf(stream=os.urandom(900_000)))  # another's share is another's
    at = AT.replace(day=AT.day + 2)
    store_file(content=samples.pdf(stream=os.urandom(900_000)), name="", target="x", actor=books.citizen(), at=at)


@where_writers_race
def test_two_requests_with_the_same_content_end_with_one_readable_file(
    transactional_db: None, tmp_path: Path, settings: Any
) -> None:
    settings.ONEDOOR_KEYS_DIR, settings.ONEDOOR_FILES_DIR = tmp_path / "keys", tmp_path / "files"
    crypto.create_missing_keys(tmp_path / "keys")
    actor = Actor(kind="citizen", name="", person_id=1, assurance=3)
    at_once(*[lambda: store(actor)] * 4)
    stored = StoredFile.objects.get()
    assert storage.open_content(stored.digest, stored.file_key).read() == PDF


def test_the_keys_of_files_change_with_the_data_key_and_the_files_stay(books: Library, folder: Path) -> None:
    stored = store(books.citizen())
    before, old = stored_paths(folder)[0].read_bytes(), crypto.keyring().current("data").id
    crypto.add_key(Path(crypto.keys_directory()), "data")
    assert rotation.values_under(old)["files.storedfile.key"] == 1
    assert "files.storedfile.key" in dict(rotation.reencrypt())
    assert "files.storedfile.key" not in rotation.values_under(old)
    crypto.retire_key(crypto.keys_directory(), old)
    assert stored_paths(folder)[0].read_bytes() == before
    stored.refresh_from_db()
    assert storage.open_content(stored.digest, stored.file_key).read() == PDF


FULL = """
import os, resource, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "onedoor.config.settings.test"
import django
django.setup()
from django.conf import settings
settings.ONEDOOR_KEYS_DIR, settings.ONEDOOR_FILES_DIR = sys.argv[1], sys.argv[2]
from onedoor.platform.files.operations import StorageFull, receive
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    receive(b"%PDF-1.7" + bytes(2_000_000))
except StorageFull as refusal:
    print(refusal)
"""


def test_a_disk_that_takes_no_more_is_told_and_holds_no_half_file(books: Library, folder: Path, settings: Any) -> None:
    arguments = [str(settings.ONEDOOR_KEYS_DIR), str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", FULL, *arguments],
        env={**os.environ, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "系统存储空间不足，文件没有保存，已填内容都在，请稍后再试。" in done.stdout, done.stderr
    assert not on_the_way(folder)


def test_a_full_disk_is_told_on_the_page_of_the_form(
    desk: Desk, draft: Draft, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No space is left while the form's file arrives, which is before any page could say so."""

    def no_space(*arguments: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("onedoor.platform.files.sealing.SealingWriter._put", no_space)
    file = io.BytesIO(PDF)
    file.name = "a.pdf"
    answer = desk.post("reader", f"/drafts/{draft.pk}/materials/", file_photo=file)
    assert answer.status_code == 507
    assert "系统存储空间不足" in answer.content.decode()
    assert not on_the_way(folder)
    assert not draft.materials.exists()


def test_whoever_has_nothing_to_do_with_it_finds_no_file(desk: Desk, draft: Draft, books: Library) -> None:
    stored = store(books.citizen(), target=f"draft:{draft.pk}")
    for client in (Client(), desk.client("clerk"), desk.client("elsewhere")):
        assert client.get(f"/files/{stored.pk}/").status_code in (302, 404)
    assert open_file(file_id=stored.pk, actor=books.citizen(), at=AT).content.read() == PDF


def test_what_lay_open_on_disk_is_sealed_by_the_upgrade(books: Library, folder: Path) -> None:
    from django.apps import apps

    migration = importlib.import_module("onedoor.platform.files.migrations.0002_sealed")
    digest = crypto.sm3(PDF).hex()
    plain = storage.path_of(digest)
    plain.parent.mkdir(parents=True)
    plain.write_bytes(PDF)
    old = {"size": len(PDF), "media_type": "application/pdf", "key": {}, "recorded_at": AT, "recorded_by": ""}
    row = StoredFile.objects.create(digest=digest, **old)
    FileGrant.objects.create(file=row, target="case:7", recorded_at=AT, recorded_by="")
    lost = StoredFile.objects.create(digest="0" * 64, **old)

    migration.seal_stored(apps, None)

    row.refresh_from_db()
    assert storage.open_content(row.digest, row.file_key).read() == PDF
    assert (row.owner, plain.exists(), on_the_way(folder)) == ("case:7", False, [])
    lost.refresh_from_db()
    with pytest.raises(storage.FileDamaged):
        storage.open_content(lost.digest, lost.file_key)


def test_what_a_killed_process_left_on_its_way_is_swept_and_nothing_that_is_coming_in(
    books: Library,
) -> None:
    coming = storage.Aside()
    left = storage.incoming("left")
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    assert storage.sweep_incoming() == 1
    assert not left.exists()
    assert coming.path.exists()
    assert storage.sweep_incoming() == 0

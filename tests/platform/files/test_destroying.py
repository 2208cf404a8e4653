"""What belongs to nothing any more is destroyed within the hour, key and all; what somebody still has stays."""

import os
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from tests.platform.desks import Desk
from tests.platform.files import samples
from tests.platform.files.conftest import AT, at_once, stored_paths, where_writers_race
from tests.platform.library import Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Draft, Material
from onedoor.platform.files import storage
from onedoor.platform.files.granting import drop_grants
from onedoor.platform.files.models import BegunUpload, FileGrant, StoredFile
from onedoor.platform.files.operations import begin_upload, receive_part, store_file
from onedoor.platform.files.operations.destroying import destroy_left
from onedoor.platform.kernel import crypto
from onedoor.platform.kernel.actors import Actor

PDF = samples.pdf(pages=2)
Work = Callable[[], None]
SOON = AT + timedelta(hours=2)


@pytest.fixture
def paper(desk: Desk, draft: Draft, folder: Path) -> Material:
    """A paper the reader has uploaded on the page of the form."""
    desk.go(AT)
    desk.act("reader", f"/drafts/{draft.pk}/materials/", file_photo=SimpleUploadedFile("照片.pdf", PDF))
    assert len(stored_paths(folder)) == 1
    return draft.materials.get()


def an_hour_later(desk: Desk, work: Work, at: Any = SOON) -> None:
    desk.go(at)
    work()


def test_a_paper_taken_out_is_gone_from_the_disk_with_its_key(
    desk: Desk, draft: Draft, paper: Material, folder: Path, work: Work
) -> None:
    desk.act("reader", f"/drafts/{draft.pk}/materials/", remove=paper.pk)
    assert not FileGrant.objects.exists()
    an_hour_later(desk, work)
    assert stored_paths(folder) == []
    assert not StoredFile.objects.exists()
    entry = AuditEntry.objects.get(event="files.destroy_left")
    assert entry.target == f"file:{paper.file_id}"
    assert "照片" not in str(entry.details)


def test_a_draft_thrown_away_takes_its_papers_along_and_what_was_on_its_way(
    desk: Desk,
    draft: Draft,
    paper: Material,
    folder: Path,
    work: Work,
    books: Library,
    django_capture_on_commit_callbacks: Any,
) -> None:
    upload = begin_upload(
        target=draft.target, purpose="proof", name="a.pdf", size=len(PDF), sha256="", actor=books.citizen(), at=AT
    )
    receive_part(upload_id=upload.pk, offset=0, content=PDF[:1000], actor=books.citizen(), at=AT)
    assert len(stored_paths(folder)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        desk.act("reader", f"/drafts/{draft.pk}/discard/")
    assert not BegunUpload.objects.exists()
    an_hour_later(desk, work)
    assert stored_paths(folder) == []
    assert not StoredFile.objects.exists()


def test_an_expired_draft_takes_its_papers_along(
    desk: Desk, draft: Draft, paper: Material, folder: Path, work: Work
) -> None:
    an_hour_later(desk, work, draft.expires_at + timedelta(days=1))
    assert not Draft.objects.exists()
    an_hour_later(desk, work, draft.expires_at + timedelta(days=1, hours=2))
    assert stored_paths(folder) == []
    assert not StoredFile.objects.exists()


def test_a39_who_asks_for_deletion_leaves_nothing_on_the_disk(
    desk: Desk, draft: Draft, paper: Material, folder: Path, work: Work
) -> None:
    desk.act("reader", "/me/data/")
    an_hour_later(desk, work)
    assert stored_paths(folder) == []


def test_the_papers_of_a_case_stay_whatever_becomes_of_drafts(
    desk: Desk, folder: Path, work: Work, books: Library
) -> None:
    case = books.received(AT)
    other = operations.start_draft(
        item_code="library.card", applicant_id=books.friend.pk, actor=books.citizen(books.friend), at=AT
    )
    kept = len(stored_paths(folder))
    desk.go(AT)
    desk.act("reader", "/me/data/")
    operations.discard_draft(draft_id=other.pk, actor=books.citizen(books.friend), at=AT)
    an_hour_later(desk, work)
    assert len(stored_paths(folder)) == kept > 0
    for one in case.materials.exclude(file=None):
        assert one.file is not None
        assert storage.open_content(one.file.digest, one.file.file_key).read()


def test_the_same_paper_in_two_drafts_goes_with_the_second(
    desk: Desk, draft: Draft, paper: Material, folder: Path, work: Work, books: Library
) -> None:
    actor = books.citizen()
    store_file(content=PDF, name="照片.pdf", target="draft:other", actor=actor, at=AT)
    desk.act("reader", f"/drafts/{draft.pk}/discard/")
    an_hour_later(desk, work)
    assert len(stored_paths(folder)) == 1
    drop_grants(target="draft:other", at=SOON)
    an_hour_later(desk, work, SOON + timedelta(hours=2))
    assert stored_paths(folder) == []


def test_a_submission_that_was_undone_and_thrown_away_leaves_nothing(
    desk: Desk, folder: Path, work: Work, books: Library
) -> None:
    case = books.submitted(AT)
    desk.go(AT + timedelta(minutes=1))
    desk.act("reader", f"/cases/{case.number}/undo/")
    desk.act("reader", f"/drafts/{Draft.objects.get().pk}/discard/")
    an_hour_later(desk, work)
    assert stored_paths(folder) == []


def test_what_is_brought_again_in_time_stays(books: Library, folder: Path) -> None:
    actor = books.citizen()
    stored = store_file(content=PDF, name="a.pdf", target="draft:one", actor=actor, at=AT)
    drop_grants(target="draft:one", at=AT)
    again = store_file(content=PDF, name="a.pdf", target="draft:two", actor=actor, at=AT)
    assert again.pk == stored.pk
    assert destroy_left(at=SOON) == 0
    assert storage.open_content(again.digest, again.file_key).read() == PDF


def test_a_process_killed_in_the_middle_leaves_nothing_anybody_is_offered(
    books: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the unlinking and before the end: the row is back, its content is not, and nothing has it."""
    actor = books.citizen()
    stored = store_file(content=PDF, name="a.pdf", target="draft:one", actor=actor, at=AT)
    drop_grants(target="draft:one", at=AT)

    def killed(digest: str) -> None:
        os.unlink(storage.path_of(digest))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(storage, "remove", killed)
        destroy_left(at=SOON)
    assert StoredFile.objects.filter(pk=stored.pk).exists()
    assert stored_paths(folder) == []
    again = store_file(content=PDF, name="a.pdf", target="draft:two", actor=actor, at=SOON)
    assert storage.open_content(again.digest, again.file_key).read() == PDF
    drop_grants(target="draft:two", at=SOON)
    assert destroy_left(at=SOON) == 1
    assert (stored_paths(folder), StoredFile.objects.count()) == ([], 0)


def test_one_file_that_is_still_referred_to_stops_no_other(books: Library, draft: Draft, folder: Path) -> None:
    books.attach(draft.pk, "photo", AT)
    other = store_file(content=PDF, name="a.pdf", target="draft:one", actor=books.citizen(), at=AT)
    drop_grants(target=draft.target, at=AT)  # as a room that forgets to take its papers away first
    drop_grants(target="draft:one", at=AT)
    assert destroy_left(at=SOON) == 1
    assert not StoredFile.objects.filter(pk=other.pk).exists()
    assert len(stored_paths(folder)) == 1


def test_a_disk_that_refuses_one_file_stops_no_other_and_is_asked_again(
    books: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = books.citizen()
    stuck = store_file(content=PDF, name="a.pdf", target="draft:one", actor=actor, at=AT)
    other = store_file(content=samples.pdf(pages=3), name="b.pdf", target="draft:two", actor=actor, at=AT)
    drop_grants(target="draft:one", at=AT)
    drop_grants(target="draft:two", at=AT)
    remove = storage.remove

    def refused(digest: str) -> None:
        if digest == stuck.digest:
            raise PermissionError
        remove(digest)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "remove", refused)
        assert destroy_left(at=SOON) == 1
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [stuck.pk]
    assert not storage.path_of(other.digest).exists()
    assert destroy_left(at=SOON + timedelta(hours=1)) == 1
    assert stored_paths(folder) == []


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_two_that_let_go_of_one_file_at_once_leave_it_to_be_destroyed(tmp_path: Path, settings: Any) -> None:
    settings.ONEDOOR_KEYS_DIR, settings.ONEDOOR_FILES_DIR = tmp_path / "keys", tmp_path / "files"
    crypto.create_missing_keys(tmp_path / "keys")
    actor = Actor(kind="citizen", name="", person_id=1, assurance=3)
    both = threading.Barrier(2)

    def let_go(target: str) -> None:
        with transaction.atomic():
            both.wait(10)
            drop_grants(target=target, at=AT)
            time.sleep(0.2)  # the other one is in the middle of it, too

    for target in ("draft:one", "draft:two"):
        store_file(content=PDF, name="a.pdf", target=target, actor=actor, at=AT)
    at_once(partial(let_go, "draft:one"), partial(let_go, "draft:two"))
    assert destroy_left(at=SOON) == 1
    assert stored_paths(tmp_path / "files") == []


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_who_brings_it_again_while_it_is_destroyed_has_a_readable_file(tmp_path: Path, settings: Any) -> None:
    settings.ONEDOOR_KEYS_DIR, settings.ONEDOOR_FILES_DIR = tmp_path / "keys", tmp_path / "files"
    crypto.create_missing_keys(tmp_path / "keys")
    actor = Actor(kind="citizen", name="", person_id=1, assurance=3)
    for _ in range(10):
        left, taken = f"draft:{uuid.uuid4()}", f"draft:{uuid.uuid4()}"
        store_file(content=PDF, name="a.pdf", target=left, actor=actor, at=AT)
        FileGrant.objects.exclude(target=left).delete()
        drop_grants(target=left, at=AT)

        def bring(target: str = taken) -> object:
            return store_file(content=PDF, name="a.pdf", target=target, actor=actor, at=AT)

        at_once(lambda: destroy_left(at=SOON), bring)
        stored = StoredFile.objects.get()
        assert FileGrant.objects.get().file == stored
        assert storage.open_content(stored.digest, stored.file_key).read() == PDF

"""A file that comes in parts: it goes on where it stopped, each part counts once, and the whole is a file like any other."""

import hashlib
import io
import json
import uuid
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from tests.platform.desks import Desk
from tests.platform.files import samples
from tests.platform.files.conftest import AT, at_once, last_stored, on_the_way, stored_paths, where_writers_race
from tests.platform.library import READER, Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases.models import Draft
from onedoor.platform.files import access, parts, quotas
from onedoor.platform.files.models import Arrival, BegunUpload, StoredFile, UploadPart
from onedoor.platform.files.operations import begin_upload, receive_part, uploading
from onedoor.platform.files.queries import open_file
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel import clock, crypto, rotation
from onedoor.platform.kernel.actors import Actor

PDF = samples.pdf(stream=b"x" * 700_000)
NAME = "欧阳晓娜户口本.pdf"
pytestmark = pytest.mark.django_db


class Sender:
    """A program of the reader's, or of somebody else, that speaks the API."""

    def __init__(self, client: Client, draft: Draft) -> None:
        self.client, self.draft = client, draft

    def post(self, path: str, **options: Any) -> Any:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return self.client.post(f"/api/v1{path}", headers=headers, **options)

    def begin(self, content: bytes = PDF, **more: Any) -> Any:
        about = {"code": "photo", "name": NAME, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        return self.post(
            f"/drafts/{self.draft.pk}/uploads", data=json.dumps(about | more), content_type="application/json"
        )

    def part(self, upload: str, offset: int, content: bytes) -> Any:
        data = {"offset": offset, "file": SimpleUploadedFile("part", content)}
        return self.post(f"/uploads/{upload}/parts", data=data)

    def send(self, content: bytes = PDF, *, upto: int | None = None, step: int = parts.PART) -> dict[str, Any]:
        """Begin, or go on, and send until it is whole or `upto` bytes are there."""
        begun: dict[str, Any] = self.begin(content).json()
        while begun["received"] < (upto or len(content)):
            at = begun["received"]
            answer = self.part(begun["id"], at, content[at : at + step])
            assert answer.status_code == 200, answer.content.decode()
            begun = answer.json()
        return begun

    def hand_in(self, upload: str) -> Any:
        return self.post(f"/drafts/{self.draft.pk}/materials", data={"code": "photo", "upload": upload})


@pytest.fixture
def sender(desk: Desk, draft: Draft) -> Sender:
    return Sender(desk.client("reader"), draft)


def lying_parts(folder: Path) -> list[Path]:
    return [path for path in (folder / "parts").rglob("*") if path.is_file()]


def test_a_file_goes_on_where_it_stopped_on_another_device(
    sender: Sender, desk: Desk, draft: Draft, folder: Path
) -> None:
    half = sender.send(upto=300_000)
    assert (half["received"], half["part_size"]) == (2 * parts.PART, parts.PART)
    page = desk.page("reader", f"/drafts/{draft.pk}/materials/")
    assert f"“{NAME}”上次没有传完：已传 512.0\N{NO-BREAK SPACE}KB" in page
    other = Sender(desk.client("reader"), draft)
    again = other.begin().json()
    assert (again["id"], again["received"]) == (half["id"], half["received"])
    whole = other.send()
    assert whole["received"] == len(PDF)
    assert other.hand_in(whole["id"]).status_code == 200
    opened = open_file(file_id=draft.materials.get().file_id, actor=desk.books.citizen(), at=AT)
    assert opened.content.read() == PDF
    assert opened.name == NAME
    assert not BegunUpload.objects.exists()
    assert "没有传完" not in desk.page("reader", f"/drafts/{draft.pk}/materials/")


def test_the_form_takes_the_number_in_place_of_the_file(sender: Sender, desk: Desk, draft: Draft) -> None:
    whole = sender.send()
    desk.act("reader", f"/drafts/{draft.pk}/materials/", upload_photo=whole["id"])
    assert draft.materials.get().file_id == last_stored().pk
    assert not BegunUpload.objects.exists()


def test_what_lies_there_of_a_part_says_nothing_and_is_gone_with_it(
    sender: Sender, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    half = sender.send(upto=300_000)
    assert len(lying_parts(folder)) == 2
    assert all(b"x" * 100 not in path.read_bytes() for path in lying_parts(folder))
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM files_begunupload")
        assert "欧阳" not in cursor.fetchone()[0]
    assert not AuditEntry.objects.filter(details__icontains="欧阳").exists()
    with django_capture_on_commit_callbacks(execute=True):
        gone = sender.client.delete(f"/api/v1/uploads/{half['id']}", headers={"Idempotency-Key": "k"})
    assert gone.json() == {"done": True}
    assert not lying_parts(folder)
    assert not UploadPart.objects.exists()


def test_a_part_counts_once_and_another_offset_is_told_where_to_go_on(sender: Sender) -> None:
    upload = sender.begin().json()["id"]
    for _ in range(3):
        assert sender.part(upload, 0, PDF[:1000]).json()["received"] == 1000
    for offset, content in ((0, PDF[:999]), (0, b"y" * 1000), (500, PDF[500:600]), (2000, PDF[2000:3000])):
        refused = sender.part(upload, offset, content)
        assert (refused.status_code, refused.json()["code"]) == (409, "files.wrong_offset")
        assert refused["Upload-Offset"] == "1000"
        assert "已经收到 1000 字节" in refused.json()["detail"]
    assert UploadPart.objects.count() == 1
    read = sender.client.get(f"/api/v1/uploads/{upload}").json()
    assert read["received"] == 1000
    assert [one["id"] for one in sender.client.get("/api/v1/uploads").json()["items"]] == [upload]


def test_more_than_announced_or_something_else_than_announced_is_refused(sender: Sender) -> None:
    upload = sender.begin().json()["id"]
    assert sender.part(upload, 0, PDF + b"x").json()["code"] == "files.refused"
    assert sender.hand_in(upload).json()["code"] == "files.upload_incomplete"
    other = PDF[:-1] + b"?"
    for at in range(0, len(other), parts.PART):
        sender.part(upload, at, other[at : at + parts.PART])
    refused = sender.hand_in(upload)
    assert (refused.status_code, refused.json()["code"]) == (422, "files.refused")
    assert "和开始时不一样" in refused.json()["detail"]
    assert not StoredFile.objects.exists()


def test_too_large_and_empty_are_refused_before_anything_is_sent(sender: Sender, settings: Any) -> None:
    assert "最多 20 MB" in sender.begin(size=40_000_000).json()["detail"]
    assert sender.begin(size=0).status_code == 422
    settings.ONEDOOR_UPLOAD_QUOTA = 2 * 1_048_576
    assert sender.begin(size=2_500_000).json()["code"] == "files.quota_used"
    assert not BegunUpload.objects.exists()


def test_a_whole_that_is_refused_for_what_it_is_is_told_on_the_page_and_let_go(
    sender: Sender, desk: Desk, draft: Draft
) -> None:
    whole = sender.send(b"MZ" + b"\0" * 5000)
    page = desk.refused("reader", f"/drafts/{draft.pk}/materials/", 422, upload_photo=whole["id"])
    assert "这里只能上传照片（JPG、PNG）、PDF 文件" in page
    assert not BegunUpload.objects.exists()


def test_nobody_else_finds_it_or_adds_to_it(sender: Sender, desk: Desk, draft: Draft, books: Library) -> None:
    upload = sender.begin().json()["id"]
    for client in (Client(), desk.client("clerk")):
        stranger = Sender(client, draft)
        assert client.get(f"/api/v1/uploads/{upload}").status_code in (401, 403)
        assert stranger.part(upload, 0, PDF[:1000]).status_code in (401, 403)
        assert stranger.begin().status_code in (401, 403, 404)
    friend = books.citizen(books.friend)
    with pytest.raises(parts.UploadNotThere):
        receive_part(upload_id=uuid.UUID(upload), offset=0, content=PDF[:1000], actor=friend, at=AT)
    with pytest.raises(parts.UploadNotThere):
        begin_upload(target=draft.target, purpose="photo", name="", size=9, sha256="", actor=friend, at=AT)
    for nonsense in (str(uuid.uuid4()), "not-a-number"):
        assert desk.post("reader", f"/drafts/{draft.pk}/materials/", upload_photo=nonsense).status_code in (404, 422)


def test_what_nobody_goes_on_with_is_swept(
    sender: Sender, folder: Path, books: Library, django_capture_on_commit_callbacks: Any
) -> None:
    upload = sender.send(upto=300_000)["id"]
    begun = BegunUpload.objects.get(pk=upload)
    assert uploading.sweep_uploads(at=begun.expires_at - timedelta(seconds=1)) == 0
    with pytest.raises(parts.UploadNotThere):
        receive_part(upload_id=begun.pk, offset=0, content=b"x", actor=books.citizen(), at=begun.expires_at)
    with django_capture_on_commit_callbacks(execute=True):
        assert uploading.sweep_uploads(at=begun.expires_at) == 1
    assert not lying_parts(folder)
    assert not BegunUpload.objects.exists()


def test_the_keys_of_parts_change_with_the_data_key(sender: Sender, draft: Draft) -> None:
    whole, old = sender.send(), crypto.keyring().current("data").id
    crypto.add_key(Path(crypto.keys_directory()), "data")
    assert {"files.uploadpart.key", "files.begunupload.name"} <= set(dict(rotation.reencrypt()))
    crypto.retire_key(crypto.keys_directory(), old)
    assert sender.hand_in(whole["id"]).status_code == 200


def test_what_is_refused_after_it_arrived_costs_what_it_costs(desk: Desk, draft: Draft, settings: Any) -> None:
    settings.ONEDOOR_UPLOAD_QUOTA = 2 * 1_048_576
    said = []
    for _ in range(5):
        file = io.BytesIO(b"MZ" + b"\0" * 700_000)
        file.name = "照片.jpg"
        said.append(desk.post("reader", f"/drafts/{draft.pk}/materials/", file_photo=file))
    assert [answer.status_code for answer in said] == [422, 422, 429, 429, 429]
    assert "一天内最多上传 2 MB" in said[2].content.decode()
    assert Arrival.objects.count() == 2  # what finds no room is not even kept aside
    assert quotas.forget(at=Arrival.objects.latest("at").at + timedelta(days=1)) == 2


def test_a_refused_call_of_the_api_costs_the_same(sender: Sender, draft: Draft) -> None:
    data = {"code": "photo", "file": SimpleUploadedFile("a.jpg", b"MZ" + b"\0" * 1000)}
    assert sender.post(f"/drafts/{draft.pk}/materials", data=data).status_code == 422
    assert Arrival.objects.get().size == 1002
    sender.part(sender.begin().json()["id"], 0, PDF[:5000])
    assert sorted(Arrival.objects.values_list("size", flat=True)) == [1002, 5000]


def test_what_an_officer_sends_for_somebody_present_is_of_that_persons_share(
    desk: Desk, draft: Draft, books: Library
) -> None:
    login = Login.objects.get(username="clerk")
    clerk = replace(books.officer("clerk"), login_id=login.pk)
    identity.begin_assisting(
        name=READER.name, id_number=READER.id_number, evidence_digest="0" * 64, actor=clerk, at=clock.now()
    )
    window = Sender(desk.client("clerk"), draft)
    whole = window.send()
    assert window.hand_in(whole["id"]).status_code == 200
    assert set(Arrival.objects.values_list("owner", flat=True)) == {f"person:{books.reader.pk}"}


def test_a_call_hands_in_one_file_in_one_way(sender: Sender, draft: Draft) -> None:
    whole = sender.send()["id"]
    both = {"code": "photo", "upload": whole, "file": SimpleUploadedFile("a.pdf", PDF)}
    for data in ({"code": "photo"}, both):
        answer = sender.post(f"/drafts/{draft.pk}/materials", data=data)
        assert (answer.status_code, answer.json()["code"]) == (422, "onedoor.invalid_input")


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_parts_sent_at_once_are_taken_once(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ONEDOOR_KEYS_DIR, settings.ONEDOOR_FILES_DIR = tmp_path / "keys", tmp_path / "files"
    crypto.create_missing_keys(tmp_path / "keys")
    monkeypatch.setitem(access._readers, "raced", lambda identifier, *, actor, at: True)
    actor = Actor(kind="citizen", name="", person_id=1, assurance=3)
    upload = begin_upload(target="raced:1", purpose="a", name="", size=30_000, sha256="", actor=actor, at=AT)

    def bring(offset: int) -> None:
        receive_part(upload_id=upload.pk, offset=offset, content=PDF[offset : offset + 10_000], actor=actor, at=AT)

    for offset in (0, 10_000, 20_000):
        at_once(*[partial(bring, offset)] * 4)
    upload.refresh_from_db()
    assert upload.is_whole
    assert sorted(upload.parts.values_list("offset", flat=True)) == [0, 10_000, 20_000]
    assert len(lying_parts(tmp_path / "files")) == 3
    assert not on_the_way(tmp_path / "files")
    assert not stored_paths(tmp_path / "files")[3:]

"""Papers given before logging in: under the checks of any, opened by nobody, gone with the draft or taken along."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.journeys.conftest import photo
from tests.platform.cases.conftest import NOW
from tests.platform.cases.test_early_pages import API, begun, filled, sms, visitor
from tests.platform.library import Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Draft, EarlyDraft, EarlyPaper
from onedoor.platform.cases.operations import early_expiry, early_papers
from onedoor.platform.files import storage
from onedoor.platform.files.models import Arrival, FileGrant, StoredFile
from onedoor.platform.files.operations.destroying import destroy_left
from onedoor.platform.kernel import clock
from onedoor.web.citizen.early import PASS_KEY

__all__ = ["sms", "visitor"]

URL = "/early/draft/papers/"
Texts = list[dict[str, Any]]


def picture(text: str = "照片") -> SimpleUploadedFile:
    return SimpleUploadedFile("王小梅.jpg", photo(text).read(), "image/jpeg")


def give(client: Client, *files: SimpleUploadedFile, code: str = "photo") -> Any:
    return client.post(URL, {"idempotency_key": uuid.uuid4().hex, f"file_{code}": list(files)})


def kept() -> list[bool]:
    """Tell of every file that was stored whether its content is on disk."""
    return [storage.path_of(one.digest).exists() for one in StoredFile.objects.order_by("pk")]


def test_a_paper_is_given_shown_and_taken_out_again_without_a_log_in(visitor: Client, sms: Texts) -> None:
    begun(visitor, sms)
    assert "材料" in visitor.get("/early/draft/").content.decode()
    assert give(visitor, picture()).status_code == 302
    page = visitor.get(URL).content.decode()
    assert "已上传" in page
    assert "王小梅" not in page
    file = StoredFile.objects.get()
    assert file.owner == f"early_draft:{EarlyDraft.objects.get().pk}"
    assert kept() == [True]
    assert visitor.get(f"/files/{file.pk}/").status_code in (302, 404)  # nobody opens it, not even who brought it
    gone = visitor.post(URL, {"idempotency_key": uuid.uuid4().hex, "remove": EarlyPaper.objects.get().pk})
    assert gone.status_code == 302
    assert destroy_left(at=clock.now()) == 1
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("file", "code", "why"),
    [
        (SimpleUploadedFile("a.jpg", b"no picture at all", "image/jpeg"), "photo", "照片"),
        (SimpleUploadedFile("a.jpg", b"", "image/jpeg"), "photo", ""),
        (picture(), "unknown", "事项清单里没有这份材料"),
    ],
)
def test_the_checks_are_those_of_any_paper(
    visitor: Client, sms: Texts, file: SimpleUploadedFile, code: str, why: str
) -> None:
    begun(visitor, sms)
    answer = give(visitor, file, code=code)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not EarlyPaper.objects.exists()


def test_less_may_be_sent_than_with_a_log_in_and_the_way_on_is_told(visitor: Client, sms: Texts, settings: Any) -> None:
    begun(visitor, sms)
    settings.ONEDOOR_EARLY_UPLOAD_QUOTA = 2_000
    assert give(visitor, picture()).status_code == 302
    Arrival.objects.create(owner=f"early_draft:{EarlyDraft.objects.get().pk}", size=2_000, at=clock.now())
    answer = give(visitor, picture("另一张"))
    assert answer.status_code == 429
    assert "请登录后再传，或到窗口提交；已经上传的都在" in answer.content.decode()
    assert EarlyPaper.objects.count() == 1


def test_twenty_papers_are_enough(visitor: Client, sms: Texts, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(visitor, sms)
    monkeypatch.setattr(early_papers, "MOST_PAPERS", 1)
    assert give(visitor, picture()).status_code == 302
    answer = give(visitor, picture("另一张"))
    assert (answer.status_code, "或登录后再传" in answer.content.decode()) == (422, True)


def test_whoever_has_opened_nothing_brings_nothing(visitor: Client, sms: Texts) -> None:
    assert visitor.get(URL)["Location"] == "/early/"
    assert give(visitor, picture()).status_code == 403
    assert not StoredFile.objects.exists()
    assert not Arrival.objects.exists()


def test_papers_are_destroyed_with_the_draft_thrown_away_or_ended(visitor: Client, sms: Texts, today: Any) -> None:
    begun(visitor, sms)
    give(visitor, picture())
    visitor.post("/early/draft/discard/", {"idempotency_key": uuid.uuid4().hex})
    assert destroy_left(at=clock.now()) == 1
    today.shift(120)
    begun(visitor, sms)
    give(visitor, picture())
    end = clock.now() + timedelta(days=8)
    assert early_expiry.discard_ended_early_drafts(at=end) == 1
    assert destroy_left(at=end) == 1
    assert not StoredFile.objects.exists()
    assert not FileGrant.objects.exists()


def test_they_are_taken_along_as_ones_own_and_the_application_is_handed_in_with_them(
    browser: Client, sms: Texts, books: Library
) -> None:
    begun(browser, sms)
    filled(browser)
    assert give(browser, picture(), picture("第二张")).status_code == 302
    taken = browser.post("/early/draft/take/", {"idempotency_key": uuid.uuid4().hex})
    assert taken.status_code == 200
    draft = Draft.objects.get()
    papers = list(draft.materials.order_by("id"))
    assert [(one.code, one.source, one.file.owner) for one in papers if one.file] == [
        ("photo", "upload", f"person:{books.reader.pk}"),
        ("photo", "upload", f"person:{books.reader.pk}"),
    ]
    assert FileGrant.objects.get(file=papers[0].file, target=draft.target).name == "王小梅.jpg"
    assert destroy_left(at=clock.now()) == 2  # what was kept before the log-in
    assert kept() == [True, True]
    opened = browser.get(f"/files/{papers[0].file_id}/")
    assert opened.status_code == 200
    fields = {"revision": draft.revision, "delivery": "electronic", "idempotency_key": uuid.uuid4().hex}
    assert browser.post(f"/drafts/{draft.pk}/review/", fields).status_code == 302


def test_what_did_not_pass_the_scanner_or_is_lost_is_asked_again(browser: Client, sms: Texts) -> None:
    begun(browser, sms)
    give(browser, picture(), picture("第二张"))
    first, second = StoredFile.objects.order_by("pk")
    StoredFile.objects.filter(pk=first.pk).update(scan=StoredFile.Scan.INFECTED)
    storage.remove(second.digest)
    taken = browser.post("/early/draft/take/", {"idempotency_key": uuid.uuid4().hex}).content.decode()
    assert "照片" in taken
    assert not Draft.objects.get().materials.exists()


def test_what_ones_own_draft_has_already_stays(browser: Client, sms: Texts, books: Library) -> None:
    begun(browser, sms)
    give(browser, picture())
    draft = operations.start_draft(
        item_code=EarlyDraft.objects.get().item_version.code,
        applicant_id=books.reader.pk,
        actor=books.citizen(),
        at=NOW,
    )
    books.attach(draft.pk, "photo", NOW)
    own = draft.materials.get().file_id
    browser.post("/early/draft/take/", {"idempotency_key": uuid.uuid4().hex})
    assert [one.file_id for one in draft.materials.all()] == [own]


def test_a_program_gives_lists_and_removes(visitor: Client, sms: Texts) -> None:
    begun(visitor, sms)
    headers = {"X-Draft-Pass": visitor.session[PASS_KEY]}
    other = Client()  # holds the pass and no session

    def fresh() -> dict[str, str]:
        return headers | {"Idempotency-Key": uuid.uuid4().hex}

    url = f"{API}/opened/materials"
    given = other.post(url, {"code": "photo", "file": picture()}, headers=fresh())
    assert given.status_code == 200, given.content.decode()
    rows = other.get(url, headers=headers).json()["items"]
    assert [(row["paper"]["code"], len(row["given"])) for row in rows if row["given"]] == [("photo", 1)]
    assert other.post(url, {"code": "photo", "file": picture()}, headers={"Idempotency-Key": "k"}).status_code == 422
    removed = other.delete(f"{url}/{given.json()['id']}", headers=fresh())
    assert removed.status_code == 200
    assert not EarlyPaper.objects.exists()

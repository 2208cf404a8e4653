"""A recording stands as words in the form, to be corrected before anything is sent; the recording itself is gone."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.platform.channels import switchboard
from tests.platform.desks import Desk
from tests.platform.papers.stage import AT
from tests.platform.recognition.conftest import Recognizer

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.channels.models import WorkOrder
from onedoor.platform.feedback.models import Complaint
from onedoor.platform.files.models import FileGrant, StoredFile
from onedoor.platform.recognition import keeping
from onedoor.platform.recognition.models import Dictation

WORDS = "我想问问低保怎么申请"


def recording(head: bytes = b"RIFF\x24\x00\x00\x00WAVEfmt ", more: int = 40) -> io.BytesIO:
    found = io.BytesIO(head + b"\0" * more)
    found.name = "voice.wav"
    return found


@pytest.fixture
def listener(recognizer: Recognizer, settings: Any) -> Recognizer:
    settings.ONEDOOR_LISTENER, settings.ONEDOOR_LISTENER_URL = "transcriptions", recognizer.address
    settings.ONEDOOR_LISTENER_TIMEOUT = 1.0
    recognizer.lay(words=WORDS)
    return recognizer


def held(page: str) -> str:
    found = re.search(r'name="dictation" value="([0-9a-f-]{36})"', page)
    assert found, page
    return found[1]


def speak(client: Client, url: str, work: Callable[[], None], **fields: Any) -> str:
    """Bring a recording, let the worker hear it, and return the form with the words in it."""
    waiting = client.post(url, {"act": "dictate", "recording": recording(), **fields}).content.decode()
    assert "正在听写" in waiting
    work()
    return client.post(url, {"act": "words", "dictation": held(waiting), **fields}).content.decode()


def test_with_no_recogniser_of_speech_nothing_is_offered(desk: Desk) -> None:
    desk.go(AT)
    assert "说给我听" not in desk.page("reader", "/search/") + desk.page("reader", "/complaints/")
    assert desk.get("reader", "/search/spoken/").headers["Location"] == "/search/"


def test_a_search_is_spoken_without_an_account_corrected_and_only_then_searched(
    desk: Desk, listener: Recognizer, work: Callable[[], None]
) -> None:
    desk.go(AT)
    client = Client()
    assert "说给我听" in client.get("/search/").content.decode()
    page = speak(client, "/search/spoken/", work)
    assert f'name="q" value="{WORDS}"' in page
    assert "/audio/transcriptions" in listener.asked()[0]["path"]
    assert "multipart/form-data" in listener.asked()[0]["type"]
    assert not FileGrant.objects.exists()
    assert StoredFile.objects.get().left_at is not None  # the hourly round destroys it
    number = str(Dictation.objects.get().pk)
    other = Client().post("/search/spoken/", {"act": "words", "dictation": number})
    assert (other.status_code, WORDS in other.content.decode()) == (404, False)
    keeping.forget_dictations(at=AT + keeping.KEPT)
    assert not Dictation.objects.exists()


def test_a_complaint_is_spoken_by_nobody_the_record_names(
    desk: Desk, listener: Recognizer, work: Callable[[], None]
) -> None:
    desk.go(AT)
    page = speak(desk.client("reader"), "/complaints/", work, text="三号窗口。", about="三号窗口")
    assert f"三号窗口。\n{WORDS}</textarea>" in page
    assert 'value="三号窗口"' in page
    assert not Complaint.objects.exists()
    assert Dictation.objects.get().person_id is None
    row = AuditEntry.objects.get(event="recognition.dictate")
    assert (row.person_id, row.details["purpose"]) == (None, "feedback.file_complaint")


def test_the_agent_dictates_the_note_of_a_call_and_sends_it_corrected(
    desk: Desk, listener: Recognizer, work: Callable[[], None]
) -> None:
    desk.go(AT)
    switchboard.build(desk.books)
    page = speak(desk.client("agent"), "/staff/hotline/call/", work, caller_name="张三")
    assert f"{WORDS}</textarea>" in page
    assert 'value="张三"' in page
    assert "请逐句核对" in page
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize("mood", ["fails", "deep", "torn", "nonsense", "endless", "hangs"])
def test_where_nothing_is_heard_the_person_is_told_and_the_recording_goes(
    desk: Desk, listener: Recognizer, work: Callable[[], None], mood: str
) -> None:
    desk.go(AT)
    listener.lay(words=WORDS, mood=mood)
    client = Client()
    waiting = client.post("/search/spoken/", {"act": "dictate", "recording": recording()}).content.decode()
    work()
    assert Dictation.objects.get().tries == 1
    keeping.put_off_hearing(dictation_id=Dictation.objects.get().pk, at=AT)
    page = client.post("/search/spoken/", {"act": "words", "dictation": held(waiting)}).content.decode()
    assert "没有听清" in page
    assert not FileGrant.objects.exists()


def test_what_is_no_recording_or_too_long_is_refused_with_what_to_do(desk: Desk, listener: Recognizer) -> None:
    desk.go(AT)
    for brought, words in (
        (recording(b"%PDF-1.4 xxxxxxxxx"), "只能上传录音"),
        (recording(more=5_000_000), "最多 5 MB"),
        (None, "请先录音"),
    ):
        fields = {"act": "dictate"} | ({"recording": brought} if brought else {})
        answer = Client().post("/search/spoken/", fields)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Dictation.objects.exists()

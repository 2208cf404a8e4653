"""A reader takes away everything the platform holds on her: asked on 我的, made by the worker, gone after its days."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.files.models import StoredFile
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.kernel.crypto import Signature, sm3, verify
from onedoor.platform.knowledge.models import Conversation, Turn
from onedoor.platform.messages.models import Message
from onedoor.platform.portability.models import DataExport
from tests.platform import library
from tests.platform.conftest import books, desk
from tests.platform.desks import Desk
from tests.platform.library import FRIEND, LONG_AGO, MACHINE, READER
from tests.platform.replays.stage import AT

__all__ = ["books", "desk"]
Work = Callable[[], None]
PAGE = "/me/export/"
CHILD = library.Citizen("child", "欧阳小满", date(2016, 5, 6), 41)


def taken(client: Client, export: DataExport) -> zipfile.ZipFile:
    answer: Any = client.get(f"{PAGE}{export.pk}/file.zip")
    assert answer.status_code == 200, answer.content.decode()[:2000]
    assert "no-store" in answer["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_everything_held_on_a_person_is_taken_away_signed_and_readable(desk: Desk, work: Work) -> None:
    desk.go(AT)
    case = desk.books.received(AT, deposit="20")
    desk.act("reader", PAGE, person=desk.books.reader.pk)
    desk.act("reader", PAGE, person=desk.books.reader.pk)  # what is being made is not made twice
    export = DataExport.objects.get()
    assert "<progress" in desk.page("reader", PAGE)
    assert desk.get("reader", f"{PAGE}{export.pk}/file.zip").status_code == 409
    work()
    export.refresh_from_db()
    assert (export.state, export.percent) == ("ready", 100)
    assert Message.objects.filter(event="portability.ready", channel="inbox").count() == 1

    copy = taken(desk.client("reader"), export)
    names = copy.namelist()
    told = json.loads(copy.read("数据/cases.CaseAnswers.json"))
    assert told["名称"] == "申报内容"
    assert READER.name in json.dumps(told["记录"], ensure_ascii=False)
    (row,) = json.loads(copy.read("数据/cases.Case.json"))["记录"]
    assert (row["办件编号"], row["申请人的姓名"]) == (case.number, READER.name)
    person = json.loads(copy.read("数据/identity.Person.json"))
    assert {"代码": "id_number", "名称": "证件号码", "类型": "文字", "取值": {}} in person["字段"]
    assert any(name.startswith("材料/") and name.endswith("-照片.jpg") for name in names)
    assert any(name.startswith("文书/") and name.endswith(".pdf") for name in names)
    page = copy.read("index.html").decode()
    assert case.number in page
    assert "举报受保密保护" in page
    assert FRIEND.id_number not in page

    # The list is signed, and every file is what it says.
    manifest = copy.read("manifest.json")
    assert verify(manifest, Signature.parse(copy.read("manifest.sig").decode()))
    listed = json.loads(manifest)["files"]
    assert set(listed) == set(names) - {"manifest.json", "manifest.sig"}
    assert all(sm3(copy.read(name)).hex() == one["sm3"] for name, one in listed.items())

    # Who took it is recorded and shown; nobody else has it; on the disk it is sealed.
    assert AuditEntry.objects.get(event="portability.take").target == f"person:{desk.books.reader.pk}"
    assert "下载 1 次" in desk.page("reader", "/me/looks/")
    stored = StoredFile.objects.get(pk=export.file_id)
    sealed = Path(settings.ONEDOOR_FILES_DIR) / stored.digest[:2] / stored.digest[2:4] / stored.digest
    assert b"PK" not in sealed.read_bytes()[:2]
    account(desk, desk.books.friend, "13800000001")
    assert desk.get("friend", f"{PAGE}{export.pk}/file.zip").status_code == 404
    assert desk.post("friend", PAGE, person=desk.books.reader.pk).status_code == 404

    # When its days are over it is destroyed with its key; that it was there stays told.
    desk.go(AT + timedelta(days=7, minutes=1))
    work()
    export.refresh_from_db()
    assert (export.state, export.file) == ("gone", None)
    desk.go(AT + timedelta(days=7, hours=2))
    work()
    assert not StoredFile.objects.filter(pk=stored.pk).exists()
    assert not sealed.exists()
    assert desk.get("reader", f"{PAGE}{export.pk}/file.zip").status_code == 404
    assert "已到期销毁" in desk.page("reader", PAGE)


def account(desk: Desk, person: Person, phone: str) -> None:
    if not Login.objects.filter(person=person).exists():
        identity.open_citizen_login(person_id=person.pk, phone=phone, password="x" * 12, actor=MACHINE, at=LONG_AGO)


def test_a_guardian_takes_a_copy_for_a_ward(desk: Desk, work: Work) -> None:
    desk.go(AT)
    child = identity.ensure_person(
        name=CHILD.name, id_number=CHILD.id_number, division=library.TOWN, actor=MACHINE, at=LONG_AGO
    )
    identity.record_guardianship(
        ward=(CHILD.name, CHILD.id_number),
        guardian=(READER.name, READER.id_number),
        basis="parent",
        document="出生医学证明 A110000001",
        evidence_digest="0" * 64,
        valid_from=date(2026, 1, 1),
        actor=desk.books.officer("clerk"),
        at=LONG_AGO,
    )
    assert f"{CHILD.name}的（我是监护人）" in desk.page("reader", PAGE)
    talk = Conversation.objects.create(
        person=child, code_digest="1" * 64, begun_at=AT, last_at=AT, division=library.TOWN
    )
    Turn.objects.create(conversation=talk, seq=1, kind="question", text="监护人不该看到的话", at=AT)
    desk.act("reader", PAGE, person=child.pk)
    work()
    export = DataExport.objects.get(person=child)
    copy = taken(desk.client("reader"), export)
    # Days that are over show no way to it, whenever the hour comes that destroys it.
    desk.go(AT + timedelta(days=30))
    assert "下载压缩包" not in desk.page("reader", PAGE)
    assert "已到期销毁" in desk.page("reader", PAGE)
    assert DataExport.objects.get(pk=export.pk).state == "ready"
    desk.go(AT)
    assert CHILD.name in copy.read("index.html").decode()
    # What the child has said in confidence is the child's: it is in no copy of a guardian, who has no other either.
    assert "数据/knowledge.Turn.json" not in copy.namelist()
    assert "数据/onedoor_messages.Message.json" not in copy.namelist()
    assert "这些话只给本人看" in copy.read("index.html").decode()
    account(desk, child, "13800000002")
    desk.books.others["child"] = child
    identity.verify_person(person_id=child.pk, assurance=3, method="测试", actor=MACHINE, at=LONG_AGO)
    desk.act("child", PAGE, person=child.pk)
    work()
    theirs = DataExport.objects.get(person=child, asked_by=child)
    assert "监护人不该看到的话" in taken(desk.client("child"), theirs).read("数据/knowledge.Turn.json").decode()
    assert desk.get("reader", f"{PAGE}{theirs.pk}/file.zip").status_code == 404
    assert str(theirs.pk) not in desk.page("reader", PAGE)
    taken(desk.client("reader"), export)  # the one does not take the other away
    identity.end_guardianship(
        guardianship_id=child_guardianship(child),
        reason="法院判决撤销监护人资格。",
        actor=desk.books.officer("clerk"),
        at=AT,
    )
    assert desk.get("reader", f"{PAGE}{export.pk}/file.zip").status_code == 404


def child_guardianship(child: Person) -> int:
    from onedoor.platform.identity.models import Guardianship

    return Guardianship.objects.get(ward=child).pk


def test_a_damaged_file_is_named_and_does_not_keep_the_rest_back(desk: Desk, work: Work) -> None:
    desk.go(AT)
    case = desk.books.received(AT)
    paper = case.materials.get(code="photo")
    assert paper.file is not None
    digest = paper.file.digest
    (Path(settings.ONEDOOR_FILES_DIR) / digest[:2] / digest[2:4] / digest).unlink()
    desk.act("reader", PAGE, person=desk.books.reader.pk)
    work()
    copy = taken(desk.client("reader"), DataExport.objects.get())
    assert "这次没有取到" in copy.read("index.html").decode()

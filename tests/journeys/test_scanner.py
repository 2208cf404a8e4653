"""At the scanner of a machine and of a window: page by page, once more, handed in; a printed form finds its draft again."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from onedoor.platform.cases.models import Draft, Material
from onedoor.platform.channels import scanning
from onedoor.platform.channels.models import Kiosk, Scan, ScannedPage
from onedoor.platform.channels.operations import kiosks, scans
from onedoor.platform.files.models import StoredFile
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor
from onedoor.web.kiosk import machine_agent
from tests.journeys.conftest import photo
from tests.platform.appointments.hall import clock, open_hall
from tests.platform.channels.machine import Terminal, reader_process, scanner_process
from tests.platform.conftest import books, desk  # noqa: F401  fixtures
from tests.platform.desks import Desk
from tests.platform.files.conftest import at_once, where_writers_race
from tests.platform.library import FRIEND, ITEM, READER
from tests.platform.papers.test_paper_forms import page_of, photographed

AT = clock(8, 50)


@pytest.fixture
def terminal(desk: Desk, tmp_path: Path) -> Iterator[Terminal]:  # noqa: F811
    """A machine in use in the hall, with a reader and a scanner, both processes."""
    desk.go(AT)
    hall = open_hall(desk.books, at=AT)
    with reader_process(tmp_path) as reader, scanner_process() as scanner:
        machine = Terminal(desk, reader, scanner)
        machine.activate(hall.point.pk)
        machine.carry()
        yield machine


def begin(terminal: Terminal) -> Draft:
    terminal.come_in(wanted=f"/items/{ITEM}/")
    terminal.post(f"/items/{ITEM}/start/")
    return Draft.objects.get()


def page(terminal: Terminal, url: str, act: str = "next") -> None:
    """Ask for a page at the screen and let the program beside it scan it."""
    assert terminal.post(url, act=act).status_code == 302
    assert "正在扫第" in terminal.screen.get(url).content.decode()
    assert terminal.carry()


def test_page_by_page_looked_at_once_more_and_handed_in_like_an_upload(terminal: Terminal) -> None:
    draft = begin(terminal)
    url = f"/kiosk/scan/draft/{draft.pk}/photo/"
    assert url in terminal.screen.get(f"/drafts/{draft.pk}/materials/").content.decode()
    assert terminal.post(url, act="keep").status_code == 409
    terminal.post(url, act="next")
    assert not terminal.carry()  # nothing lies on it
    assert "扫描仪里没有纸" in terminal.screen.get(url).content.decode()
    terminal.put_pages(blank=3)
    page(terminal, url)
    page(terminal, url)
    first, second = ScannedPage.objects.order_by("pk").values_list("pk", flat=True)
    terminal.post(url, act="again")
    assert ScannedPage.objects.filter(pk=second).exists()  # until the new one is there
    assert "正在扫第 2 页" in terminal.screen.get(url).content.decode()
    assert terminal.carry()
    assert not terminal.carry()
    terminal.post(url, act="again")
    assert not terminal.carry()  # the scanner is empty by now
    shown = terminal.screen.get(url).content.decode()
    assert "扫描仪里没有纸" in shown
    assert "已扫 2 页" in shown
    assert not ScannedPage.objects.filter(pk=second).exists()
    picture = terminal.screen.get(re.findall(r'src="(/kiosk/scan/pages/\d+/)"', shown)[0])
    assert picture.content.startswith(b"\xff\xd8\xff")
    assert "no-store" in picture["Cache-Control"]
    assert terminal.post(url, act="keep")["Location"] == f"/drafts/{draft.pk}/materials/"
    papers = Material.objects.filter(draft=draft, code="photo")
    assert papers.count() == 2
    assert StoredFile.objects.filter(pk__in=papers.values("file")).count() == 2  # sealed, looked into, to be scanned
    assert not Scan.objects.exists()
    assert terminal.screen.get(f"/kiosk/scan/pages/{first}/").status_code == 409
    assert not terminal.carry()  # nobody asks any more


def test_what_was_not_handed_in_is_gone_when_they_leave(terminal: Terminal) -> None:
    draft = begin(terminal)
    url = f"/kiosk/scan/draft/{draft.pk}/photo/"
    terminal.put_pages(blank=2)
    page(terminal, url)
    number = ScannedPage.objects.get().pk
    terminal.screen.post("/kiosk/over/")
    assert not ScannedPage.objects.exists()
    assert terminal.screen.get(f"/kiosk/scan/pages/{number}/").status_code == 302
    # Away from the machine there is none, and what no reader has signed is no page.
    assert terminal.desk.get("reader", url).status_code == 403
    terminal.come_in()
    terminal.post(url, act="next")
    sent = {"challenge": Scan.objects.get().challenge, "page": "/9j/", "problem": ""}
    with pytest.raises(machine_agent.Refused, match="reading_refused"):
        path = f"/readers/{terminal.row.number}/pages"
        terminal.site("POST", path, {}, sent | {"algorithm": "sm2-sm3", "signature": "AAAA"})
    terminal.post(url, act="drop")
    assert not Scan.objects.exists()


def test_a_scanner_that_is_gone_is_said(terminal: Terminal) -> None:
    draft = begin(terminal)
    Kiosk.objects.update(scanner_seen_at=None)
    url = f"/kiosk/scan/draft/{draft.pk}/photo/"
    assert "扫描仪现在连不上" in terminal.screen.get(url).content.decode()
    refused = terminal.post(url, act="next")
    assert refused.status_code == 409
    assert url not in terminal.screen.get(f"/drafts/{draft.pk}/materials/").content.decode()


def test_pressed_twice_a_page_is_asked_for_once(terminal: Terminal) -> None:
    draft = begin(terminal)
    url = f"/kiosk/scan/draft/{draft.pk}/photo/"
    challenges = set()
    for _ in range(2):
        assert terminal.post(url, act="next").status_code == 302
        challenges.add(Scan.objects.get().challenge)
    assert len(challenges) == 1


@where_writers_race
@pytest.mark.django_db(transaction=True)
def test_two_asks_and_two_hand_ins_at_once_are_one(terminal: Terminal) -> None:
    draft, kiosk = begin(terminal), terminal.row
    target, told = scanning.draft_target(draft.pk, "photo"), []
    login = Login.objects.get(person_id=draft.applicant_id)
    who = Actor(kind="citizen", name="", person_id=draft.applicant_id, login_id=login.pk, machine=kiosk.number)
    who = replace(who, assurance=3, channel="kiosk", service_point_id=kiosk.service_point_id)
    asked: dict[str, Any] = {"target": target, "scanner": "", "again": False, "actor": who, "at": AT}
    at_once(*[lambda: scans.ask_page(**asked)] * 4)
    terminal.put_pages(blank=1)
    assert terminal.carry()

    def hand_in() -> None:
        try:
            scans.keep_pages(target=target, actor=who, at=AT)
            told.append("kept")
        except scans.NothingScanned:
            told.append("nothing")

    at_once(*[hand_in] * 4)
    assert sorted(told) == ["kept", "nothing", "nothing", "nothing"]
    assert Material.objects.filter(draft=draft).count() == 1


def test_what_was_scanned_is_handed_in_or_wiped_though_the_scanner_has_gone(terminal: Terminal) -> None:
    draft = begin(terminal)
    url = f"/kiosk/scan/draft/{draft.pk}/photo/"
    terminal.put_pages(blank=1)
    page(terminal, url)
    Kiosk.objects.update(scanner_seen_at=None)
    shown = terminal.screen.get(url).content.decode()
    assert "扫描仪现在连不上" in shown
    assert re.findall(r'name="act" value="(\w+)"', shown) == ["keep", "drop"]
    assert terminal.post(url, act="keep").status_code == 302
    assert Material.objects.get(draft=draft).code == "photo"


def test_a_printed_form_finds_its_draft_again_by_its_code(terminal: Terminal) -> None:
    draft = begin(terminal)
    printed = terminal.screen.get(f"/drafts/{draft.pk}/form.pdf").content
    assert "扫描填好的纸质申请表" in terminal.screen.get("/kiosk/cases/").content.decode()
    terminal.put_pages(photographed(page_of(printed), turned=2))
    page(terminal, "/kiosk/scan/form/")
    assert terminal.post("/kiosk/scan/form/", act="keep")["Location"] == f"/drafts/{draft.pk}/"
    assert Material.objects.get(draft=draft).code == "paper_form"


def test_at_the_window_the_officer_scans_for_whom_they_help(terminal: Terminal) -> None:
    """A scanner without a screen is in use once its reader is bound."""
    desk_ = terminal.desk
    window = {"kind": "desk", "name": "3 号窗口", "point_id": terminal.row.service_point_id}
    boss: Any = {"actor": desk_.books.officer(terminal.manager), "at": AT}
    kiosk = kiosks.register_kiosk(**window, **boss)
    made = kiosks.issue_code(kiosk_id=kiosk.pk, part="reader", **boss)[1]
    assert machine_agent.pair(terminal.site, terminal.reader, made) == kiosk.number
    kiosk.refresh_from_db()
    assert kiosk.state == "active"

    def carry() -> bool:
        return machine_agent.carry(terminal.site, terminal.reader, kiosk.number, terminal.scanner)

    carry()
    paper = SimpleUploadedFile("a.jpg", photo("授权书").getvalue())
    helped = {"name": READER.name, "id_number": READER.id_number, "item": ITEM, "evidence": paper}
    look = {"document": "resident_card", "method": "machine"}
    who = "hall_clerk"
    answer = desk_.post(who, "/staff/window/assist/", **helped, **look)
    assert answer.status_code == 302, answer.content.decode()
    desk_.post(who, answer["Location"])
    draft = Draft.objects.get()
    url = f"/kiosk/scan/draft/{draft.pk}/photo/"
    assert url in desk_.page(who, f"/drafts/{draft.pk}/materials/")
    desk_.post(who, url, act="next")
    terminal.put_pages(blank=1)
    assert carry()
    assert "已扫 1 页" in desk_.page(who, url)
    assert desk_.post(who, url, act="keep").status_code == 302
    assert Material.objects.get(draft=draft).code == "photo"

    # A form scanned for one is not there for the next whom the same officer helps.
    desk_.post(who, "/kiosk/scan/form/", act="next")
    terminal.put_pages(blank=1)
    assert carry()
    assert "已扫 1 页" in desk_.page(who, "/kiosk/scan/form/")
    colleague = Scan.objects.get()
    Scan.objects.update(login_id=colleague.login_id + 1)
    assert "有同事扫了还没有交的材料" in desk_.refused(who, "/kiosk/scan/form/", 409, act="next")
    Scan.objects.update(login_id=colleague.login_id)
    fresh = SimpleUploadedFile("b.jpg", photo("授权书").getvalue())
    next_one = {**helped, "name": FRIEND.name, "id_number": FRIEND.id_number, "evidence": fresh}
    assert desk_.post(who, "/staff/window/assist/", **next_one, **look).status_code == 302
    assert "已扫" not in desk_.page(who, "/kiosk/scan/form/")
    assert desk_.post(who, "/kiosk/scan/form/", act="keep").status_code == 409

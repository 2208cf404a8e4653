"""At a self-service machine: bound, a card read, applied, locked in the middle, gone on, a ticket taken, wiped."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from onedoor.platform.appointments.models import Ticket
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.channels.models import CardReading, KioskAct
from onedoor.platform.identity.models import Login, LoginSession
from onedoor.platform.messages import gateway
from onedoor.web.kiosk import machine_agent
from tests.journeys.conftest import photo
from tests.platform.appointments.hall import clock, open_hall
from tests.platform.channels.machine import Terminal, reader_process
from tests.platform.conftest import books, desk  # noqa: F401  fixtures
from tests.platform.desks import Desk
from tests.platform.library import FRIEND, ITEM, READER

AT = clock(8, 50)
ANSWERS = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"}


@pytest.fixture
def terminal(desk: Desk, tmp_path: Path) -> Iterator[Terminal]:  # noqa: F811
    """A machine in use in the hall, with a reader."""
    desk.go(AT)
    hall = open_hall(desk.books, at=AT)
    with reader_process(tmp_path) as address:
        machine = Terminal(desk, address)
        machine.activate(hall.point.pk)
        yield machine


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What arrives on the phone."""
    texts: list[str] = []
    monkeypatch.setattr(gateway, "send_sms", lambda **told: texts.append(told["text"]))
    return texts


def prove(terminal: Terminal, sent: list[str], wanted: str) -> None:
    """Give the second proof: the code to the registered phone."""
    assert "短信验证码" in terminal.screen.get(f"/login/step-up/?next={wanted}").content.decode()
    terminal.screen.post("/login/step-up/", {"next": wanted})
    code = re.findall(r"验证码 (\d{6})", sent[-1])[0]
    assert terminal.screen.post("/login/step-up/", {"next": wanted, "code": code}).status_code == 302


def begin(terminal: Terminal) -> Draft:
    """Come in by the card and fill in the first screen."""
    assert "接着填草稿" in terminal.screen.get("/kiosk/").content.decode()
    assert terminal.come_in(wanted=f"/items/{ITEM}/")["Location"] == f"/items/{ITEM}/"
    assert terminal.post(f"/items/{ITEM}/start/").status_code == 302
    draft = Draft.objects.get()
    saved = terminal.post(f"/drafts/{draft.pk}/s/reader/", revision=draft.revision, **ANSWERS)
    assert saved.status_code == 302, saved.content.decode()
    return draft


def test_from_the_card_to_the_case_number_with_a_lock_in_the_middle(terminal: Terminal, sent: list[str]) -> None:
    draft = begin(terminal)
    terminal.desk.act(terminal.manager, terminal.page, act="lock", reason="打印机缺纸，正在维修")
    url = f"/drafts/{draft.pk}/materials/"
    closed = terminal.screen.get(url)
    assert closed.status_code == 503
    assert "本机已暂停使用" in closed.content.decode()
    assert "打印机缺纸" in closed.content.decode()
    assert "图书馆大厅" in closed.content.decode()
    # Nothing is lost: the draft waits for its person, on whatever they use next.
    assert draft.item_version.title in terminal.desk.page("reader", "/me/")
    terminal.desk.act(terminal.manager, terminal.page, act="unlock")
    assert "请把身份证放在读卡区" in terminal.screen.get(url, follow=True).content.decode()
    assert terminal.come_in()["Location"] == "/kiosk/cases/"
    assert f"/drafts/{draft.pk}/" in terminal.screen.get("/kiosk/cases/").content.decode()
    picture = SimpleUploadedFile("a.jpg", photo("照片").getvalue())
    assert terminal.post(url, file_photo=picture).status_code == 302
    draft.refresh_from_db()
    review = f"/drafts/{draft.pk}/review/"
    refused = terminal.post(review, revision=draft.revision)
    assert refused.status_code == 403  # a card on an unattended machine is one proof
    assert "再验证一次身份" in refused.content.decode()
    prove(terminal, sent, review)
    done = terminal.post(review, revision=draft.revision)
    assert done.status_code == 302, done.content.decode()
    case = Case.objects.get()
    assert (case.channel, case.applicant) == ("kiosk", terminal.desk.books.reader)
    assert case.number in terminal.screen.get("/kiosk/cases/").content.decode()
    acts = list(KioskAct.objects.order_by("pk").values_list("act", flat=True))
    assert acts == ["register", "code", "enrol", "activate", "code", "pair", "lock", "unlock"]


def test_the_next_person_sees_nothing_of_the_one_before(terminal: Terminal) -> None:
    draft = begin(terminal)
    before = dict(terminal.screen.cookies)
    terminal.screen.cookies["place"] = "110105100000"
    ended = terminal.screen.post("/kiosk/over/")
    assert ended["Location"] == "/kiosk/"
    assert ended["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in ended["Cache-Control"]
    left = {name for name, morsel in terminal.screen.cookies.items() if morsel.value}
    assert left == {"machine"}
    # Even with the cookies of before there is no session any more.
    terminal.screen.cookies["sessionid"] = before["sessionid"].value
    for address in (f"/drafts/{draft.pk}/s/reader/", "/kiosk/cases/", f"/items/{ITEM}/start/", "/kiosk/"):
        answer = terminal.screen.get(address, follow=True)
        assert READER.name not in answer.content.decode(), address
        assert READER.id_number not in answer.content.decode(), address
        assert "no-store" in answer["Cache-Control"], address
    assert not CardReading.objects.exists()
    unknown = terminal.come_in(FRIEND)
    assert unknown.status_code == 403
    assert "到窗口" in unknown.content.decode()


def test_it_ends_by_itself_when_nobody_touches_it(terminal: Terminal) -> None:
    terminal.come_in()
    page = terminal.screen.get("/kiosk/cases/").content.decode()
    assert '<meta http-equiv="refresh" content="60;url=/kiosk/idle/?next=/kiosk/cases/">' in page
    asked = terminal.screen.get("/kiosk/idle/?next=/kiosk/cases/").content.decode()
    assert '<meta http-equiv="refresh" content="30;url=/kiosk/over/">' in asked
    assert terminal.screen.get("/kiosk/over/")["Location"] == "/kiosk/"
    assert terminal.screen.get("/kiosk/cases/").status_code == 302
    # A browser that does not do as the page says is ended by the server.
    terminal.come_in()
    terminal.desk.go(AT + timedelta(minutes=6))
    assert terminal.screen.get("/kiosk/cases/")["Location"] == "/kiosk/?ended=1"


def test_a_password_given_at_the_window_is_no_trap_at_a_machine(terminal: Terminal) -> None:
    Login.objects.filter(person=terminal.desk.books.reader).update(must_change_password=True)
    terminal.come_in()
    assert terminal.screen.get("/kiosk/cases/").status_code == 200
    assert "短信验证码" in terminal.screen.get("/login/step-up/?way=password&next=/kiosk/").content.decode()
    assert LoginSession.objects.get().device == f"自助终端 {terminal.row.number}"


def test_a_ticket_from_the_same_queue(terminal: Terminal) -> None:
    offered = terminal.screen.get("/kiosk/tickets/").content.decode()
    assert "现场号还有" in offered
    plan = re.findall(r'name="plan" value="(\d+)"', offered)[0]
    taken = terminal.post("/kiosk/tickets/", plan=plan, priority="")
    assert "前面还有" in terminal.screen.get(taken["Location"]).content.decode()
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.person) == ("kiosk", None)
    assert ticket.number in terminal.desk.page("hall_clerk", f"/staff/queue/{ticket.service_point_id}/?window=2")


def test_what_the_browser_saves_is_printed_and_gone(tmp_path: Path) -> None:
    (tmp_path / "A1.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "A2.pdf.crdownload").write_bytes(b"%PDF-1.7")
    assert machine_agent.print_all(tmp_path, ["true"]) == [True]
    assert [one.name for one in tmp_path.iterdir()] == ["A2.pdf.crdownload"]


def test_a_printer_that_fails_ends_nothing_and_is_told(terminal: Terminal, tmp_path: Path) -> None:
    for command in (["false"], ["no-such-command"], ["/"]):
        (tmp_path / "A1.pdf").write_bytes(b"%PDF-1.7")
        assert machine_agent.print_all(tmp_path, command) == [False], command
        assert not list(tmp_path.glob("*.pdf"))
    terminal.come_in()
    assert "没有打印出来" not in terminal.screen.get("/kiosk/certificates/").content.decode()
    for _ in range(2):
        machine_agent.report(terminal.site, terminal.reader, terminal.row.number, "printer", works=False)
    assert "刚才的没有打印出来" in terminal.screen.get("/kiosk/certificates/").content.decode()
    assert "请到窗口" in terminal.screen.get("/kiosk/").content.decode()
    assert "请查看纸张和打印机" in terminal.desk.page(terminal.manager, terminal.page)
    machine_agent.report(terminal.site, terminal.reader, terminal.row.number, "printer", works=True)
    assert "没有打印出来" not in terminal.screen.get("/kiosk/certificates/").content.decode()
    acts = list(KioskAct.objects.order_by("pk").values_list("act", flat=True))
    assert acts[-2:] == ["fault", "mended"]
    moment = str(int(AT.timestamp()))
    invented = {"device": "printer", "works": False, "moment": moment, "algorithm": "sm2-sm3", "signature": "AAAA"}
    with pytest.raises(Exception, match="reading_refused"):
        terminal.site("POST", f"/readers/{terminal.row.number}/devices", {}, invented)


def test_a_code_made_before_a_lock_binds_nothing(terminal: Terminal) -> None:
    made = terminal.code("screen")
    terminal.desk.act(terminal.manager, terminal.page, act="lock", reason="打印机缺纸，正在维修")
    elsewhere = Client()
    assert elsewhere.post("/kiosk/enrol/", {"code": made}).status_code == 403
    terminal.desk.act(terminal.manager, terminal.page, act="unlock")
    assert elsewhere.post("/kiosk/enrol/", {"code": made}).status_code == 403
    assert terminal.screen.get("/kiosk/").status_code == 200


def test_only_what_the_reader_has_signed_is_a_reading(terminal: Terminal) -> None:
    terminal.screen.post("/kiosk/card/", {"act": "ask"})
    asked = CardReading.objects.get()
    card = {"name": READER.name, "id_number": READER.id_number, "valid_to": "2036-01-01"}
    invented = {"challenge": asked.challenge, **card, "algorithm": "sm2-sm3", "signature": "AAAA"}
    path = f"/readers/{terminal.row.number}/readings"
    with pytest.raises(Exception, match="reading_refused"):
        terminal.site("POST", path, {}, invented)
    assert terminal.screen.post("/kiosk/card/", {"act": "use"}).status_code == 409
    assert not terminal.carry()  # nobody asks any more
    expired = terminal.read(valid_to="2026-12-31")
    assert "欧**娜" in expired
    refused = terminal.screen.post("/kiosk/card/", {"act": "use"})
    assert "过了有效期" in refused.content.decode()


def test_elsewhere_a_session_of_a_machine_is_none(terminal: Terminal) -> None:
    terminal.come_in()
    assert terminal.screen.get("/me/delegations/").status_code == 403
    assert terminal.screen.get("/staff/login/").status_code == 403
    assert terminal.screen.get("/")["Location"] == "/kiosk/"
    secret = terminal.screen.cookies.pop("machine")
    assert terminal.screen.get("/me/", follow=True).redirect_chain[0][0] == "/"
    assert terminal.screen.get("/me/")["Location"].startswith("/login/")
    terminal.screen.cookies["machine"] = secret.value
    terminal.desk.act(terminal.manager, terminal.page, act="retire", reason="机器报废，已经搬走")
    gone = terminal.screen.get("/kiosk/")
    assert "本机已停用" in gone.content.decode()
    assert gone.cookies["machine"].value == ""

"""Through the doors people use: the certificate officer's desk, the holder's page, the public check pages."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.platform import library
from tests.platform.certificates.conftest import LIBRARY_CARD
from tests.sessions import prove

from onedoor.platform.cases import operations as cases
from onedoor.platform.certificates import operations, queries
from onedoor.platform.certificates.models import Certificate, CertificateEvent, ImportedCertificate, ShowCode
from onedoor.platform.files import rendering
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages.models import Message

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MACHINE = Actor.system("测试")
BACKEND = "onedoor.platform.identity.backends.AccountBackend"
GROUNDS = {"reason": "逾期未还图书", "basis": "《图书馆借阅办法》第七条"}


@pytest.fixture
def place(books, time_machine_at):
    """The library with two certificate officers; the clock stands at ten in the morning."""
    time_machine_at(AT)
    for username in ("keeper", "second_keeper"):
        login = identity.open_officer_login(
            username=username, name="姚老师", password="x" * 12, one_time_secret="", actor=MACHINE, at=library.LONG_AGO
        )
        identity.appoint_officer(
            login_id=login.pk,
            organization_id=books.organs[library.COUNTY].pk,
            role="cert_officer",
            division=library.COUNTY,
            lines=[],
            valid_from=date(2026, 1, 1),
            actor=MACHINE,
            at=library.LONG_AGO,
        )
    return books


@pytest.fixture
def paper(place):
    """A library card of the reader."""
    organ = place.organs[library.COUNTY]
    return operations.issue_certificate(
        kind=LIBRARY_CARD.code,
        holders=[operations.Holder(library.READER.name, person_id=place.reader.pk, number=library.READER.id_number)],
        issuer=operations.Issuer(organ.pk, organ.name, organ.uscc),
        division=library.COUNTY,
        case_number="11010526110000001",
        face={"reading_room": "二层", "evenings": True, "family": [{"name": "欧阳小宝", "relation": "子"}]},
        valid_from=date(2026, 11, 24),
        last_valid_on=date(2027, 11, 23),
        actor=MACHINE,
        at=AT,
    )


@pytest.fixture
def keeper(place) -> Client:
    client = Client()
    client.force_login(Login.objects.get(username="keeper"), backend=BACKEND)
    return client


@pytest.fixture
def second_keeper(place) -> Client:
    client = Client()
    client.force_login(Login.objects.get(username="second_keeper"), backend=BACKEND)
    return client


@pytest.fixture
def holder(place) -> Client:
    identity.open_citizen_login(
        person_id=place.reader.pk, phone="13800000000", password="y" * 12, actor=MACHINE, at=library.LONG_AGO
    )
    client = Client()
    client.force_login(Login.objects.get(person_id=place.reader.pk), backend=BACKEND)
    return prove(client)


def word(paper: Certificate) -> str:
    return Client().get(f"/check/{paper.token}/").content.decode()


def test_the_officer_suspends_resumes_and_ends_with_reasons_that_stay_when_refused(paper, keeper):
    page = f"/staff/certificates/{paper.identifier}/"
    assert "欧阳小宝" in keeper.get(page).content.decode()
    refused = keeper.post(f"{page}suspend/", {"reason": "", "basis": "第七条之二"})
    assert refused.status_code == 422
    assert "第七条之二" in refused.content.decode()
    assert keeper.post(f"{page}suspend/", GROUNDS).status_code == 302
    assert "已暂扣" in word(paper)
    assert keeper.post(f"{page}resume/", GROUNDS).status_code == 302
    assert "现在有效" in word(paper)
    assert f"/staff/cases/{paper.case_number}/revocation/" in keeper.get(page).content.decode()
    refused = keeper.post(f"{page}void/", {"reason": "错字", "basis": "第七条之二"})
    assert refused.status_code == 422
    assert "第七条之二" in refused.content.decode()
    assert "请写明制证错在哪里" in refused.content.decode()
    wrong = {"reason": "照面上的姓名印错了一个字。", "basis": "《图书馆借阅办法》第七条"}
    assert keeper.post(f"{page}void/", wrong).status_code == 302
    assert "已作废" in word(paper)
    shown = keeper.get(page).content.decode()
    assert "不能再办理" in shown
    assert wrong["reason"] in shown
    assert keeper.post(f"{page}suspend/", GROUNDS).status_code == 422


def test_three_taps_are_one_print_and_a_further_copy_needs_a_reason(paper, keeper):
    page = f"/staff/certificates/{paper.identifier}/print/"
    for _ in range(3):
        done = keeper.post(page, {"idempotency_key": "one tap"})
        assert done.status_code == 302
    paper.refresh_from_db()
    assert paper.print_count == 1
    if rendering.find_cjk_font() is not None:
        assert keeper.get(done["Location"]).content.startswith(b"%PDF-")
    assert keeper.post(page, {"idempotency_key": "second"}).status_code == 422
    assert keeper.post(page, {"idempotency_key": "third", "reason": "原件污损"}).status_code == 302
    assert CertificateEvent.objects.filter(operation="print", reason="原件污损").count() == 1


def test_what_is_lost_is_reissued_word_for_word_and_keeps_the_link(paper, keeper):
    page = f"/staff/certificates/{paper.identifier}/change/"
    assert keeper.post(page, {"reason": "", "basis": ""}).status_code == 422
    # What somebody sends beside reason and basis changes nothing.
    sent = {"change": "change", "holder-1": "欧阳晓楠", "line-reading_room": "三层", "last_valid_on": "2099-12-31"}
    assert keeper.post(page, {**GROUNDS, **sent, "idempotency_key": "second"}).status_code == 302
    new = Certificate.objects.get(succeeds=paper)
    assert new.identifier.split(".")[8] == "002"
    assert (new.number, new.face, new.last_valid_on) == (paper.number, paper.face, paper.last_valid_on)
    assert [one.name for one in new.holders.all()] == [one.name for one in paper.holders.all()]
    assert "已换发新证" in word(paper)
    assert paper.identifier in keeper.get(f"/staff/certificates/{new.identifier}/").content.decode()
    listed = keeper.get("/staff/certificates/?status=05").content.decode()
    assert paper.identifier in listed
    assert new.identifier not in listed


def test_an_officer_without_the_post_gets_no_page(paper, place):
    client = Client()
    client.force_login(Login.objects.get(username="elsewhere"), backend=BACKEND)
    for path in ("", "revoke/", "change/", "print/", "face.pdf"):
        assert client.get(f"/staff/certificates/{paper.identifier}/{path}").status_code == 404
    for path in ("", "check/", "imports/"):
        answer = (
            client.post(f"/staff/certificates/{path}", {"references": "x"})
            if path == "check/"
            else client.get(f"/staff/certificates/{path}")
        )
        assert answer.status_code in (403, 422)
    assert Client().get("/staff/certificates/").status_code == 302


def test_a_pasted_or_uploaded_list_is_checked_and_taken_along(paper, keeper):
    pasted = keeper.post("/staff/certificates/check/", {"references": f"电子证照标识\n{paper.identifier}\nunknown\n"})
    assert "共 2 个，现在有效 1 个" in pasted.content.decode()
    upload = SimpleUploadedFile("list.csv", f"标识,备注\n{paper.identifier},甲\n=1+1,乙\n".encode("gb18030"))
    taken = keeper.post("/staff/certificates/check/", {"file": upload, "download": "csv"})
    lines = taken.content.decode("utf-8-sig").splitlines()
    assert taken["Content-Type"].startswith("text/csv")
    assert lines[1] == f"{paper.identifier},借书证,{paper.number},有效,是"
    assert lines[2].startswith("'=1+1,")
    assert library.READER.name not in taken.content.decode()
    empty = keeper.post("/staff/certificates/check/", {"references": " "})
    assert empty.status_code == 422
    assert "请贴上电子证照标识" in empty.content.decode()


def test_a30_an_archive_is_imported_its_faults_quarantined_and_a_line_confirmed_by_another(keeper, second_keeper):
    sound = "1.2.156.3005.2.111000000009999936001.11110105000123457D.J1101052026000123.001.R"
    rows = f"证照名称,编号,颁发机关,持证人,标识,颁发日期,截止\n借书证,J1,旧馆,赵六、钱七,{sound},1988-5-6,长期\n借书证,J2,旧馆,孙八,{sound[:-1]}X,,\n"
    bad = keeper.post("/staff/certificates/imports/", {"source": "档案室", "rows": rows.replace("1988-5-6", "五月")})
    assert bad.status_code == 422
    assert "第 1 行的日期" in bad.content.decode()
    done = keeper.post("/staff/certificates/imports/", {"source": "档案室", "rows": rows})
    assert done.status_code == 302
    report = keeper.get(done["Location"]).content.decode()
    assert "共导入 2 行" in report
    assert "已隔离 1 行" in report
    assert "电子证照标识校验位不符" in report
    waiting = ImportedCertificate.objects.get(state="waiting")
    assert "赵六、钱七" in keeper.get(f"/staff/certificates/imports/{waiting.pk}/").content.decode()
    settle = f"/staff/certificates/imports/{waiting.pk}/"
    assert keeper.post(settle, {"accept": "yes", "note": ""}).status_code == 422
    agrees = {"accept": "yes", "note": "与 1988 年卷宗第三页一致"}
    own = keeper.post(settle, agrees)
    assert "须由另一人对照档案确认" in own.content.decode()
    assert agrees["note"] in own.content.decode()
    assert "有效（历史证照）" not in Client().get(f"/check/{sound}/").content.decode()
    assert second_keeper.post(settle, agrees).status_code == 302
    checked = Client().get(f"/check/{sound}/").content.decode()
    assert "有效（历史证照）" in checked
    assert "已人工与档案室核对" in checked
    ImportedCertificate.objects.update(issued_on=None)  # an archive that does not say when
    assert Client().get(f"/api/v1/certificate-checks/{sound}").json()["issued_on"] is None
    assert "未记载" in Client().get(f"/check/{sound}/").content.decode()


def test_a_line_of_which_nobody_knows_who_imported_it_is_rejected_and_imported_anew(keeper, second_keeper):
    rows = "证照名称,编号,颁发机关,持证人,标识,颁发日期,截止\n借书证,J1,旧馆,赵六,,1988-5-6,长期\n"
    sent = {"source": "档案室", "rows": rows}
    assert keeper.post("/staff/certificates/imports/", sent).status_code == 302
    ImportedCertificate.objects.update(imported_login=None)  # as before who imported them was kept
    old = ImportedCertificate.objects.get()
    page = f"/staff/certificates/imports/{old.pk}/"
    shown = second_keeper.get(page).content.decode()
    assert "重新导入" in shown
    assert 'value="yes"' not in shown
    agrees = {"accept": "yes", "note": "与 1988 年卷宗第三页一致"}
    refused = second_keeper.post(page, agrees)
    assert refused.status_code == 422
    assert "导入时没有记下是谁导入的" in refused.content.decode()
    assert agrees["note"] in refused.content.decode()
    assert second_keeper.post(page, {**agrees, "accept": "no"}).status_code == 302
    assert keeper.post("/staff/certificates/imports/", sent).status_code == 302
    new = ImportedCertificate.objects.get(state="waiting")
    assert second_keeper.post(f"/staff/certificates/imports/{new.pk}/", agrees).status_code == 302


def test_a29_the_holder_shows_a_certificate_for_one_minute(paper, holder, time_machine_at):
    page = f"/me/certificates/{paper.identifier}/"
    assert "二层" in holder.get(page).content.decode()
    refused = holder.post(page, {"purpose": "", "fields": ["reading_room"]})
    assert refused.status_code == 422
    assert 'value="reading_room" checked' in refused.content.decode()
    done = holder.post(page, {"purpose": "入馆查验", "fields": ["reading_room"]})
    assert "请对方扫码" in holder.get(done["Location"]).content.decode()
    code = ShowCode.objects.get()
    viewer = Client()
    assert "欧阳晓娜" not in viewer.get(f"/shown/{code.code}/").content.decode()  # opening the address uses nothing up
    seen = viewer.post(f"/shown/{code.code}/").content.decode()
    for part in ("欧阳晓娜", "二层", "入馆查验", "现在有效"):
        assert part in seen
    assert library.READER.id_number not in seen
    assert viewer.post(f"/shown/{code.code}/").status_code == 410
    assert "已被查看" in holder.get(done["Location"]).content.decode()
    assert "未登录的查看方" in holder.get(page).content.decode()
    late = holder.post(page, {"purpose": "入馆查验"})
    time_machine_at(AT + timedelta(seconds=61))
    assert "亮证码已过期" in holder.get(late["Location"]).content.decode()
    expired = viewer.post(f"/shown/{ShowCode.objects.latest('pk').code}/")
    assert expired.status_code == 410
    assert "已过期" in expired.content.decode()


def test_the_holder_takes_it_along_and_nobody_else_does(paper, holder, place):
    credential = holder.get(f"/me/certificates/{paper.identifier}/credential.json")
    assert json.loads(credential.content)["credentialSubject"]["documentNumbers"] == [library.READER.id_number]
    if rendering.find_cjk_font() is not None:
        assert holder.get(f"/me/certificates/{paper.identifier}/face.pdf").content.startswith(b"%PDF-")
    identity.open_citizen_login(
        person_id=place.friend.pk, phone="13800000001", password="y" * 12, actor=MACHINE, at=library.LONG_AGO
    )
    friend = Client()
    friend.force_login(Login.objects.get(person_id=place.friend.pk), backend=BACKEND)
    for path in ("", "face.pdf", "credential.json"):
        assert friend.get(f"/me/certificates/{paper.identifier}/{path}").status_code == 404
        assert Client().get(f"/me/certificates/{paper.identifier}/{path}").status_code == 302
    assert paper.number in holder.get("/me/").content.decode()


def test_open_cases_that_took_it_for_a_paper_are_told_when_it_ends(paper, place, keeper):
    finished = place.received(AT)
    cases.withdraw_case(case_id=finished.pk, actor=place.citizen(), at=AT)
    case = place.accepted(AT)
    for one in (case, finished):
        operations.use_certificate(
            certificate_id=paper.pk, target=one.target, purpose="代替居住证明", actor=MACHINE, at=AT
        )
    clerk = Client()
    clerk.force_login(Login.objects.get(username="clerk"), backend=BACKEND)
    assert "代替材料的借书证" not in clerk.get(f"/staff/cases/{case.number}/").content.decode()
    keeper.post(f"/staff/certificates/{paper.identifier}/void/", GROUNDS)
    while outbox.deliver_pending(at=AT):
        pass
    told = Message.objects.filter(event="cases.certificate_ended", channel="inbox")
    assert [message.case_number for message in told] == [case.number]
    assert "不再有效" in told.get().text
    assert "代替材料的借书证" in clerk.get(f"/staff/cases/{case.number}/").content.decode()


def test_the_start_page_offers_what_is_needed_without_a_network(paper):
    page = Client().get("/check/").content.decode()
    assert "/check/keys.json" in page
    assert "/check/status/0.json" in page
    assert queries.check_url(paper).endswith(f"/check/{paper.token}/")

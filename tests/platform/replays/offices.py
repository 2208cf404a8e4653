"""What officers send beside cases: people and places, the window, the catalogue, certificates, sharing, suspensions."""

from datetime import date, timedelta

from tests.platform import library
from tests.platform.exchange.shared import DATASET, LAW
from tests.platform.identity.bereaved import state
from tests.platform.identity.test_reorganisation import DOCUMENT
from tests.platform.library import COUNTY, FRIEND, ITEM, LONG_AGO, MACHINE, NATION, OWN, READER, TOWN
from tests.platform.replays.citizen import card, used
from tests.platform.replays.stage import AT, Sent, Stage, picture, sends

from onedoor.demonstration.cast import credit_code
from onedoor.platform.audit.suspensions import QuerySuspension
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.catalog.loading import write_item
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.certificates.models import ImportedCertificate
from onedoor.platform.exchange import operations
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.parameters import write_parameter

GROUNDS = {"reason": "逾期未还图书", "basis": "《图书馆借阅办法》第七条"}
SOUND = "1.2.156.3005.2.111000000009999936001.11110105000123457D.J1101052026000123.001.R"
ARCHIVE = f"证照名称,编号,颁发机关,持证人,标识,颁发日期,截止\n借书证,J1,旧馆,赵六、钱七,{SOUND},1988-5-6,长期\n"
TODAY = AT.date().isoformat()


# People and places


@sends("absences")
def absences(stage: Stage) -> Sent:
    fields = {
        "post": stage.books.posts["clerk"],
        "deputy": Login.objects.get(username="surveyor").pk,
        "first_day": TODAY,
        "last_day": (AT + timedelta(days=2)).date().isoformat(),
    }
    return Sent("clerk", "/staff/absences/", fields)


@sends("new_officer")
def new_officer(stage: Stage) -> Sent:
    fields = {
        "username": "NEW01",
        "name": "周新来",
        "id_number": READER.id_number,
        "organization": stage.books.organs[COUNTY].pk,
        "role": "approver",
        "valid_from": TODAY,
    }
    return Sent("sysadmin", "/staff/people/new/", fields)


@sends("officer")
def officer(stage: Stage) -> Sent:
    who = Login.objects.get(username="second_clerk")
    fields = {"act": "dismiss", "last_day": (AT + timedelta(days=9)).date().isoformat()}
    return Sent("sysadmin", f"/staff/people/{who.pk}/", fields)


@sends("organizations")
def organizations(stage: Stage) -> Sent:
    fields = {
        "uscc": credit_code("11", COUNTY, "MB000209"),
        "name": "朝阳区文化局",
        "short_name": "朝文",
        "kind": "organ",
        "tier": "4",
        "division": COUNTY,
        "phone": "010-10000",
    }
    return Sent("sysadmin", "/staff/organizations/", fields)


@sends("organization")
def organization(stage: Stage) -> Sent:
    organ = stage.books.organs[COUNTY]
    return Sent("sysadmin", f"/staff/organizations/{organ.pk}/", {"act": "unit", "unit": "流通部"})


@sends("divisions")
def divisions(stage: Stage) -> Sent:
    fields = {
        "act": "establish",
        "code": "110105200000",
        "name": "新镇",
        "level": "5",
        "parent": COUNTY,
        "document": DOCUMENT,
        "on": TODAY,
    }
    return Sent("sysadmin", "/staff/divisions/", fields)


@sends("reset")
def reset(stage: Stage) -> Sent:
    guard = stage.officer("guard", "secadmin")
    return Sent(guard, "/staff/reset/", {"username": "clerk", "witness_note": "本人持身份证到场，与档案照片相符。"})


# The window


@sends("window_verify")
def window_verify(stage: Stage) -> Sent:
    fields = {"name": "周新", "id_number": "110105199001010011", "witness_note": "本人持身份证到窗口，人证一致。"}
    from onedoor.standards.check_digits import mod11_2_check

    body = fields["id_number"][:17]
    return Sent("clerk", "/staff/window/verify/", fields | {"id_number": body + mod11_2_check(body), "division": TOWN})


@sends("window_delegate")
def window_delegate(stage: Stage) -> Sent:
    fields = {
        "principal_name": READER.name,
        "principal_id_number": READER.id_number,
        "agent_name": FRIEND.name,
        "agent_id_number": FRIEND.id_number,
        "relation": "10",
        "items": [ITEM],
        "scopes": ["view", "submit"],
        "valid_to": "2026-11-30",
        "witness": "村委会李主任",
        "evidence": picture(),
    }
    return Sent("clerk", "/staff/window/delegate/", fields)


@sends("window_guard")
def window_guard(stage: Stage) -> Sent:
    from tests.platform.identity.test_guardians import CHILDREN, known

    child = CHILDREN[8]
    known(child)
    fields = {
        "ward_name": child.name,
        "ward_id_number": child.id_number,
        "guardian_name": FRIEND.name,
        "guardian_id_number": FRIEND.id_number,
        "basis": "parent",
        "document": "出生医学证明 P330012345",
        "valid_from": TODAY,
        "evidence": picture(),
    }
    return Sent("clerk", "/staff/window/guard/", fields)


@sends("window_lookup")
def window_lookup(stage: Stage) -> Sent:
    fields = {
        "name": FRIEND.name,
        "id_number": FRIEND.id_number,
        "act": "died",
        "died_on": "2026-08-30",
        "paper": "medical",
        "paper_number": "D110012345",
        "issued_by": "朝阳医院",
    }
    return Sent("clerk", "/staff/window/person/", fields)


@sends("death")
def death(stage: Stage) -> Sent:
    stated = state(stage.books, stage.books.friend)
    return Sent("second_clerk", f"/staff/deaths/{stated.pk}/", {"answer": "confirm"})


@sends("assist")
def assist(stage: Stage) -> Sent:
    fields = {"name": READER.name, "id_number": READER.id_number, "item": ITEM, "evidence": picture()}
    fields |= {"document": "resident_card", "method": "eye", "document_valid_to": "2036-08-30"}
    return Sent("clerk", "/staff/window/assist/", fields)


@sends("assist_check")
def assist_check(stage: Stage) -> Sent:
    stage.help_reader()
    return Sent("clerk", "/staff/window/assist/check/", {"document": "resident_card", "method": "machine"})


# The catalogue


@sends("item_new")
def item_new(stage: Stage) -> Sent:
    return Sent("item_manager", "/staff/items/new/", {"definition": "code: library.loan\ntitle: 借书\nline: library\n"})


@sends("item_draft")
def item_draft(stage: Stage) -> Sent:
    text = write_item(library.item(title="读者证办理"))
    return Sent("item_manager", f"/staff/items/{ITEM}/draft/", {"definition": text})


@sends("item_version")
def item_version(stage: Stage) -> Sent:
    version = catalog.draft_version(
        item=library.item(title="读者证办理"), actor=stage.books.officer("item_manager"), at=AT
    )
    return Sent("item_manager", f"/staff/items/{ITEM}/versions/{version.version}/", {"deed": "submit"})


@sends("offering_draft")
def offering_draft(stage: Stage) -> Sent:
    fields = {"organ_nature": "1", "power_source": "1", "consult": "010-10000", "supervise": "12345"}
    return Sent("county_items", f"/staff/items/{ITEM}/offering/", fields | {"limits.promised": "4"})


@sends("staff_offering")
def staff_offering(stage: Stage) -> Sent:
    offering = catalog.draft_offering(
        item_code=ITEM,
        division=COUNTY,
        organization_id=stage.books.organs[COUNTY].pk,
        own=OWN,
        overrides={"limits.promised": {"days": 4}},
        actor=stage.books.officer("county_items"),
        at=AT,
    )
    return Sent("county_items", f"/staff/items/{ITEM}/offerings/{offering.pk}/", {"deed": "submit"})


DEPOSIT = {"division": NATION, "value": "80.00", "document": "图〔2026〕9号", "valid_from": "2026-10-01"}


@sends("parameter")
def parameter(stage: Stage) -> Sent:
    write_parameter(
        key="library.deposit",
        division=NATION,
        value="100.00",
        document="图〔2026〕1号",
        valid_from=AT.date() - timedelta(days=99),
        recorded_by="测试",
        at=AT,
    )
    return Sent("item_manager", "/staff/parameters/library.deposit/", DEPOSIT)


@sends("parameter_proposal")
def parameter_proposal(stage: Stage) -> Sent:
    day = date.fromisoformat(DEPOSIT["valid_from"])
    proposed = catalog.propose_parameter(
        key="library.deposit", **DEPOSIT | {"valid_from": day}, actor=stage.books.officer("item_manager"), at=AT
    )
    fields = {"deed": "approve", "opinion": "与文件一致，同意。"}
    return Sent("legal_reviewer", f"/staff/parameters/proposals/{proposed.pk}/", fields)


# Certificates


@sends("staff_imports")
def staff_imports(stage: Stage) -> Sent:
    return Sent("cert_officer", "/staff/certificates/imports/", {"source": "档案室", "rows": ARCHIVE})


@sends("staff_imported")
def staff_imported(stage: Stage) -> Sent:
    client = stage.desk.client("cert_officer")
    assert client.post("/staff/certificates/imports/", {"source": "档案室", "rows": ARCHIVE}).status_code == 302
    waiting = ImportedCertificate.objects.get()
    other = stage.officer("second_keeper", "cert_officer")
    fields = {"accept": "yes", "note": "与 1988 年卷宗第三页一致"}
    return Sent(other, f"/staff/certificates/imports/{waiting.pk}/", fields)


def of_card(stage: Stage, act: str, **fields: str) -> Sent:
    return Sent("cert_officer", f"/staff/certificates/{card(stage).identifier}/{act}/", fields)


@sends("certificate_void")
def void(stage: Stage) -> Sent:
    return of_card(stage, "void", **GROUNDS)


@sends("certificate_suspend")
def certificate_suspend(stage: Stage) -> Sent:
    return of_card(stage, "suspend", **GROUNDS)


@sends("certificate_resume")
def certificate_resume(stage: Stage) -> Sent:
    paper, director = card(stage), stage.books.officer("cert_officer")
    certificates.suspend_certificate(certificate_id=paper.pk, **GROUNDS, actor=director, at=AT)
    return Sent("cert_officer", f"/staff/certificates/{paper.identifier}/resume/", GROUNDS)


@sends("certificate_print")
def certificate_print(stage: Stage) -> Sent:
    return of_card(stage, "print")


@sends("certificate_change")
def certificate_change(stage: Stage) -> Sent:
    return of_card(stage, "change", **GROUNDS)


# Sharing between organs, and the right to look people up


def school(stage: Stage) -> None:
    organ = identity.register_organization(
        uscc=credit_code("11", COUNTY, "MB000206"),
        name="朝阳区教育局",
        short_name="朝教",
        kind="organ",
        tier=4,
        division=COUNTY,
        parent_id=None,
        phone="",
        actor=MACHINE,
        at=LONG_AGO,
    )
    stage.officer("teacher", "data_user", organization_id=organ.pk)
    stage.officer("steward", "data_steward")


@sends("sharing_ask")
def sharing_ask(stage: Stage) -> Sent:
    school(stage)
    fields = {"fields": ["kind", "since"], "purpose": "核对学生读者免押金资格", "legal_basis": LAW}
    return Sent("teacher", f"/staff/sharing/ask/{DATASET.code}/", fields | {"until": "2027-12-31"})


@sends("sharing")
def sharing(stage: Stage) -> Sent:
    ask = sharing_ask(stage)
    answer = stage.desk.client("teacher").post(ask.url, ask.fields)
    assert answer.status_code == 302, answer.content.decode()
    fields = {"deed": "grant", "fields": ["kind"], "last_valid_on": "2027-06-30"}
    return Sent("steward", answer.headers["Location"], fields)


@sends("data_objection")
def data_objection(stage: Stage) -> Sent:
    school(stage)
    raised = operations.object_to_use(
        receipt=used(stage), kind="wrong", text="我是学生读者，不是成人读者。", actor=stage.books.citizen(), at=AT
    )
    fields = {"found": "upheld", "answer": "已核对学生证，读者类别改为学生。"}
    return Sent("steward", f"/staff/objections-to-data/{raised.pk}/", fields)


@sends("suspensions")
def suspensions(stage: Stage) -> Sent:
    clerk = stage.books.officer("clerk")
    suspension = QuerySuspension.objects.create(
        login_id=clerk.login_id, officer_name=clerk.name, division=COUNTY, looks=51, suspended_at=AT
    )
    fields = {"suspension": suspension.pk, "note": "年度复核，名单已核对"}
    return Sent(stage.officer("guard", "secadmin"), "/supervision/suspensions/", fields)


@sends("source")
def source(stage: Stage) -> Sent:
    fields = {"starts_at": "2026-09-02T01:00", "ends_at": "2026-09-02T03:00", "reason": "对方系统升级。"}
    return Sent(stage.officer("keeper", "data_steward"), "/staff/sources/police.household/", fields)

"""The database itself refuses to change, delete or empty what is history, and it is noticed when it no longer would."""

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from tests.platform.appointments.hall import open_hall
from tests.platform.channels.machine import in_use
from tests.platform.channels.switchboard import build
from tests.platform.desks import Desk
from tests.platform.identity.test_scope import bad_review, complaint
from tests.platform.library import CHINA, ITEM, TOWN, Library, judge
from tests.platform.network.partner import exchanged
from tests.platform.payments.made import money_moved
from tests.platform.publishing.conftest import drafted

from onedoor.platform.audit.models import AuditEntry, TimeStamp
from onedoor.platform.audit.seals import seal_entries
from onedoor.platform.bundles.models import BundleCase, BundleEvent, BundleVersion
from onedoor.platform.cases.models import ActionNote
from onedoor.platform.cases.operations.decisions import store_judgement
from onedoor.platform.certificates.models import Certificate, CertificateEvent
from onedoor.platform.feedback.models import ComplaintStep, ReviewStep
from onedoor.platform.identity.models import AssistedFiling, IdentityCheck
from onedoor.platform.identity.models.deaths import DeathEffect, DeathSettlement, DeathStatement
from onedoor.platform.kernel import append_only
from onedoor.platform.messages.models import Outreach
from onedoor.platform.publishing.models import FetchedFigure
from onedoor.platform.registers.models import PaymentBatch
from onedoor.platform.supervision.operations import watch_clocks

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATE = AT + timedelta(days=90)
HISTORY = {
    "appointments_ticketevent": "act",
    "audit_auditentry": "outcome",
    "audit_auditseal": "hash",
    "audit_timestamp": "authority",
    "bundles_bundleevent": "kind",
    "cases_action": "channel",
    "cases_actionnote": "action_id",
    "cases_casedocument": "signature",
    "cases_storedjudgement": "digest",
    "certificates_certificateevent": "reason",
    "feedback_complaintstep": "act",
    "feedback_reviewstep": "act",
    "channels_kioskact": "act",
    "channels_orderact": "act",
    "identity_deatheffect": "statement_id",
    "identity_deathsettlement": "statement_id",
    "identity_deathstatement": "paper",
    "identity_identitycheck": "method",
    "network_receipt": "signature",
    "network_received": "digest",
    "network_sent": "digest",
    "onedoor_messages_outreachnote": "note",
    "payments_orderevent": "kind",
    "payments_payment": "trade",
    "payments_receipt": "digest",
    "publishing_fetchedfigure": "name",
    "publishing_picture": "width",
    "publishing_publicationstep": "act",
    "publishing_publicationversion": "title",
    "registers_benefitpayment": "fen",
    "registers_paymentbatch": "digest",
    "supervision_supervisionevent": "lamp",
}


@pytest.fixture
def written(books: Library) -> None:
    """A row in every table of history."""
    case = books.noticed(AT)
    store_judgement(case, judge(case, AT.date()), at=AT)
    watch_clocks(at=LATE)
    hall = open_hall(books, at=AT)
    hall.walk_in(AT)
    in_use(hall.point.pk, hall.manager, AT)
    seal = seal_entries(at=LATE + timedelta(hours=1))
    TimeStamp.objects.create(seal=seal, token=b"token", stamped_at=LATE, authority="某机构")
    organ = case.receiving_organization
    certificate = Certificate.objects.create(
        kind=ITEM,
        case_number=case.number,
        version=1,
        issuer=organ,
        issuer_name=organ.name,
        issued_on=AT.date(),
        valid_from=AT.date(),
        status=Certificate.Status.VALID,
        face={},
    )
    CertificateEvent.objects.create(certificate=certificate, operation="issue", to_status="01", at=AT)
    row = Outreach.objects.create(person=books.reader, division=TOWN, reason="no_way", opened_at=AT)
    row.notes.create(way="letter", reached=True, recorded_at=AT, recorded_by="测试")
    people_kept(books)
    clerk = books.officer("clerk")
    ComplaintStep.objects.create(complaint=complaint(books), act="file", is_told=True, by="反映人", at=AT)
    ReviewStep.objects.create(review=bad_review(books), act="take", facts={}, actor_name=clerk.name, at=AT)
    version = BundleVersion.objects.create(
        code="library.welcome", version=1, definition={}, recorded_at=AT, recorded_by="测试"
    )
    bundle = BundleCase.objects.create(
        version=version, applicant=books.reader, created_at=AT, saved_at=AT, expires_at=LATE
    )
    BundleEvent.objects.create(bundle=bundle, seq=1, kind="submit", to_state="submitted", at=AT)
    build(books).filed(AT)
    money_moved(case, AT)
    exchanged(AT)
    text = drafted(books)
    text.pictures.create(content=b"", width=1, height=1, recorded_at=AT, recorded_by="测试")
    batch = PaymentBatch.objects.create(
        organization=organ, division=TOWN, number="1", count=1, recorded_at=AT, recorded_by="测试"
    )
    batch.rows.create(
        organization=organ, person=books.reader, number="1", sequence=1, month=AT.date(), happened_on=AT.date(), fen=1
    )
    FetchedFigure.objects.create(placement=text.placements.create(channel="site"), name="read", value=1, at=AT)


def people_kept(books: Library) -> None:
    """A death that two officers stated, and a document that was looked at."""
    clerk, organ = books.officer("clerk"), books.organs[TOWN]
    officer = clerk.require_login()
    statement = DeathStatement.objects.create(
        person=books.friend,
        kind=DeathStatement.Kind.DEATH,
        paper=DeathStatement.Paper.MEDICAL,
        paper_number="1",
        issued_by="某医院",
        died_on=AT.date(),
        division=organ.division_id,
        organization=organ,
        stated_by_id=officer,
        stated_at=AT,
    )
    DeathSettlement.objects.create(statement=statement, confirmed=False, settled_by_id=officer, settled_at=AT)
    DeathEffect.objects.create(statement=statement, room="cases", at=AT)
    recorded = {"recorded_at": AT, "recorded_by": clerk.name}
    filing = AssistedFiling.objects.create(
        login_id=officer, post_id=clerk.post_id, person=books.friend, began_at=AT, ends_at=LATE, **recorded
    )
    IdentityCheck.objects.create(filing=filing, document="resident_card", method="eye", **recorded)


@pytest.mark.parametrize("table", HISTORY)
def test_the_database_itself_keeps_every_table_of_history(written: None, table: str) -> None:
    assert set(append_only.declared()) == set(HISTORY)
    assert append_only.missing(connection) == []
    column = HISTORY[table]
    crimes = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if connection.vendor == "postgresql":
        crimes.append(f"TRUNCATE {table} CASCADE")
    with connection.cursor() as cursor:
        connection.check_constraints()  # PostgreSQL empties no table about which a check is still to come
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0], "without a row nothing is refused"
    for crime in crimes:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(crime)


def test_a_new_data_key_reaches_what_is_encrypted(written: None) -> None:
    assert ActionNote.objects.update(text="情况属实，同意办理。")


@pytest.mark.parametrize("table", HISTORY)
def test_a_table_whose_guard_is_down_is_missed_until_it_is_up_again(
    db: None, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    append_only.release(connection, {table: []})
    assert append_only.missing(connection) == [table]
    with pytest.raises(CommandError, match=f"1 张历史表的防改触发器不在（{table}）.*guard_history"):
        call_command("guard_history", "--look")
    assert append_only.missing(connection) == [table]
    call_command("guard_history")
    assert "check_audit" in capsys.readouterr().out
    assert append_only.missing(connection) == []
    assert AuditEntry.objects.get(event="audit.guard_history").details["tables"] == [table]
    call_command("guard_history", "--look")
    assert capsys.readouterr().out == "历史表的防改触发器都在。\n"


def test_putting_up_what_stands_changes_nothing_and_is_not_recorded(db: None) -> None:
    call_command("guard_history")
    assert not AuditEntry.objects.filter(event="audit.guard_history").exists()


def test_a_table_that_a_migration_rebuilds_loses_its_guard_and_the_health_says_so(desk: Desk) -> None:
    before = desk.client("reader").get("/healthz")
    assert before.json()["history"] == "ok"
    append_only.release(connection, {"cases_action": []})
    answer = desk.client("reader").get("/healthz")
    assert (answer.status_code, answer.json()["history"]) == (before.status_code, "unguarded")  # it serves all the same
    page = desk.client("auditor").get("/supervision/audit/").content.decode()
    assert "cases_action" in page
    assert "guard_history" in page
    call_command("guard_history")
    assert desk.client("reader").get("/healthz").json()["history"] == "ok"

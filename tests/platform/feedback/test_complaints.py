"""Complaints and reports: sealed from the unit complained of, followed by a code, seen by whoever has to and nobody else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.journeys.conftest import photo
from tests.platform.desks import Desk
from tests.platform.library import MACHINE, READER, TOWN
from tests.platform.replays.complaints import EXPLAINED, TEXT, filed
from tests.platform.replays.stage import Stage
from tests.platform.test_acceptance import moment

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.feedback import operations
from onedoor.platform.feedback.models import Complaint, ComplaintStep
from onedoor.platform.files.models import FileGrant
from onedoor.platform.identity.models import Organization, Post
from onedoor.platform.kernel.models import Replay
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.platform.supervision.ratings import watch_ratings

AT = moment("2026-11-23", "10:00")


@pytest.fixture
def stage(desk: Desk) -> Iterator[Stage]:
    desk.go(AT)
    with pytest.MonkeyPatch.context() as patch:
        yield Stage(desk, lambda handler: None, patch)


def complain(desk: Desk, **more: Any) -> str:
    """File a complaint about the town's organ without a log-in, and return its code."""
    organ = desk.books.organs[TOWN].pk
    page = Client().post(
        "/complaints/", {"category": "complaint:attitude", "organization": organ, "text": TEXT, **more}
    )
    assert page.status_code == 200, page.content.decode()[:3000]
    return code_in(page.content.decode())


def code_in(page: str) -> str:
    return re.search(r'查询码 <span class="code">([\d ]+)', page)[1].replace(" ", "")  # type: ignore[index]


def tracked(code: str) -> str:
    return Client().post("/complaints/track/", {"code": code}).content.decode()


def act(desk: Desk, who: str, row: Complaint, name: str, **fields: Any) -> None:
    desk.act(who, f"/staff/complaints/{row.pk}/", act=name, **fields)


def test_an_anonymous_complaint_goes_its_way_by_its_code(desk: Desk, stage: Stage) -> None:
    code = complain(desk)
    row = Complaint.objects.get()
    assert (row.state, row.accept_due.isoformat(), row.person_id, row.name) == ("filed", "2026-11-25", None, "")
    assert code not in repr([vars(one) for one in (row, *AuditEntry.objects.all())])
    assert "2026年11月25日" in tracked(code)

    act(desk, "supervisor", row, "accept")
    assert "2026年11月30日" in tracked(code)  # five working days
    act(desk, "supervisor", row, "ask", note="请说一下是哪一天、几号窗口的事。")
    assert "几号窗口" in tracked(code)
    desk.go(moment("2026-11-25"))
    answered = Client().post("/complaints/answer/", {"code": code, "text": "十一月二十日，三号窗口。"})
    assert answered.status_code == 200
    row.refresh_from_db()
    assert (row.state, row.reply_due.isoformat()) == ("accepted", "2026-12-02")  # two days did not count
    reply = {"note": "已批评教育当事人，窗口改为一次告知。", "evidence": "调看了三号窗口当天的监控录像。"}
    act(desk, "supervisor", row, "reply", **reply)
    page = tracked(code)
    assert reply["note"] in page
    assert reply["evidence"] not in page
    assert "官员supervisor" not in page
    Client().post("/complaints/answer/", {"code": code, "act": "resolved", "resolved": "no", "text": "还是这样。"})
    act(desk, "supervisor", row, "reply", **reply)
    Client().post("/complaints/answer/", {"code": code, "act": "resolved", "resolved": "yes"})
    row.refresh_from_db()
    assert (row.state, row.again) == ("closed", 1)
    assert tracked("1" * 12) != page


def test_the_unit_complained_of_sees_nothing_but_what_it_is_asked(desk: Desk, stage: Stage) -> None:
    complain(desk, named="yes", name=READER.name, contact="13800000000")
    row = Complaint.objects.get()
    stage.officer("town_supervisor", "supervisor", TOWN)
    for name in ("clerk", "reviewer", "town_supervisor", "approver", "elsewhere"):
        assert desk.get(name, f"/staff/complaints/{row.pk}/").status_code in (403, 404), name
    assert row.number not in desk.page("town_supervisor", "/staff/complaints/")
    act(desk, "supervisor", row, "accept")
    url = f"/staff/complaints/{row.pk}/"
    told = desk.refused("supervisor", url, 422, act="ask_unit", question=f"{READER.name}反映窗口态度不好，请说明。")
    assert "没有同意让被反映单位知道" in told
    act(desk, "supervisor", row, "ask_unit", question="有群众反映三号窗口态度不好，请说明当天的情况。")
    asked = row.inquiries.get()
    page = desk.page("clerk", f"/staff/inquiries/{asked.pk}/")
    api = str(desk.get("clerk", f"/api/v1/unit-inquiries/{asked.pk}").json())
    for text in (page, api, desk.page("clerk", "/staff/inquiries/")):
        assert "三号窗口" in text
        for secret in (READER.name, "13800000000", row.number, TEXT):
            assert secret not in text
    desk.act("clerk", f"/staff/inquiries/{asked.pk}/", answer=EXPLAINED)
    assert EXPLAINED in desk.page("supervisor", url)


def test_with_consent_the_unit_may_know_who_complains(desk: Desk, stage: Stage) -> None:
    complain(desk, named="yes", name=READER.name, contact="13800000000", consent="yes")
    row = Complaint.objects.get()
    act(desk, "supervisor", row, "accept")
    act(desk, "supervisor", row, "ask_unit", question="请说明三号窗口当天的情况，并联系反映人。")
    assert READER.name in desk.page("clerk", f"/staff/inquiries/{row.inquiries.get().pk}/")


def test_an_officer_complained_of_never_sees_it(desk: Desk, stage: Stage) -> None:
    stage.officer("second_supervisor", "supervisor")
    complain(desk, about="官员supervisor")  # by name: kept from it at once
    row = Complaint.objects.get()
    url = f"/staff/complaints/{row.pk}/"
    assert desk.get("supervisor", url).status_code == 404
    assert row.number not in desk.page("supervisor", "/staff/complaints/")
    assert desk.get("supervisor", f"/api/v1/complaints/{row.pk}").status_code == 404
    assert TEXT in desk.page("second_supervisor", url)

    complain(desk)
    other = Complaint.objects.order_by("-pk")[0]
    act(desk, "second_supervisor", other, "recuse", username="supervisor")
    assert desk.get("supervisor", f"/staff/complaints/{other.pk}/").status_code == 404


def test_a_report_is_seen_by_named_posts_alone_and_each_look_is_recorded(desk: Desk, stage: Stage) -> None:
    code = complain(desk, category="report:fraud")
    row = Complaint.objects.get()
    assert row.number.startswith("JB")
    url = f"/staff/complaints/{row.pk}/"
    for name in ("supervisor", "approver", "secadmin", "auditor", "sysadmin"):
        assert desk.get(name, url).status_code in (403, 404), name
    assert desk.get("supervisor", "/staff/reports/").status_code == 403
    assert row.number not in desk.page("supervisor", "/staff/complaints/")
    post = desk.books.posts["supervisor"]
    desk.act("secadmin", "/staff/report-access/", post=post, reason="负责举报的专人。")
    assert row.number in desk.page("supervisor", "/staff/reports/")
    assert TEXT in desk.page("supervisor", url)
    looks = AuditEntry.objects.filter(outcome="looked", event__startswith="feedback.")
    assert set(looks.values_list("event", flat=True)) == {"feedback.list_reports", "feedback.look_complaint"}
    act(desk, "supervisor", row, "accept")
    assert desk.refused("supervisor", url, 409, act="ask_unit", question="请说明这件事的情况和依据。")
    assert "2026年12月14日" in tracked(code)  # fifteen working days
    desk.act("secadmin", "/staff/report-access/", end=row.pk and access_of(post))
    assert desk.get("supervisor", url).status_code == 404


def access_of(post: int) -> int:
    from onedoor.platform.feedback.models import ReportAccess

    return ReportAccess.objects.get(post_id=post, ended_at=None).pk


def test_an_anonymous_complaint_of_somebody_logged_in_names_nobody(desk: Desk, stage: Stage) -> None:
    organ = desk.books.organs[TOWN].pk
    before = AuditEntry.objects.order_by("-pk")[0].pk
    fields = {"category": "complaint:other", "organization": organ, "text": TEXT, "contact": "13800000000"}
    desk.post("reader", "/complaints/", **fields)  # typed before they chose to stay unnamed
    row = Complaint.objects.get()
    assert (row.person_id, row.name, row.contact) == (None, "", "")
    for entry in AuditEntry.objects.filter(pk__gt=before):
        assert (entry.login_id, entry.person_id, entry.address, entry.device) == (None, None, "", "")
    steps = ComplaintStep.objects.values_list("by", flat=True)
    assert set(steps) == {"反映人"}
    assert Replay.objects.filter(scope="complain").count() == 1  # forgotten after a day, and sealed until then


def test_the_record_names_nobody_who_complains_or_has_tried_to(desk: Desk, stage: Stage) -> None:
    """Whoever reads the record may sit in the unit complained of; a refusal just before tells who filed without a name."""
    before = AuditEntry.objects.order_by("-pk")[0].pk
    fields = {"category": "complaint:other", "organization": desk.books.organs[TOWN].pk, "text": TEXT}
    named = {"named": "yes", "name": READER.name, "contact": "13800000000"}
    desk.refused("reader", "/complaints/", 422, **{**fields, "text": "短"})
    assert desk.post("reader", "/complaints/", **fields, **named).status_code == 200
    sent = {"kind": "complaint", "category": "other", "organization_id": fields["organization"], "text": "短"}
    key = {"Idempotency-Key": "k" * 32}
    api = desk.client("reader").post("/api/v1/complaints", sent, content_type="application/json", headers=key)
    assert api.status_code == 422
    rows = AuditEntry.objects.filter(pk__gt=before)
    assert rows.filter(outcome="refused").count() == 2
    assert {(one.login_id, one.person_id, one.address) for one in rows} == {(None, None, "")}
    assert Complaint.objects.get().person == desk.books.reader


def test_whoever_replied_cannot_close_before_the_other_could_say_a_word(desk: Desk, stage: Stage) -> None:
    code = complain(desk)
    row = Complaint.objects.get()
    url = f"/staff/complaints/{row.pk}/"
    act(desk, "supervisor", row, "accept")
    act(desk, "supervisor", row, "reply", note="已批评教育，改为一次告知。", evidence="调看了当天的监控录像。")
    assert "等反映人回话" in desk.page("supervisor", url)
    for day in ("2026-11-23", "2026-11-30"):  # five working days after Monday
        desk.go(moment(day))
        assert "还没有说解决了没有" in desk.refused("supervisor", url, 409, act="close")
    desk.go(moment("2026-12-01"))
    act(desk, "supervisor", row, "close")
    assert "已办结" in tracked(code)


def test_what_is_not_taken_says_why_and_transfers_never_lead_to_the_unit(desk: Desk, stage: Stage) -> None:
    code = complain(desk)
    row = Complaint.objects.get()
    url = f"/staff/complaints/{row.pk}/"
    town = desk.books.organs[TOWN].pk
    assert "不能转给被反映的单位" in desk.refused(
        "supervisor", url, 422, act="transfer", organization=town, note="请该单位自行处理这件投诉。"
    )
    assert "请选择不予受理的理由" in desk.refused("supervisor", url, 422, act="decline", reason="tired")
    act(desk, "supervisor", row, "decline", reason="other_procedure", note="")
    assert "已经进入诉讼" in tracked(code)


def test_papers_are_given_by_the_code_and_sealed_as_the_rest(desk: Desk, stage: Stage) -> None:
    code = complain(desk)
    row, browser = Complaint.objects.get(), Client()
    before = AuditEntry.objects.order_by("-pk")[0].pk

    def bring(**more: Any) -> Any:
        paper = SimpleUploadedFile("欧阳晓娜的窗口.jpg", photo("窗口").getvalue())
        return browser.post("/complaints/answer/", {"code": code, "act": "paper", "paper": paper, **more})

    assert bring().status_code != 200  # not before the code has opened it in this browser
    assert "补交凭据" in browser.post("/complaints/track/", {"code": code}).content.decode()
    assert "请选择照片" in bring(paper="").content.decode()
    page = bring().content.decode()
    assert "凭据 1" in page
    grant = FileGrant.objects.get(target=row.target)
    assert (str(grant.name), grant.recorded_by) == ("凭据 1.jpg", "")
    shown = desk.page("supervisor", f"/staff/complaints/{row.pk}/")
    assert f"/files/{grant.file_id}/" in shown
    assert desk.get("supervisor", f"/files/{grant.file_id}/").status_code == 200
    for name in ("clerk", "approver", "elsewhere", "reader"):
        assert desk.get(name, f"/files/{grant.file_id}/").status_code in (403, 404), name
    assert browser.get(f"/files/{grant.file_id}/").status_code in (302, 403, 404)
    given = AuditEntry.objects.filter(pk__gt=before, event__in=("files.store", "feedback.complainant"))
    assert {(one.login_id, one.person_id, one.address) for one in given} == {(None, None, "")}
    Complaint.objects.filter(pk=row.pk).update(state="closed", closed_on="2026-11-23")
    assert bring().status_code in (409, 429)
    assert FileGrant.objects.filter(target=row.target).count() == 1


def test_a_complaint_nobody_takes_or_answers_lights_a_lamp_that_tells_nothing_of_it(desk: Desk, stage: Stage) -> None:
    complain(desk)
    row = Complaint.objects.get()
    assert watch_ratings(at=moment("2026-11-25")) == 0
    assert watch_ratings(at=moment("2026-11-26")) == 1
    assert watch_ratings(at=moment("2026-11-27")) == 0
    desk.go(moment("2026-11-26"))
    act(desk, "supervisor", row, "accept")
    assert watch_ratings(at=moment("2026-12-04")) == 1
    event = SupervisionEvent.objects.latest("pk")
    assert (event.rule, event.facts, event.organization_name) == (
        "E04",
        {"due_on": "2026-12-03"},
        Organization.objects.get(pk=row.handled_by_id).name,
    )
    page = desk.page("supervisor", "/supervision/")
    assert "投诉举报超期" in page
    assert row.number not in page


@pytest.mark.parametrize("category", ["complaint:attitude", "report:fraud"])
def test_nothing_is_handed_on_to_where_nobody_could_see_it(desk: Desk, stage: Stage, category: str) -> None:
    complain(desk, category=category)
    row = Complaint.objects.get()
    operations.name_post(post_id=desk.books.posts["supervisor"], reason="专人", actor=MACHINE, at=AT)
    other = Organization.objects.exclude(pk__in=[row.organization_id, row.handled_by_id]).earliest("pk")
    fields = {"act": "transfer", "organization": other.pk, "note": "请你单位办理这件投诉事项。"}
    url = f"/staff/complaints/{row.pk}/"
    assert "转过去就没人能看到" in desk.refused("supervisor", url, 422, **fields)
    stage.officer("their_supervisor", "supervisor", other.division_id)
    assert "转过去就没人能看到" in desk.refused("supervisor", url, 422, **fields)  # their reach ends before the town
    Post.objects.filter(pk=desk.books.posts["their_supervisor"]).update(reach=[["0", "9"]])
    if row.kind == "report":
        assert "转过去就没人能看到" in desk.refused("supervisor", url, 422, **fields)  # not named for reports
        operations.name_post(post_id=desk.books.posts["their_supervisor"], reason="专人", actor=MACHINE, at=AT)
    desk.act("supervisor", url, **fields)
    assert desk.get("their_supervisor", url).status_code == 200


def test_a_complaint_comes_to_somebody_even_where_the_superior_is_not_here(desk: Desk, stage: Stage) -> None:
    assert filed(stage).handled_by_id == desk.books.organs["110105000000"].pk

"""Row 18, grades: where a paper comes from, how long it holds, who has seen the original, on both sides' pages."""

from datetime import date, timedelta

import pytest
from tests.platform.desks import Desk, own, staff
from tests.platform.library import MACHINE
from tests.platform.papers.stage import AT, Applicant, check, given, paper, publish

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Action, Material
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.kernel import outbox
from onedoor.platform.messages.models import Message

MONTH = timedelta(days=30)


def test_row_18_an_upload_is_c_until_the_window_has_seen_the_original(desk: Desk, applicant: Applicant) -> None:
    publish(paper("photo", "照片"), paper("lease", "租约", valid_days=90), paper("plan", "阅读计划", self_made=True))
    draft = applicant.begin()
    applicant.upload(draft, "photo", "lease", "plan")
    case = applicant.submit(draft)
    assert [given(case, code).grade for code in ("photo", "lease", "plan")] == ["C", "C", "D"]
    assert given(case, "lease").valid_until == AT.date() + timedelta(days=90)

    bench = desk.page("clerk", staff(case))
    assert bench.count("核对原件</a>") == 2  # what somebody wrote themselves has no original
    for page in (bench, desk.page("reader", own(case))):
        assert "本人上传" in page
        assert "有效期至 2026-11-30" in page
        assert "没有注明有效期" in page
        assert "本人自制" in page

    check(desk, case, "lease", valid_until="2027-03-31")
    lease = given(case, "lease")
    assert (lease.grade, lease.valid_until, lease.checked_by) == ("B", date(2027, 3, 31), "官员clerk")
    assert "窗口核对的原件（官员clerk 2026-09-01）" in desk.page("clerk", staff(case))
    seen = desk.page("reader", own(case))
    assert "窗口核对的原件，有效期至 2027-03-31" in seen
    assert "官员clerk" not in seen  # people see organs (R-CASE-6)
    action = Action.objects.get(case=case, kind="check_original")
    assert action.facts["material"] == "lease"
    assert action.facts["papers"] == [lease.pk]
    assert AuditEntry.objects.filter(event="cases.check_original", target=case.target).count() == 1
    outbox.deliver_pending(at=AT)
    assert Message.objects.filter(event="cases.check_original", recipient=desk.books.reader).exists()


def test_what_is_no_upload_or_has_run_out_is_not_checked(desk: Desk, applicant: Applicant) -> None:
    publish(paper("lease", "租约"), paper("plan", "阅读计划", self_made=True))
    draft = applicant.begin()
    applicant.upload(draft, "lease", "plan")
    case = applicant.submit(draft)
    url = staff(case, "papers/lease/original/")
    assert "请确认看过原件" in desk.refused("clerk", url, 422)
    assert "过了有效期" in desk.refused("clerk", url, 422, agrees="yes", valid_until="2026-08-31")
    assert "样子填写日期" in desk.refused("clerk", url, 422, agrees="yes", valid_until="明年")
    plan = desk.refused("clerk", staff(case, "papers/plan/original/"), 409, agrees="yes")
    assert "不需要核对原件" in plan
    check(desk, case, "lease")
    desk.refused("clerk", url, 409, agrees="yes")
    assert Action.objects.filter(case=case, kind="check_original").count() == 1
    assert desk.get("clerk", staff(case, "papers/nothing/original/")).status_code == 404


def test_only_the_window_of_the_place_checks(desk: Desk, applicant: Applicant) -> None:
    publish(paper("lease", "租约"))
    draft = applicant.begin()
    applicant.upload(draft, "lease")
    case = applicant.submit(draft)
    url = staff(case, "papers/lease/original/")
    desk.refused("elsewhere", url, 404, agrees="yes")
    for name in ("supervisor", "reviewer", "approver"):
        desk.refused(name, url, 403, agrees="yes")
    assert given(case, "lease").grade == "C"


def test_a_paper_can_be_checked_after_the_case_has_ended(desk: Desk, applicant: Applicant) -> None:
    publish(paper("lease", "租约"))
    draft = applicant.begin()
    applicant.upload(draft, "lease")
    case = applicant.submit(draft)
    desk.act("reader", own(case, "withdraw/"))
    check(desk, case, "lease")
    case.refresh_from_db()
    assert (case.state, given(case, "lease").grade) == ("withdrawn", "B")


def test_data_hold_for_a_day_unless_the_item_says_longer(applicant: Applicant, desk: Desk) -> None:
    publish(paper("lease", "租约", waiver={"kind": "data", "source": "library.lease"}))
    draft = applicant.begin()
    for source in (Material.Source.DATA, Material.Source.REGISTER):
        Material.objects.filter(draft=draft).delete()
        row = operations.waive_material(
            draft_id=draft.pk,
            material="lease",
            proof="住建部门",
            as_of=AT.date(),
            source=source,
            actor=MACHINE,
            at=AT,
        )
        assert row is not None
        assert (row.grade, row.valid_until) == ("A", date(2026, 9, 2))
    case = applicant.submit(draft)
    assert "登记簿记载，有效期至 2026-09-02" in desk.page("reader", own(case))


def test_my_papers_are_listed_with_grade_source_and_validity(desk: Desk, applicant: Applicant) -> None:
    publish(paper("lease", "租约", valid_days=20))
    draft = applicant.begin()
    assert "还没有交过材料" in desk.page("reader", "/me/papers/")
    applicant.upload(draft, "lease")
    applicant.submit(draft)
    page = desk.page("reader", "/me/papers/")
    assert "C 级" in page
    assert "本人上传" in page
    assert "至 2026-09-21" in page
    desk.go(AT + MONTH)
    assert "已过有效期" in desk.page("reader", "/me/papers/")


@pytest.mark.parametrize("title", ["居民身份证", "户口簿", "低保申请书", "配偶同意书", "查询授权书"])
def test_who_somebody_is_and_what_others_agree_to_is_never_brought_later(title: str) -> None:
    PaperDefinition.model_validate(paper("one", "租约", tolerance={}))
    with pytest.raises(ValueError, match="tolerance_not_allowed"):
        PaperDefinition.model_validate(paper("one", title, tolerance={}))

"""Row 18, 一次提交、多次使用: A and B are taken without asking, C waits for its original, D is never taken."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from tests.platform import library
from tests.platform.desks import Desk, own, staff
from tests.platform.library import LONG_AGO, MACHINE
from tests.platform.papers.stage import AT, LATER, Applicant, check, given, paper, publish

from onedoor.platform.cases import handlers, operations
from onedoor.platform.cases.models import Action, Case, Draft, Material
from onedoor.platform.catalog import operations as catalog

LEASE = paper("lease", "租约")


def first_case(desk: Desk, applicant: Applicant, *, seen: bool, **fields: str) -> Case:
    """Return a case of the reader with a lease, its original seen or not."""
    draft = applicant.begin()
    applicant.upload(draft, "lease")
    case = applicant.submit(draft)
    if seen:
        check(desk, case, "lease", **fields)
    desk.act("reader", own(case, "withdraw/"))
    return case


def test_row_18_what_the_window_has_seen_is_taken_again_and_the_person_reads_when_and_for_what(
    desk: Desk, applicant: Applicant
) -> None:
    publish(LEASE)
    first = first_case(desk, applicant, seen=True, valid_until="2027-01-31")
    desk.go(LATER)
    draft = applicant.begin()
    page = desk.page("reader", applicant.papers(draft))
    assert "不用再交。" in page
    assert "沿用您2026年9月1日办“借书证办理”时的材料" in page
    assert "窗口核对的原件（第1图书局，2026-09-01），有效期至 2027-01-31" in page
    assert 'name="file_lease"' not in page
    assert "租约：沿用以前的材料" in desk.page("reader", f"/drafts/{draft.pk}/review/")

    case = applicant.submit(draft)
    again, before = given(case, "lease"), given(first, "lease")
    assert (again.reused_from, again.file, again.grade) == (before, before.file, "B")
    assert again.checked_at == before.checked_at  # taking it over makes it no newer
    submitted = Action.objects.get(case=case, kind="submit")
    assert submitted.facts["reused"] == [{"material": "lease", "paper": before.pk, "grade": "B"}]
    bench = desk.page("clerk", staff(case))
    assert "沿用以前办件" in bench
    assert desk.get("clerk", f"/files/{again.file_id}/").status_code == 200
    mine = desk.page("reader", "/me/papers/")
    assert "沿用过 1 次" in mine
    assert f"/cases/{case.number}/" in mine
    desk.act("clerk", staff(case, "accept/"))


def test_another_paper_can_be_put_in_its_place(desk: Desk, applicant: Applicant) -> None:
    publish(LEASE)
    first = first_case(desk, applicant, seen=True)
    draft = applicant.begin()
    applicant.choose(draft, own="lease")
    assert "您选了自己交" in desk.page("reader", applicant.papers(draft))
    assert "租约" in applicant.refused(draft)
    applicant.choose(draft, proposed="lease")
    assert "不用再交。" in desk.page("reader", applicant.papers(draft))
    applicant.choose(draft, own="lease")
    applicant.upload(draft, "lease")
    case = applicant.submit(draft)
    assert given(case, "lease").file != given(first, "lease").file
    assert (given(case, "lease").grade, given(case, "lease").reused_from) == ("C", None)


def test_an_upload_nobody_has_seen_is_taken_only_where_the_original_is_brought(
    desk: Desk, applicant: Applicant
) -> None:
    publish(LEASE)
    first_case(desk, applicant, seen=False)
    draft = applicant.begin()
    page = desk.page("reader", applicant.papers(draft))
    assert "还没有核对过原件" in page
    assert 'name="file_lease"' in page
    assert "租约" in applicant.refused(draft)  # offered, not taken by itself
    applicant.choose(draft, earlier="lease")
    assert "受理前请带原件到窗口核对" in desk.page("reader", applicant.papers(draft))
    case = applicant.submit(draft)
    assert "请带原件到窗口核对" in desk.page("reader", own(case))
    assert "受理前须核对原件" in desk.page("clerk", staff(case))
    assert "还没有核对原件" in desk.refused("clerk", staff(case, "accept/"), 409)
    check(desk, case, "lease")
    desk.act("clerk", staff(case, "accept/"))
    assert given(case, "lease").grade == "B"


def never_taken(desk: Desk, applicant: Applicant) -> None:
    draft = applicant.begin()
    page = desk.page("reader", applicant.papers(draft))
    assert "不用再交" not in page
    assert "还没有核对过原件" not in page
    assert "租约" in applicant.refused(draft)


def run_out(desk: Desk, applicant: Applicant) -> None:
    publish(LEASE)
    first_case(desk, applicant, seen=True, valid_until="2026-09-20")
    desk.go(LATER)


def item_forbids(desk: Desk, applicant: Applicant) -> None:
    publish({**LEASE, "reusable": False})
    first_case(desk, applicant, seen=True)


def self_made(desk: Desk, applicant: Applicant) -> None:
    publish({**LEASE, "self_made": True})
    first_case(desk, applicant, seen=False)


def of_somebody_else(desk: Desk, applicant: Applicant) -> None:
    publish(LEASE)
    case = first_case(desk, applicant, seen=True)
    Case.objects.filter(pk=case.pk).update(applicant=desk.books.friend)


def not_accepted(desk: Desk, applicant: Applicant) -> None:
    publish(LEASE)
    draft = applicant.begin()
    applicant.upload(draft, "lease")
    case = applicant.submit(draft)
    check(desk, case, "lease")
    operations.refuse_acceptance(
        case_id=case.pk, **library.REFUSED, competent_organ="", actor=desk.books.officer("clerk"), at=AT
    )


def processing_restricted(desk: Desk, applicant: Applicant) -> None:
    publish(LEASE)
    first_case(desk, applicant, seen=True)
    citizen = desk.books.citizen()
    request = operations.ask_deletion(actor=citizen, at=AT)
    operations.restrict_processing(request_id=request.pk, actor=citizen, at=AT)


def replaced(desk: Desk, applicant: Applicant) -> None:
    publish(LEASE)
    case = first_case(desk, applicant, seen=True)
    Material.objects.filter(case=case).update(replaced_at=AT)


@pytest.mark.parametrize(
    "why", [run_out, item_forbids, self_made, of_somebody_else, not_accepted, processing_restricted, replaced]
)
def test_a_paper_is_not_offered(why: Callable[[Desk, Applicant], None], desk: Desk, applicant: Applicant) -> None:
    why(desk, applicant)
    never_taken(desk, applicant)


def test_one_catalogue_code_makes_it_the_same_paper_in_another_item(
    desk: Desk, applicant: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded = {**LEASE, "catalog_code": "110000-LEASE"}
    publish(coded)
    first_case(desk, applicant, seen=True)
    from dataclasses import replace

    code = "library.room"
    monkeypatch.setitem(handlers._handlers, code, replace(library.HANDLER, item=code))
    library.publish(library.item(code=code, title="研修室预约", materials=[{**coded, "code": "rent"}]))
    catalog.open_offering(
        item_code=code,
        division=library.COUNTY,
        organization_id=desk.books.organs[library.COUNTY].pk,
        open_from=date(2026, 7, 1),
        own=library.OWN,
        actor=MACHINE,
        at=LONG_AGO,
    )
    desk.act("reader", f"/items/{code}/start/", applicant=desk.books.reader.pk)
    draft = Draft.objects.get(submitted_as=None)
    assert "沿用您2026年9月1日办“借书证办理”时的材料" in desk.page("reader", applicant.papers(draft))


def test_a_submission_taken_back_leaves_no_paper_taken_over(desk: Desk, applicant: Applicant) -> None:
    publish(LEASE)
    first_case(desk, applicant, seen=True, valid_until="2026-09-10")
    draft = applicant.begin()
    case = applicant.submit(draft, hand_in=False)
    desk.act("reader", own(case, "undo/"))
    assert not Material.objects.filter(draft=draft).exists()
    desk.go(AT + timedelta(days=10))
    assert "租约" in applicant.refused(draft)  # it has run out meanwhile, so it is asked for

"""Row 2: the life of a version from draft to cancelled, its guards, and periods that touch and never overlap."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from tests.platform import library
from tests.platform.library import Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.models import Case, Draft
from onedoor.platform.catalog import operations, queries
from onedoor.platform.catalog.loading import write_item
from onedoor.platform.catalog.models import Deed, ItemVersion
from onedoor.platform.catalog.operations import (
    LaterVersionPublished,
    MoveNotPossible,
    OwnDraft,
    ReviewUnderWay,
    Subject,
)
from onedoor.platform.catalog.queries import ItemNotFound, ItemSuspended
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed

AT = datetime(2026, 9, 1, 10, 0, tzinfo=library.CHINA)
ON = AT.date()


def drafted(books: Library, title: str = "读者证办理", by: str = "item_manager") -> ItemVersion:
    return operations.draft_version(item=library.item(title=title), actor=books.officer(by), at=AT)


def approved(books: Library) -> ItemVersion:
    version = drafted(books)
    subject = Subject("version", version.pk)
    operations.submit_for_review(subject=subject, actor=books.officer("item_manager"), at=AT)
    operations.approve(subject=subject, opinion="内容合法，同意。", actor=books.officer("legal_reviewer"), at=AT)
    return ItemVersion.objects.get(pk=version.pk)


def published(books: Library, valid_from: date = ON) -> Subject:
    version = approved(books)
    operations.publish_version(version_id=version.pk, valid_from=valid_from, actor=books.officer("item_manager"), at=AT)
    return Subject("version", version.pk)


def test_row_2_the_whole_way_at_the_pages(books: Library, officer: Callable[[str], Client]) -> None:
    manager, reviewer = officer("item_manager"), officer("legal_reviewer")
    text = write_item(library.item(title="读者证办理"))
    saved = manager.post(f"/staff/items/{library.ITEM}/draft/", {"definition": text, "idempotency_key": "a"})
    address = f"/staff/items/{library.ITEM}/versions/2/"
    assert saved.headers["Location"] == address
    assert "要素齐全，可以送审" in manager.get(address).content.decode()
    assert "事项名称：借书证办理 → 读者证办理" in manager.get(address).content.decode()
    for client, sent in (
        (manager, {"deed": "submit"}),
        (reviewer, {"deed": "send_back", "opinion": "名称再斟酌。"}),
        (manager, {"deed": "submit"}),
        (reviewer, {"deed": "approve", "opinion": "内容合法，同意。"}),
        (manager, {"deed": "publish", "valid_from": "2026-09-15"}),
    ):
        assert client.post(address, sent).status_code == 302, sent
    version = ItemVersion.objects.get(code=library.ITEM, version=2)
    assert [deed.kind for deed in version.deeds.order_by("pk")] == [
        "draft",
        "submit",
        "send_back",
        "submit",
        "approve",
        "publish",
    ]
    assert "待生效" in manager.get(address).content.decode()
    assert queries.version_in_force(code=library.ITEM, on=date(2026, 9, 14)).version == 1
    assert queries.version_in_force(code=library.ITEM, on=date(2026, 9, 15)).version == 2
    recorded = set(
        AuditEntry.objects.filter(role__in=["item_manager", "legal_reviewer"]).values_list("event", flat=True)
    )
    assert {"catalog.draft_version", "catalog.submit_for_review", "catalog.send_back", "catalog.approve"} <= recorded


def test_the_same_tap_twice_is_one_deed(books: Library, officer: Callable[[str], Client]) -> None:
    version = drafted(books)
    address = f"/staff/items/{library.ITEM}/versions/{version.version}/"
    manager = officer("item_manager")
    sent = {"deed": "submit", "idempotency_key": "k1"}
    assert [manager.post(address, sent).status_code for _ in range(3)] == [302, 302, 302]
    assert Deed.objects.filter(version=version, kind="submit").count() == 1


def test_a_draft_is_reviewed_by_somebody_else(books: Library) -> None:
    version = drafted(books)
    subject = Subject("version", version.pk)
    operations.submit_for_review(subject=subject, actor=books.officer("item_manager"), at=AT)
    with pytest.raises(OwnDraft):
        operations.approve(subject=subject, opinion="我看可以。", actor=books.officer("item_manager"), at=AT)
    with pytest.raises(InvalidInput):
        operations.approve(subject=subject, opinion="好", actor=books.officer("legal_reviewer"), at=AT)
    assert ItemVersion.objects.get(pk=version.pk).state == "in_review"


def test_without_review_nothing_is_published(books: Library) -> None:
    version = drafted(books)
    with pytest.raises(MoveNotPossible):
        operations.publish_version(version_id=version.pk, valid_from=ON, actor=books.officer("item_manager"), at=AT)


@pytest.mark.parametrize("name", ["county_items", "county_reviewer", "clerk", "approver"])
def test_only_officers_of_the_whole_country_touch_the_basic_item(books: Library, name: str) -> None:
    with pytest.raises(NotAllowed):
        operations.submit_for_review(subject=Subject("version", drafted(books).pk), actor=books.officer(name), at=AT)


def test_a_version_under_review_is_not_changed_behind_the_reviewers_back(books: Library) -> None:
    approved(books)
    with pytest.raises(ReviewUnderWay):
        drafted(books, "又一个名字")


def test_an_open_draft_is_changed_in_place(books: Library) -> None:
    first, second = drafted(books), drafted(books, "又一个名字")
    assert (first.pk, second.version, second.title) == (second.pk, 2, "又一个名字")


def test_what_the_machine_loads_never_overwrites_a_persons_draft(books: Library) -> None:
    version = drafted(books)
    library.publish(library.item(title="随代码发布"), valid_from=date(2026, 8, 1))
    version.refresh_from_db()
    assert (version.title, version.state) == ("读者证办理", "draft")


def test_row_2_periods_touch_and_never_overlap(books: Library) -> None:
    published(books, date(2026, 9, 10))
    first, second = ItemVersion.objects.filter(code=library.ITEM).order_by("version")
    assert (first.valid_to, second.valid_from, second.valid_to) == (date(2026, 9, 10), date(2026, 9, 10), None)
    third = operations.draft_version(item=library.item(title="第三版"), actor=library.MACHINE, at=AT)
    with pytest.raises(LaterVersionPublished, match="2026-09-10"):
        operations.publish_version(version_id=third.pk, valid_from=date(2026, 9, 9), actor=library.MACHINE, at=AT)
    for day in range(40):
        on = date(2026, 8, 25) + timedelta(days=day)
        holding = ItemVersion.objects.filter(queries.in_force(on), code=library.ITEM)
        assert holding.count() == 1, on
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemVersion.objects.filter(pk=second.pk).update(valid_to=date(2026, 9, 1))


def test_an_officer_does_not_publish_into_the_past(books: Library) -> None:
    version = approved(books)
    with pytest.raises(InvalidInput):
        operations.publish_version(
            version_id=version.pk, valid_from=date(2026, 8, 31), actor=books.officer("item_manager"), at=AT
        )


def test_a_suspended_item_takes_no_applications_and_its_cases_go_on(books: Library, reader: Client) -> None:
    case = books.received(AT)
    subject = published(books)
    actor = books.officer("item_manager")
    operations.suspend(subject=subject, opinion="系统改造，暂停两周。", actor=actor, at=AT)
    with pytest.raises(ItemSuspended):
        queries.read_guide(code=library.ITEM, chain=[library.NATION], on=ON)
    page = reader.get(f"/items/{library.ITEM}/")
    assert (page.status_code, "暂停办理" in page.content.decode()) == (409, True)
    cases.accept_case(case_id=case.pk, actor=books.officer("clerk"), at=AT)
    operations.resume(subject=subject, actor=actor, at=AT)
    assert queries.version_in_force(code=library.ITEM, on=ON).version == 2


def test_a_cancelled_item_ends_on_its_day_and_its_cases_run_on(books: Library) -> None:
    case = books.received(AT)
    subject = published(books)
    actor = books.officer("item_manager")
    with pytest.raises(InvalidInput):
        operations.cancel(subject=subject, last_before=date(2026, 8, 1), opinion="法律已废止。", actor=actor, at=AT)
    operations.cancel(subject=subject, last_before=date(2026, 10, 1), opinion="法律已废止。", actor=actor, at=AT)
    assert queries.version_in_force(code=library.ITEM, on=date(2026, 9, 30)).version == 2
    with pytest.raises(ItemNotFound):
        queries.version_in_force(code=library.ITEM, on=date(2026, 10, 1))
    assert queries.list_items(on=date(2026, 10, 1)) == []
    cases.accept_case(
        case_id=case.pk,
        actor=books.officer("clerk", on=date(2026, 10, 2)),
        at=datetime(2026, 10, 2, 10, 0, tzinfo=library.CHINA),
    )
    assert Case.objects.get(pk=case.pk).state == "accepted"


def changed() -> Any:
    """Version 2: a paper more, another gone, a field gone, a longer list of choices, another limit."""
    whole = library.item().model_dump(mode="json", by_alias=True)
    section = whole["form"]["sections"][0]
    fields = [field for field in section["fields"] if field["code"] != "deposit"]
    photo, _, card = whole["materials"]
    lease = photo | {"code": "lease", "title": "租房合同", "required": False}
    return library.item(
        form={"sections": [section | {"fields": fields}]},
        materials=[photo, card, lease],
        limits=whole["limits"] | {"promised": {"days": 8}},
    )


def test_a10_a_case_stays_on_its_version_at_every_page(
    books: Library, officer: Callable[[str], Client], reader: Client
) -> None:
    case = books.received(AT)
    library.publish(changed(), valid_from=ON)
    window = officer("clerk").get(f"/staff/cases/{case.number}/supplement/").content.decode()
    assert "居住证明" in window
    assert "租房合同" not in window
    assert "承诺 10 个工作日" in officer("clerk").get(f"/staff/cases/{case.number}/accept/").content.decode()
    assert reader.get(f"/cases/{case.number}/").status_code == 200


def test_a10_an_open_draft_is_carried_over_and_the_person_is_told_what_changed(books: Library, reader: Client) -> None:
    draft = books.draft(AT, deposit="100")
    books.attach(draft.pk, "proof", AT)
    library.publish(changed(), valid_from=ON)
    draft.refresh_from_db()

    refused = reader.post(f"/drafts/{draft.pk}/review/", {"revision": draft.revision})
    assert (refused.status_code, "要求在您填写期间更新了" in refused.content.decode()) == (422, True)
    assert not Case.objects.exists()

    overview = reader.get(f"/drafts/{draft.pk}/")
    assert overview.headers["Location"] == f"/drafts/{draft.pk}/changes/"
    told = reader.get(f"/drafts/{draft.pk}/changes/").content.decode()
    for sentence in ("取消申请材料：居住证明", "新增申请材料：租房合同", "承诺办结时限：10 → 8", "押金（元）"):
        assert sentence in told
    assert (
        reader.post(f"/drafts/{draft.pk}/changes/", {"idempotency_key": "c"}).headers["Location"]
        == f"/drafts/{draft.pk}/"
    )

    draft = Draft.objects.get(pk=draft.pk)
    assert draft.item_version.version == 2
    assert draft.answers["name"] == library.READER.name
    assert "deposit" not in draft.answers
    assert [paper.code for paper in draft.materials.all()] == ["photo"]
    assert reader.get(f"/drafts/{draft.pk}/").status_code == 200
    assert reader.post(f"/drafts/{draft.pk}/review/", {"revision": draft.revision}).status_code == 302
    assert Case.objects.get().item_version.version == 2


def test_a_draft_under_the_version_in_force_is_left_alone(books: Library, reader: Client) -> None:
    draft = books.draft(AT)
    assert reader.get(f"/drafts/{draft.pk}/changes/").headers["Location"] == f"/drafts/{draft.pk}/"
    reader.post(f"/drafts/{draft.pk}/changes/", {"idempotency_key": "c"})
    assert Draft.objects.get(pk=draft.pk).revision == draft.revision


def test_a_promise_in_other_words_is_made_anew(books: Library) -> None:
    from onedoor.platform.cases.applications import fields_that_fit

    def with_statement(label: str) -> Any:
        whole = library.item().model_dump(mode="json", by_alias=True)
        section = whole["form"]["sections"][0]
        promise = {"code": "truth", "type": "statement", "label": label}
        return library.item(form={"sections": [section | {"fields": [*section["fields"], promise]}]})

    assert "truth" in fields_that_fit(with_statement("属实。"), with_statement("属实。"))
    assert "truth" not in fields_that_fit(with_statement("属实。"), with_statement("属实，愿担责。"))

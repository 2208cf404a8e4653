"""How long a draft is kept: the page says it, two messages warn, then it is gone with everything in it."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from tests.platform import library
from tests.platform.cases.conftest import NOW
from tests.platform.library import Library

from onedoor.platform.audit.models import AuditEntry
from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Draft, Material
from onedoor.platform.cases.operations import expiry
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.messages.models import Message

DAY = timedelta(days=1)


def hour_by_hour(begin: datetime, end: datetime, every: timedelta = timedelta(hours=6)) -> None:
    """Let the duties run as the worker would."""
    at = begin
    while at <= end:
        expiry.warn_expiring_drafts(at=at)
        expiry.discard_expired_drafts(at=at)
        outbox.deliver_pending(at=at)
        at += every


def warnings() -> list[datetime]:
    rows = Message.objects.filter(event="cases.draft_expiring", channel=Message.Channel.INBOX)
    return list(rows.order_by("created_at").values_list("created_at", flat=True))


def test_two_warnings_seven_days_and_one_day_before_and_then_it_is_gone(books: Library) -> None:
    draft = books.draft(NOW)
    ends = NOW + 90 * DAY
    assert Draft.objects.get(pk=draft.pk).expires_at == ends
    hour_by_hour(NOW, ends - timedelta(minutes=1))
    assert warnings() == [ends - 7 * DAY, ends - DAY]
    assert Draft.objects.filter(pk=draft.pk).exists()
    text = Message.objects.filter(event="cases.draft_expiring").order_by("created_at")[0].text
    assert "2026-11-30 10:00" in text
    hour_by_hour(ends, ends + DAY)
    assert not Draft.objects.exists()
    assert not Material.objects.exists()
    entry = AuditEntry.objects.get(event="cases.discard_draft")
    assert entry.target == f"draft:{draft.pk}"


def test_who_goes_on_filling_in_gets_the_whole_time_again(books: Library) -> None:
    draft = books.draft(NOW)
    late = NOW + 84 * DAY
    hour_by_hour(late, late)
    assert len(warnings()) == 1
    books.fill(Draft.objects.get(pk=draft.pk), {"name": "欧阳晓娜", "student": "no"}, late)
    hour_by_hour(late, late + 82 * DAY, DAY)
    assert len(warnings()) == 1
    hour_by_hour(late + 83 * DAY, late + 90 * DAY)
    assert len(warnings()) == 3
    assert not Draft.objects.exists()


def test_a_draft_started_with_less_than_a_day_to_go_gets_one_warning(books: Library) -> None:
    draft = books.draft(NOW)
    hour_by_hour(NOW + 89 * DAY, NOW + 89 * DAY + timedelta(hours=12))
    assert len(warnings()) == 1
    assert Draft.objects.get(pk=draft.pk).warned == 1


def test_what_was_handed_in_is_neither_warned_of_nor_deleted(books: Library) -> None:
    case = books.submitted(NOW)
    hour_by_hour(NOW + 80 * DAY, NOW + 100 * DAY, DAY)
    assert warnings() == []
    assert Draft.objects.get().submitted_as == case


def test_a_place_may_keep_drafts_for_another_time(books: Library, browser: Client) -> None:
    catalog.set_parameter(
        key="drafts.days",
        division=library.COUNTY,
        value=30,
        document="测试",
        valid_from=date(2026, 8, 1),
        actor=library.MACHINE,
        at=library.LONG_AGO,
    )
    draft = books.draft(NOW)
    assert draft.expires_at == NOW + 30 * DAY
    assert "草稿保留到 2026年10月1日" in browser.get(f"/drafts/{draft.pk}/").content.decode()


def test_one_odd_draft_does_not_hold_up_the_others(books: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = books.draft(NOW)
    discard = expiry._discard

    def stumble(pk: object, *, at: datetime) -> None:
        if pk == odd.pk:
            raise RuntimeError
        discard(pk, at=at)  # type: ignore[arg-type]

    monkeypatch.setattr(expiry, "_discard", stumble)
    Draft.objects.create(
        item_version=odd.item_version, applicant=books.friend, filled_by=books.friend, division=odd.division,
        created_at=NOW, saved_at=NOW, expires_at=NOW + 91 * DAY,
    )  # fmt: skip
    assert expiry.discard_expired_drafts(at=NOW + 100 * DAY) == 1
    assert list(Draft.objects.all()) == [odd]


def test_the_person_of_the_form_is_the_person_of_the_account(books: Library) -> None:
    form = library.item().model_dump(mode="json", by_alias=True)["form"]
    (number,) = [field for field in form["sections"][0]["fields"] if field["code"] == "id_number"]
    number["prefill"] = "person.id_number"
    library.publish(library.item(form=form), valid_from=date(2026, 8, 1))
    draft = books.draft(NOW, id_number=library.FRIEND.id_number)
    with pytest.raises(InvalidInput) as refused:
        operations.submit_draft(draft_id=draft.pk, revision=draft.revision, actor=books.citizen(), at=NOW)
    assert "实名信息不一致" in refused.value.by_field["id_number"]

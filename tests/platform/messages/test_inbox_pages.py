"""The inbox has no end at a hundred: page after page, on the page and by the API, and what is unread is counted over all."""

from datetime import timedelta
from typing import Any

from tests.platform.desks import Desk
from tests.platform.library import LONG_AGO, Library

from onedoor.platform.messages.models import Message
from onedoor.platform.messages.models.messages import message_id
from onedoor.platform.messages.queries import PAGE

MANY = 2 * PAGE + 7


def told(books: Library) -> list[str]:
    """Many messages, three of each moment; the ids as they come, the newest first."""
    rows = [
        Message(
            id=message_id(f"test:{number}", books.reader.pk, "inbox"),
            recipient=books.reader,
            channel="inbox",
            event="cases.accept",
            text=f"第 {number} 条",
            state="delivered",
            created_at=LONG_AGO + timedelta(minutes=number // 3),
            source=f"test:{number}",
        )
        for number in range(MANY)
    ]
    Message.objects.bulk_create(rows)
    found = sorted(rows, key=lambda row: (row.created_at, row.pk), reverse=True)
    return [str(row.pk) for row in found]


def test_every_message_is_reached_once_and_what_is_read_is_counted(desk: Desk, books: Library) -> None:
    desk.go(LONG_AGO)
    books.draft(LONG_AGO)
    wanted = told(books)
    client, seen, before = desk.client("reader"), list[str](), ""
    while True:
        answer: dict[str, Any] = client.get("/api/v1/me/messages", {"before": before} if before else {}).json()
        seen += [one["id"] for one in answer["items"]]
        if answer["next"] is None:
            break
        before = answer["next"]
    assert seen == wanted
    oldest = f"/me/messages/?before={wanted[2 * PAGE - 1]}"
    page = desk.page("reader", oldest)
    assert f"{MANY} 条未读" in page
    assert "更早的" not in page
    answer = desk.post("reader", oldest, message=wanted[-1])
    assert answer.url == oldest  # one stays on the page one was on
    assert f"{MANY - 1} 条未读" in desk.page("reader", "/me/messages/")
    assert f"?before={wanted[PAGE - 1]}" in desk.page("reader", "/me/messages/")
    assert client.get(f"/api/v1/me/messages/{wanted[-1]}/sendings").json()["items"] == []


def test_a_page_after_what_is_not_mine_is_not_there(desk: Desk, books: Library) -> None:
    desk.go(LONG_AGO)
    books.draft(LONG_AGO)
    reader = desk.client("reader")
    other = "00000000-0000-4000-8000-000000000001"
    assert reader.get("/api/v1/me/messages", {"before": other}).status_code == 404
    assert reader.get("/me/messages/", {"before": other}).status_code == 404
    assert reader.get("/me/messages/", {"before": "x"}).status_code == 400

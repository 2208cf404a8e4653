"""A grant for books is paid: the paying organ's system reports it, the reader sees what came, and takes it along."""

from datetime import timedelta

import pytest
from django.test import Client

from onedoor.platform.identity import clients
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel.actors import EVERYWHERE, Actor
from onedoor.platform.kernel.holdings import holdings
from tests.platform.conftest import books, desk
from tests.platform.desks import Desk
from tests.platform.library import COUNTY
from tests.platform.registers.paid import GRANT, PAID_AT, SOURCE, granted

FIXTURES = (books, desk)


def a_paying_system(desk: Desk) -> Client:
    """Return the paying organ's system, let in by two administrators, with a token for this alone."""
    ask, settle = (
        Actor(kind="officer", name="管理员", permissions=frozenset({permission}), reach=EVERYWHERE)
        for permission in ("identity.manage", "identity.manage_security")
    )
    made = identity.register_client(
        name="代发系统",
        purpose="报送待遇发放",
        organization_id=desk.books.organs[COUNTY].pk,
        role="finance",
        division=COUNTY,
        lines=[],
        scopes=["benefits.write"],
        last_day=(PAID_AT + timedelta(days=300)).date(),
        actor=ask,
        at=PAID_AT,
    )
    admitted = identity.approve_client(login_id=made.pk, actor=settle, at=PAID_AT)
    issued = clients.issue_token(client=admitted.client, scopes=["benefits.write"], address="", at=PAID_AT)
    return Client(headers={"Authorization": f"Bearer {issued.token}"})


def test_a_payment_is_reported_seen_and_taken_along(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.go(PAID_AT)
    system, reader = a_paying_system(desk), desk.books.reader
    assert "还没有发放记录" in desk.page("reader", "/me/payments/")
    month = {"kind": "paid", "id_number": str(reader.id_number), "key": GRANT, "title": "购书补贴", "account": "6417"}
    rows = [
        {**month, "number": "F7", "month": "2026-07-01", "happened_on": "2026-07-10", "fen": 105_000},
        {**month, "number": "F8", "month": "2026-08-01", "happened_on": "2026-08-10", "fen": 105_050},
    ]

    def reported(number: str, *sent: dict[str, object]) -> int:
        body = {"source": SOURCE, "number": number, "payments": list(sent)}
        key = {"Idempotency-Key": f"batch-{number}"}
        return int(
            system.post("/api/v1/benefit-payments", body, content_type="application/json", headers=key).status_code
        )

    with granted(monkeypatch, reader.pk):
        assert [reported("1", *rows), reported("1", *rows)] == [200, 200]
        back = {"number": "F8", "kind": "returned", "happened_on": "2026-08-12", "reason": "账号已注销。"}
        assert [reported("2", back), reported("3", {**rows[0], "id_number": "11010119900307451X"})] == [200, 422]

        page = desk.page("reader", "/me/payments/")
        assert page.count("购书补贴") == 2
        assert '到账合计 <strong class="number">1,050.00 元' in page
        assert "8月12日：账号已注销。" in page
        assert "账号末四位 6417" in page
        assert "未到账，已退回" in desk.page("reader", "/me/")
        assert "全部发放记录" in desk.page("reader", "/me/benefits/")
        [year] = desk.get("reader", "/api/v1/me/payments").json()["items"]
        assert (year["total"], [one["kind"] for one in year["payments"]]) == ("1050.00", ["returned", "paid"])

    [held] = [one for one in holdings() if one.model == "registers.BenefitPayment"]
    assert [row["fen"] for row in held.rows_of(reader.pk)] == [105_000, 105_050, 105_050]

"""实名等级: how surely one is known, and a bank card as a way to level 3 that needs no face."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from onedoor.api.doors import caller, person, somebody, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Id, Line, Page, Told, whole
from onedoor.platform.identity import operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.operations import outside
from onedoor.platform.kernel import clock

room = Room("real_name")


class BankCheckIn(Told):
    """用哪张卡核验。The card a bank is to compare."""

    card: Line


class BankCheckOut(Told):
    """一次银行卡核验。A check by bank card."""

    card_end: str
    state: str
    asked_at: datetime
    answered_at: datetime | None


class OutsideAccountOut(Told):
    """能打开本账号的一个外部账号。An account elsewhere that opens one's own."""

    id: int
    provider: str
    linked_how: str
    used_at: datetime | None


class RealNameOut(Told):
    """本人的实名等级和核验办法。One's own level, how it was proved, and whether a bank can be asked."""

    level: int
    verified_by: str
    verified_at: datetime | None
    check: BankCheckOut | None
    bank: bool
    is_child: bool


def _check(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in BankCheckOut.model_fields}


@room.read("/me/real-name", person, "实名等级", RealNameOut)
def get_real_name(request: HttpRequest) -> dict[str, Any]:
    """Read how surely one is known, whatever this session has proved."""
    real = identity.own_real_name(actor=caller(request), on=clock.today())
    told = {name: getattr(real, name) for name in RealNameOut.model_fields}
    return told | {"check": _check(real.check) if real.check else None}


@room.write("/me/real-name/bank-checks", person, "银行卡核验", BankCheckOut)
def ask(request: HttpRequest, sent: BankCheckIn) -> dict[str, Any]:
    """Have a bank compare name, number, card and the account's phone; the answer comes in the background."""
    return _check(operations.ask_bank_check(card=sent.card, **who(request)))


@room.read("/me/outside-accounts", somebody, "关联的外部登录", Page[OutsideAccountOut])
def outside_accounts(request: HttpRequest) -> dict[str, Any]:
    """List the accounts elsewhere that open one's own; linking one takes a browser."""
    names = ("provider", "linked_how", "used_at")
    rows = identity.outside_accounts(actor=caller(request))
    return whole(rows, lambda row: {"id": row.pk} | {name: getattr(row, name) for name in names})


@room.remove("/me/outside-accounts/{account_id}", somebody, "解除外部登录", Done)
def unlink(request: HttpRequest, account_id: Id) -> dict[str, Any]:
    """Let an account elsewhere open one's own no longer."""
    outside.unlink_outside(account_id=account_id, **who(request))
    return {"done": True}

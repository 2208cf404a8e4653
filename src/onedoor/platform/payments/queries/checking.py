"""Is this receipt genuine: for whoever holds the paper, by what is printed on it; no name is shown in full."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from onedoor.platform.kernel import limits
from onedoor.platform.payments.models import Receipt
from onedoor.platform.payments.queries.own import ReceiptNotFound
from onedoor.platform.payments.receipts import is_as_issued

PER_RECEIPT = 10  # a minute: the check code has six digits, nobody shall try them all from many addresses


class NoSuchReceipt(ReceiptNotFound):
    code, message = "payments.no_such_receipt", "查不到这张票据。请核对代码、号码和校验码；仍有疑问的，请谨防假冒。"


@dataclass(frozen=True)
class CheckedReceipt:
    title: str
    code: str
    number: str
    organ: str
    payer: str  # masked, as on the paper
    project: str
    amount: str
    in_words: str
    issued_on: date
    state: str  # valid, refunded, replaced, reversal, changed
    state_title: str
    related: str  # code and number of the receipt that takes it back or replaces it, or of the one it takes back

    @property
    def is_good(self) -> bool:
        return self.state in ("valid", "reversal")


STATES = {
    "valid": "票据真实有效",
    "refunded": "票据真实，款项已全部退付，已冲红",
    "replaced": "票据真实，部分款项已退付，已换开新票据",
    "reversal": "红字票据真实",
    "changed": "内容与开具时不一致，请不要采信",
}


def check_receipt(*, code: str, number: str, check_code: str, at: datetime) -> CheckedReceipt:
    """
    Return what a receipt says and how it stands, to whoever tells the three numbers printed on it.

    :raises NoSuchReceipt: there is none, or the check code is another one; both look alike.
    :raises TooManyRequests: this receipt has been asked for too often in this minute.
    """
    told = [part.strip() for part in (code, number, check_code)]
    limits.knock("payments.check_receipt", " ".join(told[:2]), most=PER_RECEIPT, at=at)
    rows = Receipt.objects.select_related("reverses", "reversal", "replacement")
    found = rows.filter(code=told[0], number=told[1]).first()
    if found is None or not hmac.compare_digest(found.check_code.encode(), told[2].encode(errors="replace")):
        raise NoSuchReceipt
    content, state, related = found.content, *_state(found)
    return CheckedReceipt(
        title=content["title"],
        code=found.code,
        number=found.number,
        organ=content["organ"],
        payer=content["payer"],
        project=content["project"],
        amount=content["amount"],
        in_words=content["in_words"],
        issued_on=date.fromisoformat(content["date"]),
        state=state,
        state_title=STATES[state],
        related=related,
    )


def _state(receipt: Receipt) -> tuple[str, str]:
    if not is_as_issued(receipt):
        return "changed", ""
    if receipt.reverses is not None:
        return "reversal", str(receipt.reverses)
    replacement: Receipt | None = getattr(receipt, "replacement", None)
    if replacement is not None:
        return "replaced", str(replacement)
    reversal: Receipt | None = getattr(receipt, "reversal", None)
    return ("refunded", str(reversal)) if reversal is not None else ("valid", "")

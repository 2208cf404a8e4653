"""Is this receipt genuine: for whoever holds the paper, by what is printed on it; no name is shown in full."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from onedoor.platform.kernel import limits
from onedoor.platform.kernel.limits import TooManyRequests
from onedoor.platform.payments.models import Receipt
from onedoor.platform.payments.queries.own import ReceiptNotFound
from onedoor.platform.payments.receipts import is_as_issued, seal_of

# The check code has six digits, nobody shall try them all from many addresses: so many asks a minute, and so many wrong
# codes a day in China, of one receipt. Ours; with them the chance to hit a code is below one in ten thousand a day.
PER_RECEIPT, WRONG_A_DAY = 10, 50
WRONG = "payments.check_receipt.wrong"


class NoSuchReceipt(ReceiptNotFound):
    code, message = "payments.no_such_receipt", "查不到这张票据。请核对代码、号码和校验码；仍有疑问的，请谨防假冒。"


class CheckedTooOften(TooManyRequests):
    code = "payments.checked_too_often"
    message = "这张票据今天核验出错的次数太多，请明天再试；票据上有二维码的，现在就可以扫码核验。"
    headers = {"Retry-After": "86400"}


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
    :raises CheckedTooOften: too many wrong check codes were told for it today; a right one does not help either.
    """
    told = [part.strip() for part in (code, number, check_code)]
    asked = " ".join(told[:2])
    limits.knock("payments.check_receipt", asked, most=PER_RECEIPT, at=at)
    found = _find(told[0], told[1])
    if found is None:  # there is nothing to guess, and numbers of receipts are no secret: they run on
        raise NoSuchReceipt
    if limits.counted_today(WRONG, found.pk, at=at) >= WRONG_A_DAY:
        raise CheckedTooOften(first=False)
    if not _same(found.check_code, told[2]):
        if limits.count_today(WRONG, found.pk, at=at) >= WRONG_A_DAY:
            raise CheckedTooOften(first=True)
        raise NoSuchReceipt
    return _checked(found)


def scan_receipt(*, code: str, number: str, seal: str) -> CheckedReceipt:
    """
    Return what a receipt says and how it stands, to whoever has scanned its QR code.

    :raises NoSuchReceipt: there is none, or the code is not from its paper; both look alike.
    """
    found = _find(code, number)
    if found is None or not _same(seal_of(found), seal):
        raise NoSuchReceipt
    return _checked(found)


def _find(code: str, number: str) -> Receipt | None:
    rows = Receipt.objects.select_related("reverses", "reversal", "replacement")
    return rows.filter(code=code, number=number).first()


def _same(known: str, told: str) -> bool:
    return hmac.compare_digest(known.encode(), told.encode(errors="replace"))


def _checked(found: Receipt) -> CheckedReceipt:
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

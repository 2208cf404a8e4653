"""Electronic fiscal receipts (财政电子票据): numbered, signed, checked by code and number, drawn as PDF."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from onedoor.platform.certificates.faces import qr_svg
from onedoor.platform.certificates.offline import encode
from onedoor.platform.files import pdf_signatures, rendering
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import (
    Signature,
    TamperedValue,
    UnknownKey,
    canonical_json,
    keyed_hash,
    sign,
    sm3,
    verify,
)
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.payments.models import Payment, Receipt
from onedoor.platform.payments.offline import DOMAIN
from onedoor.platform.payments.states import Way
from onedoor.standards.masks import mask_name
from onedoor.standards.money import amount_in_words, format_money

LAYOUT = rendering.HERE / "receipt.typ"
TITLE, REVERSAL = "非税收入统一票据（电子）", "非税收入统一票据（电子）红字"
SEAL = 32  # hexadecimal digits of the digest that stand in the address of a scanned receipt, 128 bits
KIND = "01"  # classes of receipts; the codes of the finance departments are to be put here (readings)


class ReceiptChanged(OneDoorError):
    code, http_status, message = "payments.receipt_changed", 409, "票据内容和签发时不一致，不能出具。请联系执收单位。"


def issue(payment: Payment, *, at: datetime) -> Receipt:
    """Write the receipt of a payment; the caller holds the order, so it is written once."""
    return _write(payment, payment.amount, at=at)


def reverse(payment: Payment, *, stood: Decimal, left: Decimal, at: datetime) -> None:
    """Write the reversal (红字票据) of the receipt that stands, over `stood`, and another one over what is left."""
    standing = payment.receipts.filter(reverses__isnull=True, reversal__isnull=True).first()
    if standing is None:
        return
    _write(payment, stood, reverses=standing, at=at)
    if left:
        _write(payment, left, replaces=standing, at=at)


def _write(
    payment: Payment,
    amount: Decimal,
    *,
    reverses: Receipt | None = None,
    replaces: Receipt | None = None,
    at: datetime,
) -> Receipt:
    order, on = payment.order, day_of(at)
    code = f"{order.division[:2]}{KIND}{'02' if reverses else '01'}{on:%y}"
    number = f"{next_number(f'payments.receipt:{code}'):010d}"
    content: dict[str, Any] = {
        "title": REVERSAL if reverses else TITLE,
        "code": code,
        "number": number,
        "payer": mask_name(order.payer.name),
        "organ": order.organization.name,
        "project_code": order.project,
        "project": order.title,
        "document": order.document,
        "order": order.number,
        "case": order.case.number,
        "way": Way(payment.way).label,
        "amount": f"{'-' if reverses else ''}{format_money(amount)}",
        "in_words": f"{'（负数）' if reverses else ''}{amount_in_words(amount)}",
        "date": on.isoformat(),
        "at": at.isoformat(),
        "reverses": f"{reverses.code} {reverses.number}" if reverses else "",
        "replaces": f"{replaces.code} {replaces.number}" if replaces else "",
    }
    digest = sm3(canonical_json(content))
    check = f"{int(keyed_hash(digest.hex(), purpose='payments.receipt'), 16) % 1_000_000:06d}"  # nobody works it out
    return Receipt.objects.create(
        payment=payment,
        reverses=reverses,
        replaces=replaces,
        code=code,
        number=number,
        check_code=check,
        content=content,
        digest=digest.hex(),
        signature=sign(digest, signer="issuer").as_text(),
        issued_at=at,
    )


def is_as_issued(receipt: Receipt) -> bool:
    """Tell whether a receipt is what was signed."""
    try:
        digest = sm3(canonical_json(receipt.content))
        signed = verify(digest, Signature.parse(receipt.signature))
    except (TamperedValue, UnknownKey, TypeError):
        return False
    row = (receipt.code, receipt.number)
    return signed and digest.hex() == receipt.digest and row == (receipt.content["code"], receipt.content["number"])


def seal_of(receipt: Receipt) -> str:
    """Return what the address in the QR code carries in place of the check code; nobody guesses it."""
    return receipt.digest[:SEAL]


def check_url(receipt: Receipt) -> str:
    """Return the public page that answers for this receipt; it holds no personal data."""
    place = f"{receipt.code}/{receipt.number}/{seal_of(receipt)}"
    return f"{settings.ONEDOOR_PUBLIC_URL}/receipts/{place}/"


def statement_of(receipt: Receipt) -> str:
    """Return the signed statement that the QR code and the PDF carry for checks without a network (see `offline`)."""
    names = {"o": "organ", "p": "project", "a": "amount", "w": "in_words", "d": "date", "y": "payer"}
    told = {"c": receipt.code, "n": receipt.number, "v": receipt.check_code}
    payload = canonical_json(told | {short: receipt.content[name] for short, name in names.items()})
    signature = sign(DOMAIN.encode() + payload, signer="issuer")
    return f"{DOMAIN}{encode(payload)}.{signature.key_id}.{signature.value}"


def receipt_pdf(receipt: Receipt) -> bytes:
    """
    Draw a receipt and sign the file.

    :raises ReceiptChanged: it is not what was signed.
    """
    if not is_as_issued(receipt):
        raise ReceiptChanged
    content = {**receipt.content, "check_code": receipt.check_code, "statement": statement_of(receipt)}
    # what follows # never leaves the reader's device: a phone opens the page, an offline checker reads the rest
    content["qr_svg"] = qr_svg(f"{check_url(receipt)}#{content['statement']}")
    return pdf_signatures.sign_pdf(rendering.render(LAYOUT, content), reason=content["title"])

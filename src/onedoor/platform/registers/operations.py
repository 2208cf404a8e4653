"""Write down what was paid to people; each batch once, however often it is sent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.registers import entitlements, rules
from onedoor.platform.registers.models import BenefitPayment, PaymentBatch

MOST = 1000  # rows of one batch
LONGEST = {"number": ("发放号", 64), "key": ("待遇编号", 80), "title": ("待遇名称", 100), "reason": ("原因", 200)}


class UnknownSource(OneDoorError):
    code, http_status, message = "registers.unknown_source", 422, "没有登记过待遇来源“{source}”，请核对代码。"


class NotThePayer(OneDoorError):
    code, http_status, message = (
        "registers.not_the_payer",
        403,
        "待遇来源“{source}”不由本单位或本岗位发放，没有登记。请核对来源代码，或者由发放单位报送。",
    )


class BatchTooLong(OneDoorError):
    code, http_status, message = "registers.batch_length", 422, "一批要有 1 到 {most} 笔，请分批报送。"


class BatchDiffers(OneDoorError):
    code, http_status, message = (
        "registers.batch_differs",
        409,
        "批次 {number} 已经登记过，内容和这次不一样。更正请用新的批次号。",
    )


class PaymentLineWrong(OneDoorError):
    code, http_status, message = "registers.payment_line", 422, "第 {line} 笔没有登记，整批退回：{why}。"


@dataclass(frozen=True)
class PaymentLine:
    """
    One row of a batch. The first row of a `number` says who was paid for what; a later one says what became of it.

    A row that says a payment was held, came back or was put right carries its reason; `fen` is the amount that holds from
    then on, of one that came back or is held the amount it is about.
    """

    number: str
    kind: str
    happened_on: date
    person_id: int | None = None
    key: str = ""
    title: str = ""
    month: date | None = None
    months: int = 1
    fen: int = 0
    account: str = ""
    reason: str = ""


@transaction.atomic
def record_payments(
    *, source: str, number: str, lines: Sequence[PaymentLine], organization_id: int, actor: Actor, at: datetime
) -> PaymentBatch:
    """
    Write down what an organ has paid: all rows of the batch or none. The same batch again returns what stands already.

    :raises UnknownSource: no service has registered what is paid.
    :raises NotThePayer: another organ pays it, or another post of this one reports it.
    :raises BatchTooLong: there is no row, or there are too many.
    :raises BatchDiffers: the number was used for another content.
    :raises PaymentLineWrong: a row cannot be; nothing of the batch is written.
    """
    # One batch of an organ after the other: two that tell of the same payment at once would both be its next row.
    organ = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    actor.require("registers.record_payments", division=organ.division_id)
    given = entitlements.find(source)
    if given is None:
        raise UnknownSource(source=source)
    if not _pays(organ, given.payer, actor):
        raise NotThePayer(source=source)
    if not 1 <= len(lines) <= MOST:
        raise BatchTooLong(most=MOST)
    digest = sha256(canonical_json([_plain(line) for line in lines])).hexdigest()
    batch, made = PaymentBatch.objects.get_or_create(
        organization=organ,
        source=source,
        number=number,
        defaults={
            "division": organ.division_id,
            "digest": digest,
            "count": len(lines),
            "recorded_at": at,
            "recorded_by": actor.name,
        },
    )
    if not made:
        if batch.digest != digest:
            raise BatchDiffers(number=number)
        return batch
    BenefitPayment.objects.bulk_create(_rows(batch, lines, on=day_of(at)))
    audit.record(
        "registers.record_payments",
        actor=actor,
        at=at,
        target=batch.target,
        division=batch.division,
        source=source,
        count=len(lines),
    )
    return batch


def _pays(organ: Organization, payer: entitlements.Payer, actor: Actor) -> bool:
    """Tell whether an organ pays what a source gives and the acting post, of this organ, is one that reports it."""
    if actor.kind != "system" and actor.organization_id != organ.pk:
        return False
    if organ.kind != Organization.Kind.ORGAN or payer.tier not in (None, organ.tier):
        return False
    if organ.lines and payer.line not in organ.lines:
        return False
    return actor.may("registers.record_payments", division=organ.division_id, line=payer.line)


def _plain(line: PaymentLine) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(line).items()}


def _rows(batch: PaymentBatch, lines: Sequence[PaymentLine], *, on: date) -> list[BenefitPayment]:
    """Return the rows of a batch, each after the one of the same payment before it."""
    numbers = {line.number for line in lines}
    earlier = BenefitPayment.objects.filter(organization=batch.organization_id, number__in=numbers)
    standing = {row.number: row for row in earlier.order_by("sequence").select_related("batch")}
    made = []
    for place, line in enumerate(lines, start=1):
        before = standing.get(line.number)
        row = _row(batch, line, before)
        why = _wrong(batch, line, before, on=on)
        if why:
            raise PaymentLineWrong(line=place, why=why)
        standing[line.number] = row
        made.append(row)
    return made


def _wrong(batch: PaymentBatch, line: PaymentLine, before: BenefitPayment | None, *, on: date) -> str:
    if line.kind not in BenefitPayment.Kind.values:
        return "情况只能是 paid、held、returned、corrected"
    if not line.number:
        return "发放号要填"
    long = [f"{title}最多 {most} 个字符" for name, (title, most) in LONGEST.items() if len(getattr(line, name)) > most]
    if long:
        return "，".join(long)
    if line.happened_on > on:
        return "日期不能晚于今天"
    if before is None and not (line.person_id and line.key and line.title and line.month):
        return "第一次报这个发放号，要写明领取人、待遇编号、待遇名称和所属月份"
    if before is not None and (before.batch.source != batch.source or line.person_id not in (None, before.person_id)):
        return "这个发放号是另一个人或另一项待遇的"
    if line.kind == BenefitPayment.Kind.CORRECTED and not line.fen:
        return "更正要写明更正后的金额"
    fen = line.fen or (before.fen if before else 0)
    return rules.wrong_in(line.kind, before.kind if before else "", fen, line.reason, line.account, line.months)


def _row(batch: PaymentBatch, line: PaymentLine, before: BenefitPayment | None) -> BenefitPayment:
    row = BenefitPayment(
        batch=batch,
        organization_id=batch.organization_id,
        number=line.number,
        sequence=before.sequence + 1 if before else 1,
        kind=line.kind,
        happened_on=line.happened_on,
        fen=line.fen or (before.fen if before else 0),
        account=line.account,
        reason=line.reason.strip(),
    )
    if before is None:
        row.person_id, row.key, row.title = line.person_id or 0, line.key, line.title
        row.month, row.months = (line.month or line.happened_on).replace(day=1), line.months
    else:
        row.person_id, row.key, row.title = before.person_id, before.key, before.title
        row.month, row.months = before.month, before.months
    return row

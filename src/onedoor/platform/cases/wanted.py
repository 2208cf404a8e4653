"""The change of the key under which people find what waits for their signature, and a phone the drafts begun with it."""

from collections.abc import Sequence

from onedoor.platform.cases.models import EarlyDraft, WantedSignature
from onedoor.platform.cases.operations.consents import people_named
from onedoor.platform.kernel import blind


def register() -> None:
    blind.register(WantedSignature, WantedSignature.by_number, _numbers)
    blind.register(EarlyDraft, EarlyDraft.by_phone, lambda rows: [str(row.phone) for row in rows])


def _numbers(rows: Sequence[WantedSignature]) -> list[str]:
    """Return the identity numbers of those asked; "" where the draft does not ask them any more."""
    index, texts = WantedSignature.by_number, []
    for row in rows:
        numbers = {index.of(number): number for number in people_named(row.draft)}
        texts.append(numbers.get(getattr(row, index.searched), ""))
    return texts

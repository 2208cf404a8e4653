"""The change of the key under which people find what waits for their signature: the drafts know whose it is."""

from collections.abc import Sequence

from onedoor.platform.cases.models import WantedSignature
from onedoor.platform.cases.operations.consents import people_named
from onedoor.platform.kernel import blind


def register() -> None:
    blind.register(WantedSignature, WantedSignature.by_number, _numbers)


def _numbers(rows: Sequence[WantedSignature]) -> list[str]:
    """Return the identity numbers of those asked; "" where the draft does not ask them any more."""
    index, texts = WantedSignature.by_number, []
    for row in rows:
        numbers = {index.of(number): number for number in people_named(row.draft)}
        texts.append(numbers.get(getattr(row, index.searched), ""))
    return texts

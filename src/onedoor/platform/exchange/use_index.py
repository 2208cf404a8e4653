"""The change of the key under which people find the uses of their data: the rows do not know whom they are about."""

from collections.abc import Iterator

from django.db import transaction

from onedoor.platform.exchange.models import DataUsePerson
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import blind
from onedoor.platform.kernel.crypto import Key, blind_index


def register() -> None:
    blind.register_refill(DataUsePerson, DataUsePerson.by_person, _refill)


def _refill(old: Key, new: Key, batch: int) -> Iterator[int]:
    """Ask for every person on the platform under the old key, and fill in the new one where there are uses."""
    index = DataUsePerson.by_person
    before, column = index.column_of(old), index.column_of(new)
    missing = DataUsePerson.objects.filter(**{f"{column}__isnull": True})
    for people in identity.person_ids(batch=batch):
        known = {blind_index(str(one), purpose=index.purpose, key=old): one for one in people}
        with transaction.atomic():
            found = set(missing.filter(**{f"{before}__in": known}).values_list(before, flat=True))
            for value in found:
                key = blind_index(str(known[value]), purpose=index.purpose, key=new)
                missing.filter(**{before: value}).update(**{column: key})
        yield len(found)

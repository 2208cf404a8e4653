"""
Bring everything encrypted under the newest data key while the site runs.

Columns go in batches by primary key; a value is replaced only if it is still the one that was read, so whoever writes at
the same time always wins. What is sealed outside the database (files) has its key in a column of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from onedoor.platform.kernel.crypto import keyring
from onedoor.platform.kernel.crypto.sealed import VERSION, decrypt_text, encrypt_text
from onedoor.platform.kernel.fields import EncryptedTextField
from onedoor.platform.kernel.models import RotationProgress

BATCH = 500


@dataclass(frozen=True)
class Column:
    """One encrypted column of the database."""

    model: type[models.Model]
    field: EncryptedTextField

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field.name}"


def encrypted_columns() -> list[Column]:
    """Return every encrypted column of every model."""
    return [
        Column(model, field)
        for model in apps.get_models()
        if not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def values_under(key_id: str) -> dict[str, int]:
    """Return how many values still name a key, by column, those without any left out."""
    counted = {column.name: _count(column, key_id) for column in encrypted_columns()}
    return {name: number for name, number in counted.items() if number}


def reencrypt(*, batch: int = BATCH) -> Iterator[tuple[str, int]]:
    """
    Bring all old values under the current key; yield (column, values changed so far) after each batch.

    A run that is broken off goes on where it stopped. Run it again after the last old transaction has ended: what a
    writer put in under the old key meanwhile is found then (`start_again`).
    """
    key_id = keyring().current("data").id
    for column in encrypted_columns():
        yield from _reencrypt_column(column, key_id, batch)


def start_again() -> None:
    """Forget how far the columns have come under the current key, so that the next run looks at all rows once more."""
    RotationProgress.objects.filter(key_id=keyring().current("data").id).update(after="")


def _reencrypt_column(column: Column, key_id: str, batch: int) -> Iterator[tuple[str, int]]:
    progress, _ = RotationProgress.objects.get_or_create(key_id=key_id, column=column.name)
    while True:
        with transaction.atomic():
            rows = _old_values(column, key_id, progress.after, batch)
            if not rows:
                return
            changed = sum(_replace(column, pk, stored) for pk, stored in rows)
            progress.after = str(rows[-1][0])
            progress.changed += changed
            progress.save(update_fields=["after", "changed"])
        yield column.name, progress.changed


def _replace(column: Column, pk: Any, stored: str) -> int:
    """Encrypt one value anew, unless somebody has written another one since it was read."""
    context = column.field.context
    fresh = encrypt_text(decrypt_text(stored, context=context), context=context)
    table, name, key = _names(column)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s", [fresh, pk, stored])  # noqa: S608 - names come from the models
        return int(cursor.rowcount)


def _old_values(column: Column, key_id: str, after: str, most: int) -> list[tuple[Any, str]]:
    """Return (primary key, stored text) of the next values under another key than this one, in the order of the keys."""
    table, name, key = _names(column)
    where = f"{name} IS NOT NULL AND {name} <> '' AND {name} NOT LIKE %s"
    parameters: list[Any] = [_under(key_id)]
    if after:
        where += f" AND {key} > %s"
        parameters.append(column.model._meta.pk.get_db_prep_value(after, connection))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {name} FROM {table} WHERE {where} ORDER BY {key} LIMIT %s",  # noqa: S608 - see above
            [*parameters, most],
        )
        return list(cursor.fetchall())


def _count(column: Column, key_id: str) -> int:
    table, name, _ = _names(column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {name} LIKE %s", [_under(key_id)])  # noqa: S608 - see above
        return int(cursor.fetchone()[0])


def _under(key_id: str) -> str:
    """Return the pattern of values under a key; key ids hold no wildcard."""
    return f"{VERSION}.%.{key_id}.%"


def _names(column: Column) -> tuple[str, str, str]:
    """Return table, column and primary key as SQL spells them."""
    quote, meta = connection.ops.quote_name, column.model._meta
    return quote(meta.db_table), quote(str(column.field.column)), quote(str(meta.pk.column))

"""Changes of the data keys. They live in this room because each of them is recorded; the keys know no record."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel import rotation
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import Key, add_key, keyring, keys_directory, retire_key
from onedoor.platform.kernel.errors import OneDoorError

NATION = "000000000000"
# A value under the old key may still be in a transaction that was open when the new key came; none lives longer.
OPEN_TRANSACTIONS = timedelta(minutes=10)


class KeyInUse(OneDoorError):
    code, http_status, message = (
        "keys.in_use",
        409,
        "密钥 {key} 还有 {values} 个值在用，或新密钥启用未满 10 分钟，不能停用。请稍后再运行一次 rotate_keys。",
    )


@transaction.atomic
def add_data_key(*, suite_name: str, actor: Actor, at: datetime) -> Key:
    """Add a data key; every process writes under it from now on. `suite_name` is "sm" (SM4) or "intl" (AES)."""
    actor.require("keys.rotate", division=NATION)
    key = add_key(keys_directory(), "data", suite_name=suite_name)
    audit.record("keys.add", actor=actor, at=at, target=f"key:{key.id}", algorithm=key.algorithm)
    return key


@transaction.atomic
def retire_data_key(
    *, key_id: str, actor: Actor, at: datetime, open_transactions: timedelta = OPEN_TRANSACTIONS
) -> None:
    """
    Put an old data key out of use, once it is proved that no value names it.

    :raises KeyInUse: values still name it, or the key after it is so young that an open transaction might.
    """
    actor.require("keys.rotate", division=NATION)
    left = sum(rotation.values_under(key_id).values())
    current = keyring().current("data")
    made_at = (keys_directory() / f"data-{current.generation}.json").stat().st_mtime
    if left or at.timestamp() - made_at < open_transactions.total_seconds():
        raise KeyInUse(key=key_id, values=left)
    retire_key(keys_directory(), key_id)
    audit.record("keys.retire", actor=actor, at=at, target=f"key:{key_id}")

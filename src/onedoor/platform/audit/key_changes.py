"""Changes of the data keys and of the key of the blind indexes. They live in this room because each of them is recorded; the keys know no record."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel import blind, rotation
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


class IndexChangeOpen(OneDoorError):
    code, http_status, message = (
        "keys.index_change_open",
        409,
        "上一次更换盲索引密钥还没有做完，或刚做完不到 10 分钟。请先运行 rotate_keys --index --retire，10 分钟后再换。",
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
    if left or _is_young(keyring().current("data"), at, open_transactions):
        raise KeyInUse(key=key_id, values=left)
    retire_key(keys_directory(), key_id)
    audit.record("keys.retire", actor=actor, at=at, target=f"key:{key_id}")


@transaction.atomic
def add_index_key(*, actor: Actor, at: datetime, open_transactions: timedelta = OPEN_TRANSACTIONS) -> Key:
    """
    Begin a change of the key of the blind indexes: every write fills the columns of both keys from now on.

    :raises IndexChangeOpen: the change before is not over: there are two keys, or columns of a retired one are not empty.
    """
    actor.require("keys.rotate", division=NATION)
    left_behind = sum(blind.left_behind().values())
    retired = [path.stat().st_ctime for path in (keys_directory() / "retired").glob("index-*.json")]
    young = at.timestamp() - max(retired, default=0) < open_transactions.total_seconds()
    if len(keyring().index_keys) > 1 or left_behind or young:
        raise IndexChangeOpen
    key = add_key(keys_directory(), "index")
    audit.record("keys.add", actor=actor, at=at, target=f"key:{key.id}", algorithm=key.algorithm)
    return key


def require_settled(*, at: datetime, open_transactions: timedelta = OPEN_TRANSACTIONS) -> None:
    """:raises KeyInUse: the newer index key is so young that a transaction which knows only the older may be open."""
    keys = keyring().index_keys
    if len(keys) > 1 and _is_young(keys[-1], at, open_transactions):
        raise KeyInUse(key=keys[0].id, values=sum(blind.missing_under(keys[-1]).values()))


@transaction.atomic
def retire_index_key(*, actor: Actor, at: datetime, open_transactions: timedelta = OPEN_TRANSACTIONS) -> Key | None:
    """
    Let everybody search by the newer index key from now on, and return the older one, taken out of use; None if there is one.

    :raises KeyInUse: rows are not found under the newer key yet, or it is so young that an open transaction may add one.
    """
    actor.require("keys.rotate", division=NATION)
    keys = keyring().index_keys
    if len(keys) == 1:
        return None
    require_settled(at=at, open_transactions=open_transactions)
    left = sum(blind.missing_under(keys[-1]).values())
    if left:
        raise KeyInUse(key=keys[0].id, values=left)
    retire_key(keys_directory(), keys[0].id)
    audit.record("keys.retire", actor=actor, at=at, target=f"key:{keys[0].id}")
    return keys[0]


def _is_young(key: Key, at: datetime, open_transactions: timedelta) -> bool:
    """Tell whether a transaction from before this key may still be open."""
    made_at = (keys_directory() / f"{key.purpose}-{key.generation}.json").stat().st_mtime
    return at.timestamp() - made_at < open_transactions.total_seconds()

"""Running numbers without doubles: the counter's row is locked until the transaction ends."""

from django.db import connection, transaction

from onedoor.platform.kernel.models import NumberSeries


def next_number(series: str) -> int:
    """
    Return the next number of `series`, starting at 1. Must be called inside a transaction; a rollback gives it back.

    The counter row stays locked until the transaction ends, so keep what follows short.
    """
    return reserve_numbers(series, 1)[0]


def reserve_numbers(series: str, count: int) -> range:
    """Return the next `count` numbers of `series` in one step; otherwise as `next_number`."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("next_number needs a transaction")
    NumberSeries.objects.get_or_create(name=series)
    row = NumberSeries.objects.select_for_update().get(name=series)
    row.last += count
    row.save(update_fields=["last"])
    return range(row.last - count + 1, row.last + 1)

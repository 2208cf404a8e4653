"""Running numbers without doubles: the counter's row is locked until the transaction ends."""

from django.db import connection, transaction

# The one statement that makes the counter, locks it and draws: the ORM would take three for it.
DRAW = """
    INSERT INTO kernel_numberseries AS series (name, last) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET last = series.last + excluded.last
    RETURNING last
"""


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
    with connection.cursor() as cursor:
        cursor.execute(DRAW, [series, count])
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)

"""The database: SQLite in one file by default, PostgreSQL by URL."""

from typing import Any

from onedoor.config.settings.base import VAR, env

SQLITE_OPTIONS = {
    # Writers queue for the file at BEGIN instead of failing at their first write; never together with ATOMIC_REQUESTS.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
        "PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;"
    ),
}

_default: dict[str, Any] = env.db_url("ONEDOOR_DATABASE_URL", default=f"sqlite:///{VAR / 'onedoor.sqlite3'}")
if _default["ENGINE"] == "django.db.backends.sqlite3":
    _default["OPTIONS"] = SQLITE_OPTIONS
else:
    # Planning a query costs more than running it here: the server keeps the plans of what is asked again and again.
    # A pooler that hands one connection to many (pgbouncer before 1.21) cannot: set 0 there.
    _prepare = env.int("ONEDOOR_PREPARE_AFTER", default=3)
    _default["OPTIONS"] = {"server_side_binding": bool(_prepare), "prepare_threshold": _prepare or None}
# An open connection keeps SQLite's write-ahead log from being folded after every request.
_default["CONN_MAX_AGE"] = None
_default["CONN_HEALTH_CHECKS"] = True

DATABASES = {"default": _default}

"""Structured logs on standard output: ids and codes, never personal data."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from onedoor.config.settings.base import env

# A last net: numbers that look like identity or phone numbers are blacked out wherever they turn up.
_PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")


def hide_personal_numbers(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _PERSONAL.sub("…", value)
    return event


_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    hide_personal_numbers,
]
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
            "foreign_pre_chain": _shared,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("ONEDOOR_LOG_LEVEL", default="INFO")},
    # Libraries that tell every request or every idle second.
    "loggers": {name: {"level": "WARNING"} for name in ("django_tasks", "django_tasks_db", "httpx", "axes")}
    | {"pyhanko": {"level": "ERROR"}},  # and what is odd about somebody's PDF
}

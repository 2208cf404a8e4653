"""The demonstration's settings, with one place where a test can hold a request between its commit and its answer."""

from onedoor.config.settings.local import *  # noqa: F403

MIDDLEWARE = ["tests.processes.hold.HoldMiddleware", *MIDDLEWARE]  # noqa: F405

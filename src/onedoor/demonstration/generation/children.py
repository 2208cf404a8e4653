"""What a child process of the generator runs. Django is set up before anything that needs it is imported."""

import os
from datetime import datetime
from functools import lru_cache
from typing import Any

from onedoor.demonstration.generation.plans import Plan, Share


def prepare(settings: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django

    django.setup()


def write(plan: Plan, share: Share, at: datetime) -> int:
    from onedoor.demonstration.generation.loading import write_share

    return write_share(plan, share, at, _version(at))


@lru_cache
def _version(at: datetime) -> Any:
    """The item's version, read once in the life of a child, which is one run."""
    from onedoor.demonstration.generation.loading import ITEM
    from onedoor.platform.catalog.queries import version_in_force
    from onedoor.platform.kernel.clock import day_of

    return version_in_force(code=ITEM, on=day_of(at))

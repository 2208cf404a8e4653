"""What a child process of the generator runs. Django is set up before anything that needs it is imported."""

import os
from datetime import datetime

from onedoor.demonstration.generation.plans import Plan, Share


def prepare(settings: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django

    django.setup()


def write(plan: Plan, share: Share, at: datetime) -> int:
    from onedoor.demonstration.generation.loading import write_share

    return write_share(plan, share, at)

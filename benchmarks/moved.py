"""The real worker with a clock that is moved: how many seconds it runs ahead stands in the file ONEDOOR_BENCH_SHIFT."""

import os
from datetime import timedelta
from pathlib import Path


def move_clock() -> None:
    """Let this process's clock follow the file."""
    from onedoor.platform.kernel import clock

    file = Path(os.environ["ONEDOOR_BENCH_SHIFT"])
    clock.demonstration_shift = lambda: timedelta(seconds=float(file.read_text(encoding="ascii") or 0))


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    move_clock()
    call_command("work")


if __name__ == "__main__":
    main()

import os
from datetime import timedelta

from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    name = "benchmarks"
    verbose_name = "性能测量"

    def ready(self) -> None:
        from benchmarks import items, network_acts
        from onedoor.platform.cases import handlers
        from onedoor.platform.kernel import clock
        from onedoor.platform.network import schemas

        for code in items.CODES:
            handlers.register(items.handler(code))
        schemas.register(network_acts.SCHEMA)
        skew = timedelta(seconds=float(os.environ.get("ONEDOOR_BENCH_SKEW", "0")))
        if skew:
            wall = clock.wall
            clock.wall = lambda: wall() + skew  # a machine whose clock is wrong
            clock.demonstration_shift = lambda: skew

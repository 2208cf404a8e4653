from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    name = "benchmarks"
    verbose_name = "性能测量"

    def ready(self) -> None:
        from benchmarks import items
        from onedoor.platform.cases import handlers

        for code in items.CODES:
            handlers.register(items.handler(code))

from pathlib import Path

from django.apps import AppConfig


class PortabilityConfig(AppConfig):
    name = "onedoor.platform.portability"
    label = "portability"
    verbose_name = "个人信息导出"

    def ready(self) -> None:
        from onedoor.platform.kernel import definitions, tasks
        from onedoor.platform.messages import shipped
        from onedoor.platform.portability import figures, listeners, operations

        definitions.define(*figures.FIGURES)
        shipped.register(Path(__file__).with_name("texts.yaml"))
        listeners.listen()
        tasks.every(3600, "portability.end_exports", operations.end_exports)

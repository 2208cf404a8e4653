from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "onedoor.platform.kernel"
    label = "kernel"
    verbose_name = "基础"

    def ready(self) -> None:
        from onedoor.platform.kernel import replays, tasks

        tasks.every(3600, "kernel.forget_replays", replays.forget)

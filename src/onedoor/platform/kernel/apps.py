from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "onedoor.platform.kernel"
    label = "kernel"
    verbose_name = "基础"

from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "onedoor.demonstration"
    label = "demonstration"
    verbose_name = "演示"

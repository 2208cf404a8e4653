from django.apps import AppConfig
from django.conf import settings


class DemonstrationConfig(AppConfig):
    name = "onedoor.demonstration"
    label = "demonstration"
    verbose_name = "演示"

    def ready(self) -> None:
        if settings.ONEDOOR_DEMONSTRATION_CLOCK is None:  # a real site knows nothing of it
            return
        from onedoor.demonstration.garden import handling
        from onedoor.platform.bundles import entitlements as offered
        from onedoor.platform.cases import handlers
        from onedoor.platform.registers import entitlements

        for handler in handling.HANDLERS:
            handlers.register(handler)
        entitlements.register(handling.SOURCE)
        offered.register(handling.SEEDS)

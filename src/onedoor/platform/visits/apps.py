from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "onedoor.platform.visits"
    label = "visits"
    verbose_name = "入户走访"

    def ready(self) -> None:
        from onedoor.platform.cases.access import know_rare
        from onedoor.platform.visits.models import Visit

        know_rare("visits", Visit.objects.all())

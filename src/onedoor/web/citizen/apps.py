from django.apps import AppConfig


class CitizenConfig(AppConfig):
    name = "onedoor.web.citizen"
    label = "web_citizen"
    verbose_name = "群众门户"

    def ready(self) -> None:
        from onedoor.web.citizen import cards, known_pages

        cards.add()
        known_pages.add()

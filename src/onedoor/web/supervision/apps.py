from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "onedoor.web.supervision"
    label = "web_supervision"
    verbose_name = "监察台"

from django.apps import AppConfig


class PartsConfig(AppConfig):
    name = "onedoor.web.parts"
    label = "web_parts"
    verbose_name = "公共页面部件"

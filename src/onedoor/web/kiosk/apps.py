from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "onedoor.web.kiosk"
    label = "web_kiosk"
    verbose_name = "自助终端"

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "onedoor.platform.registers"
    label = "registers"
    verbose_name = "登记簿"

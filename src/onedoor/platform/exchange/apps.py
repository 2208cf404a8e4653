from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "onedoor.platform.exchange"
    label = "exchange"
    verbose_name = "共享交换"

    def ready(self) -> None:
        from onedoor.platform.exchange import connectors
        from onedoor.platform.exchange.departments import CONNECTORS

        for connector in CONNECTORS:
            connectors.register(connector)

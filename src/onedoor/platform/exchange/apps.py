from pathlib import Path

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "onedoor.platform.exchange"
    label = "exchange"
    verbose_name = "共享交换"

    def ready(self) -> None:
        from django.core.checks import register

        from onedoor.platform.exchange import connectors, phrasing, use_index
        from onedoor.platform.exchange import tasks as own
        from onedoor.platform.exchange.bank_checks import tasks as bank_checks
        from onedoor.platform.exchange.checks import check_purposes
        from onedoor.platform.exchange.departments import CONNECTORS
        from onedoor.platform.kernel import outbox, tasks
        from onedoor.platform.messages import shipped

        shipped.register(Path(__file__).with_name("texts.yaml"))

        outbox.listen("identity.bank_check_asked", "exchange.ask_bank", bank_checks.ask_soon)
        tasks.every(30, "exchange.ask_bank_again", bank_checks.ask_again)
        tasks.every(30, "exchange.recheck", own.recheck)
        tasks.every(3600, "exchange.forget_answers", own.forget_answers)
        tasks.every(86400, "exchange.forget_old_calls", own.forget_old_calls)
        register(check_purposes)
        use_index.register()
        phrasing.register(phrasing.CHAT)
        for connector in CONNECTORS:
            connectors.register(connector)

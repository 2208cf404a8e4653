from pathlib import Path
from typing import ClassVar

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "onedoor.platform.registers"
    label = "registers"
    verbose_name = "登记簿"
    append_only: ClassVar = {"registers_benefitpayment": (), "registers_paymentbatch": ()}  # `kernel.append_only`

    def ready(self) -> None:
        from onedoor.platform.kernel import tasks
        from onedoor.platform.messages import shipped
        from onedoor.platform.registers import entitlements

        shipped.register(Path(__file__).with_name("texts.yaml"))
        tasks.every(21600, "registers.remind_of_reviews", entitlements.remind_of_reviews)

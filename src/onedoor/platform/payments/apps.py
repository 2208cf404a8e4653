from pathlib import Path
from typing import ClassVar

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "onedoor.platform.payments"
    label = "payments"
    verbose_name = "收费与缴款"
    append_only: ClassVar = {
        "payments_orderevent": (),
        "payments_payment": (),
        "payments_receipt": (),
    }  # history (`kernel.append_only`)

    def ready(self) -> None:
        from onedoor.platform.cases import gates
        from onedoor.platform.cases.access import know_rare
        from onedoor.platform.kernel import definitions, tasks
        from onedoor.platform.messages import shipped
        from onedoor.platform.payments import figures, holding, jobs, listeners
        from onedoor.platform.payments import tasks as worker
        from onedoor.platform.payments.models import Order

        know_rare("payment_orders", Order.objects.all())
        definitions.define(*figures.FIGURES)
        shipped.register(Path(__file__).with_name("texts.yaml"))
        gates.register("payments", holding.unpaid)
        listeners.listen()
        tasks.every(10, "payments.talk", worker.talk)
        tasks.every(600, "payments.watch_days", jobs.watch_days)
        tasks.every(3600, "payments.watch_amounts", jobs.watch_amounts)
        tasks.every(600, "payments.reconcile", worker.reconcile_due)

from pathlib import Path
from typing import ClassVar

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "onedoor.platform.channels"
    label = "channels"
    verbose_name = "渠道"
    append_only: ClassVar = {"channels_orderact": ("text",), "channels_kioskact": ()}  # history (`kernel.append_only`)

    def ready(self) -> None:
        from onedoor.platform.channels import duties, evidence, figures
        from onedoor.platform.channels.models import WorkOrder
        from onedoor.platform.files import access as files
        from onedoor.platform.kernel import blind, definitions, tasks
        from onedoor.platform.messages import shipped

        definitions.define(*figures.FIGURES, *figures.KIOSK_FIGURES)
        shipped.register(Path(__file__).with_name("texts.yaml"))
        blind.register(WorkOrder, WorkOrder.by_phone, lambda rows: [str(row.caller_phone) for row in rows])
        files.register("work_order", evidence.order_of_file)
        tasks.every(60, "channels.watch_orders", duties.watch_orders)
        tasks.every(60, "channels.forget_readings", duties.forget_readings)

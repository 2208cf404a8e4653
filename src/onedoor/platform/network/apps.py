from typing import ClassVar

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "onedoor.platform.network"
    label = "network"
    verbose_name = "上下级交换网络"
    append_only: ClassVar = {
        "network_receipt": (),
        "network_received": ("body",),
        "network_sent": ("body",),
    }  # history (`kernel.append_only`)

    def ready(self) -> None:
        from onedoor.platform.kernel import definitions, tasks
        from onedoor.platform.network import figures, handing, key_changes, schemas
        from onedoor.platform.network import tasks as worker

        schemas.register(key_changes.SCHEMA)
        definitions.define(*figures.FIGURES)
        tasks.every(1, "network.forward", worker.forward)
        tasks.every(1, "network.hand_over", worker.hand_over)
        tasks.every(60, "network.unpark", handing.unpark)

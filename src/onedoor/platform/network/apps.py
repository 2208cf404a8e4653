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
        from onedoor.platform.network import figures, handing, key_changes, schemas, syncing
        from onedoor.platform.network import tasks as worker

        for schema in (key_changes.SCHEMA, *syncing.SCHEMAS):
            schemas.register(schema)
        definitions.define(*figures.FIGURES)
        tasks.every(1, "network.forward", worker.forward)
        tasks.every(1, "network.hand_over", worker.hand_over)
        tasks.every(86400, "network.compare", worker.compare)
        tasks.every(5, "network.go_on", syncing.go_on)
        tasks.every(60, "network.unpark", handing.unpark)

from typing import ClassVar

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "onedoor.platform.audit"
    label = "audit"
    verbose_name = "审计"
    # History, which the database itself keeps (`kernel.append_only`).
    append_only: ClassVar = {"audit_auditentry": (), "audit_auditseal": (), "audit_timestamp": ()}

    def ready(self) -> None:
        from onedoor.platform.audit import figures, seals, timestamps
        from onedoor.platform.kernel import definitions, tasks

        definitions.define(*figures.FIGURES)
        tasks.every(3600, "audit.seal", seals.seal_entries)
        tasks.every(300, "audit.time_stamp", timestamps.stamp_seals)

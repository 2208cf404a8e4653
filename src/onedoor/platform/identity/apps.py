from typing import ClassVar

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "onedoor.platform.identity"
    label = "identity"
    verbose_name = "身份与机构"
    # History, and of it the columns that may change: sealed ones, under a new data key (`kernel.append_only`).
    append_only: ClassVar = {
        "identity_deathstatement": ("reason",),
        "identity_deathsettlement": ("note",),
        "identity_deatheffect": (),
        "identity_identitycheck": (),
    }

    def ready(self) -> None:
        from onedoor.platform.identity import clients, figures, indexes, operations, watching
        from onedoor.platform.kernel import definitions, tasks

        definitions.define(*figures.FIGURES)
        indexes.register()
        tasks.every(3600, "identity.apply_reorganisations", operations.apply_reorganisations)
        tasks.every(3600, "identity.close_leavers", operations.close_leavers)
        tasks.every(3600, "identity.forget_tokens", clients.forget_tokens)
        tasks.every(600, "identity.watch_codes", watching.watch_codes)
        tasks.every(3600, "identity.end_with_majority", operations.end_with_majority)

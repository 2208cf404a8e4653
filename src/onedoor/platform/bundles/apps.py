from typing import ClassVar

from django.apps import AppConfig


class BundlesConfig(AppConfig):
    name = "onedoor.platform.bundles"
    label = "bundles"
    verbose_name = "一件事"
    append_only: ClassVar = {"bundles_bundleevent": ()}  # history (`kernel.append_only`)

    def ready(self) -> None:
        from onedoor.platform.bundles import access, deaths, figures, listeners, notifications, proactive
        from onedoor.platform.bundles.models import BundleMember
        from onedoor.platform.bundles.operations import duties
        from onedoor.platform.cases.access import know_rare
        from onedoor.platform.files import access as files
        from onedoor.platform.kernel import definitions, outbox, tasks

        know_rare("bundle_member", BundleMember.objects.all())
        definitions.define(*figures.FIGURES)
        files.register("bundle", access.bundle_of_file)
        listeners.listen()
        notifications.listen()
        outbox.listen("identity.died", "bundles.hear_of_death", deaths.hear_of_death)
        outbox.listen("identity.death_corrected", "bundles.hear_of_correction", deaths.hear_of_correction)
        tasks.every(60, "bundles.watch_promises", duties.watch_promises)
        tasks.every(600, "bundles.close_uncompleted", duties.close_uncompleted)
        tasks.every(3600, "bundles.discard_expired", duties.discard_expired)
        # The day's run of each rule begins with the first round after midnight and goes on batch by batch.
        tasks.every(300, "bundles.run_entitlements", proactive.run_due)

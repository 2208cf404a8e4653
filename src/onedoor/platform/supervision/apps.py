from typing import ClassVar

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "onedoor.platform.supervision"
    label = "supervision"
    verbose_name = "电子监察"
    append_only: ClassVar = {"supervision_supervisionevent": ()}  # history (`kernel.append_only`)

    def ready(self) -> None:
        from onedoor.platform.kernel import outbox, tasks
        from onedoor.platform.supervision import fees, operations, ratings

        tasks.every(60, "supervision.watch_clocks", operations.watch_clocks)
        tasks.every(600, "supervision.watch_commitments", operations.watch_commitments)
        tasks.every(3600, "supervision.watch_pauses", operations.watch_pauses)
        tasks.every(3600, "supervision.watch_ratings", ratings.watch_ratings)
        outbox.listen("cases.ask_supplement", "supervision.watch_supplement", operations.watch_supplement)
        outbox.listen("cases.grant_by_silence", "supervision.watch_silent_grant", operations.watch_silent_grant)
        outbox.listen("bundles.breach", "supervision.watch_bundle", operations.watch_bundle)
        outbox.listen("payments.mischarged", "supervision.watch_fees", fees.watch_fees)
        outbox.listen("channels.overdue", "supervision.watch_orders", operations.watch_orders)
        outbox.listen("cases.refuse", "supervision.watch_refusal", operations.watch_refusal)
        outbox.listen("audit.query_suspended", "supervision.watch_looks", operations.watch_looks)
        outbox.listen("cases.deem_accepted", "supervision.watch_deemed", operations.watch_deemed_acceptance)

from pathlib import Path
from typing import ClassVar

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "onedoor.platform.cases"
    label = "cases"
    verbose_name = "办件"
    # History, and of it the columns that may change: sealed ones, under a new data key (`kernel.append_only`).
    append_only: ClassVar = {
        "cases_action": (),
        "cases_actionnote": ("text",),
        "cases_casedocument": ("content",),
        "cases_storedjudgement": ("content",),
    }

    def ready(self) -> None:
        from django.core import checks

        from onedoor.platform.cases import (
            addresses,
            deaths,
            figures,
            filing,
            notifications,
            quarantine,
            reliance,
            signing_notices,
            touched,
            wanted,
        )
        from onedoor.platform.cases.checks import check_items
        from onedoor.platform.cases.held import is_held
        from onedoor.platform.cases.operations import calendars, delivery, duties, early_expiry, expiry, signatories
        from onedoor.platform.catalog import impact
        from onedoor.platform.exchange import matters
        from onedoor.platform.files import access as files
        from onedoor.platform.kernel import definitions, outbox, tasks
        from onedoor.platform.messages import shipped

        definitions.define(*figures.FIGURES)
        impact.count_with(touched.undecided_cases)
        matters.find_with(is_held)
        files.register("case", filing.case_of_file)
        files.register("draft", filing.draft_of_file)
        tasks.every(10, "cases.hand_in", duties.hand_in_due_cases)
        tasks.every(600, "cases.return_unsupplied", duties.return_unsupplied_cases)
        tasks.every(600, "cases.deem_accepted", duties.deem_accepted)
        tasks.every(600, "cases.mind_silences", duties.mind_silences)
        tasks.every(600, "cases.run_overlong_again", duties.run_overlong_again)
        tasks.every(600, "cases.close_notices", duties.close_ended_notices)
        tasks.every(600, "cases.remind_of_tolerated", duties.remind_of_tolerated)
        tasks.every(600, "cases.return_untolerated", duties.return_untolerated)
        tasks.every(3600, "cases.warn_expiring_drafts", expiry.warn_expiring_drafts)
        tasks.every(3600, "cases.discard_expired_drafts", expiry.discard_expired_drafts)
        tasks.every(3600, "cases.warn_ending_early_drafts", early_expiry.warn_ending_early_drafts)
        tasks.every(3600, "cases.discard_ended_early_drafts", early_expiry.discard_ended_early_drafts)
        tasks.every(600, "cases.public_deliveries", delivery.complete_public_deliveries)
        tasks.every(600, "cases.hearing_rights", duties.expire_hearing_rights)
        tasks.every(3600, "cases.lapse_signatures", signatories.lapse_signatures)
        shipped.register(Path(__file__).with_name("texts.yaml"))
        notifications.listen()
        signing_notices.listen()
        wanted.register()
        addresses.register()
        outbox.listen("cases.calendar_imported", "cases.recalculate", calendars.recalculate_cases)
        outbox.listen("certificates.ended", "cases.certificate_ended", reliance.tell_of_ended_certificate)
        outbox.listen("identity.died", "cases.hear_of_death", deaths.hear_of_death)
        outbox.listen("identity.death_corrected", "cases.hear_of_correction", deaths.hear_of_correction)
        outbox.listen("files.infected", "cases.paper_quarantined", quarantine.tell_of_infected)
        checks.register(check_items)

from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    name = "onedoor.services.assistance"
    label = "assistance"
    verbose_name = "社会救助"

    def ready(self) -> None:
        from onedoor.platform.cases import handlers as cases
        from onedoor.platform.certificates import kinds
        from onedoor.platform.exchange import datasets as exchange_datasets
        from onedoor.platform.exchange import purposes
        from onedoor.platform.kernel import definitions, outbox
        from onedoor.platform.registers import declarations as platform_registers
        from onedoor.platform.registers import entitlements as platform_entitlements
        from onedoor.platform.visits import checklists
        from onedoor.services.assistance import (
            certificate,
            checklist,
            datasets,
            entitlements,
            figures,
            handlers,
            prefill,
            registers,
            verification,
        )

        definitions.define(*figures.FIGURES)
        cases.register(handlers.dibao)
        kinds.register(certificate.MINIMUM_LIVING)
        exchange_datasets.publish(datasets.RECOGNIZED_PEOPLE)
        purposes.register(datasets.PREFILL)
        purposes.register(datasets.VERIFICATION)
        platform_entitlements.register(entitlements.SOURCE)
        platform_registers.register(registers.RECOGNITIONS)
        checklists.register(checklist.HOME_VISIT, item=handlers.ITEM)
        outbox.listen("certificates.ended", "assistance.end_recognition", certificate.end_what_it_proves)
        outbox.listen("cases.draft_started", "assistance.ask_household", prefill.ask_household)
        outbox.listen("exchange.answered", "assistance.receive_household", prefill.receive_household)
        outbox.listen("exchange.answered", "assistance.receive_answer", verification.receive_answer)

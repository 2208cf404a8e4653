from typing import ClassVar

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "onedoor.platform.certificates"
    label = "certificates"
    verbose_name = "电子证照"
    append_only: ClassVar = {"certificates_certificateevent": ()}  # history (`kernel.append_only`)

    def ready(self) -> None:
        from onedoor.platform.certificates import deaths, operations
        from onedoor.platform.kernel import outbox, tasks
        from onedoor.platform.kernel.actors import Actor

        machine = Actor.system("证照到期")
        tasks.every(3600, "certificates.lapse", lambda *, at: operations.lapse_certificates(actor=machine, at=at))
        outbox.listen("identity.died", "certificates.hear_of_death", deaths.hear_of_death)
        outbox.listen("identity.death_corrected", "certificates.hear_of_correction", deaths.hear_of_correction)

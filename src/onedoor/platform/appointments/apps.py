from typing import ClassVar

from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "onedoor.platform.appointments"
    label = "appointments"
    verbose_name = "预约叫号"
    append_only: ClassVar = {"appointments_ticketevent": ()}  # history (`kernel.append_only`)

    def ready(self) -> None:
        from onedoor.platform.appointments import deaths, figures, jobs, listeners
        from onedoor.platform.kernel import definitions, outbox, tasks

        definitions.define(*figures.FIGURES)
        tasks.every(10, "appointments.mind_holds", jobs.mind_holds)
        tasks.every(600, "appointments.make_slots", jobs.make_slots)
        tasks.every(600, "appointments.remind", jobs.remind)
        tasks.every(600, "appointments.close_days", jobs.close_days)
        outbox.listen("appointments.tell", "appointments.tell", listeners.tell)
        outbox.listen("identity.died", "appointments.hear_of_death", deaths.hear_of_death)
        outbox.listen("identity.death_corrected", "appointments.hear_of_correction", deaths.hear_of_correction)

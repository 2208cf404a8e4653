from pathlib import Path
from typing import ClassVar

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "onedoor.platform.feedback"
    label = "feedback"
    verbose_name = "好差评和投诉举报"
    append_only: ClassVar = {
        "feedback_complaintstep": ("text",),
        "feedback_reviewstep": ("note",),
    }  # history (`kernel.append_only`)

    def ready(self) -> None:
        from onedoor.platform.cases.access import know_rare
        from onedoor.platform.feedback import duties, evidence, figures, listeners
        from onedoor.platform.feedback.models import Invitation
        from onedoor.platform.files import access as files
        from onedoor.platform.kernel import definitions, tasks
        from onedoor.platform.messages import shipped

        definitions.define(*figures.FIGURES)
        know_rare("invitations", Invitation.objects.all())
        shipped.register(Path(__file__).with_name("texts.yaml"))
        files.register("complaint", evidence.complaint_of_file)
        listeners.listen()
        tasks.every(600, "feedback.hand_on_orphans", duties.hand_on_orphans)
        tasks.every(600, "feedback.find_recheckers", duties.find_recheckers)

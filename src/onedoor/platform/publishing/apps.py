from pathlib import Path
from typing import ClassVar

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "onedoor.platform.publishing"
    label = "publishing"
    verbose_name = "信息发布"

    # History, which the database itself keeps (`kernel.append_only`).
    append_only: ClassVar = {
        "publishing_fetchedfigure": (),
        "publishing_picture": (),
        "publishing_publicationstep": (),
        "publishing_publicationversion": (),
    }

    def ready(self) -> None:
        from onedoor.platform.kernel import definitions, tasks
        from onedoor.platform.messages import shipped
        from onedoor.platform.publishing import figures, media, placing

        definitions.define(*figures.FIGURES)
        shipped.register(Path(__file__).with_name("texts.yaml"))
        tasks.every(5, "publishing.place", placing.place_due)
        tasks.every(3600, "publishing.figures", media.fetch_figures)

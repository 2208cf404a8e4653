from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    name = "onedoor.platform.recognition"
    label = "recognition"
    verbose_name = "识别"

    def ready(self) -> None:
        from onedoor.platform.kernel import tasks
        from onedoor.platform.recognition import keeping
        from onedoor.platform.recognition import tasks as own

        tasks.every(30, "recognition.read_again", own.read_again)
        tasks.every(3600, "recognition.forget_dictations", keeping.forget_dictations)

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "onedoor.platform.files"
    label = "files"
    verbose_name = "文件"

    def ready(self) -> None:
        from onedoor.platform.files import access, storage
        from onedoor.platform.kernel import tasks

        tasks.every(3600, "files.sweep_incoming", lambda at: storage.sweep_incoming())
        for kind in ("delegation", "guardianship", "assisted"):
            access.register(kind, access.mandate_reader(kind))

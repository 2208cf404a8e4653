from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "onedoor.platform.files"
    label = "files"
    verbose_name = "文件"

    def ready(self) -> None:
        from onedoor.platform.files import access, quarantine, quotas, storage
        from onedoor.platform.files import tasks as scans
        from onedoor.platform.files.operations import destroying, uploading
        from onedoor.platform.kernel import tasks

        tasks.every(3600, "files.sweep_incoming", lambda at: storage.sweep_incoming())
        tasks.every(3600, "files.sweep_uploads", uploading.sweep_uploads)
        tasks.every(3600, "files.destroy_left", destroying.destroy_left)
        tasks.every(3600, "files.forget_arrivals", quotas.forget)
        tasks.every(30, "files.scan_again", scans.scan_again)
        tasks.every(3600, "files.destroy_quarantined", quarantine.destroy_old)
        for kind in ("delegation", "guardianship", "assisted"):
            access.register(kind, access.mandate_reader(kind))

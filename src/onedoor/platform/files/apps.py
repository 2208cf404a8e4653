from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "onedoor.platform.files"
    label = "files"
    verbose_name = "文件"

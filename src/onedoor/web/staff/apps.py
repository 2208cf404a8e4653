from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "onedoor.web.staff"
    label = "web_staff"
    verbose_name = "工作台"

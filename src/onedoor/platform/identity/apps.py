from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "onedoor.platform.identity"
    label = "identity"
    verbose_name = "身份与机构"

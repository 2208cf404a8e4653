from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "onedoor.platform.catalog"
    label = "catalog"
    verbose_name = "事项"

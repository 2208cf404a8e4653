from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "onedoor.platform.catalog"
    label = "catalog"
    verbose_name = "事项"

    def ready(self) -> None:
        from onedoor.platform.catalog import queries
        from onedoor.platform.identity import queries as identity
        from onedoor.platform.kernel import languages

        identity.register_personal(queries.personal_items)
        languages.register_further(lambda language, on: queries.translations(language=language, on=on))

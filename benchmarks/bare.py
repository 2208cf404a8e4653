"""What stands beside our figures: Django with one INSERT and nothing around it. Settings, address and view in one file."""

from typing import Any

from onedoor.config.settings.production import DATABASES, DEFAULT_AUTO_FIELD, SECRET_KEY, USE_TZ

__all__ = ["DATABASES", "DEFAULT_AUTO_FIELD", "SECRET_KEY", "USE_TZ"]
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django_tasks", "django_tasks_db", "onedoor.platform.kernel"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.bare"


def insert(request: Any) -> Any:
    from django.http import HttpResponse

    from onedoor.platform.kernel.models import OutboxMessage

    OutboxMessage.objects.create(topic="bench", key="bare", payload={"case_id": 1, "action_id": 2, "seq": 3})
    return HttpResponse("ok")


def empty(request: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse("ok")


def _addresses() -> list[Any]:
    from django.urls import path

    return [path("insert", insert), path("empty", empty)]


def __getattr__(name: str) -> Any:
    """Give Django its addresses once it asks for them; as settings this file must not import what needs settings."""
    if name == "urlpatterns":
        return _addresses()
    raise AttributeError(name)

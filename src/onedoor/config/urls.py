"""Every address of the site; each face keeps its own list."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from onedoor.web.parts.design import design

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("onedoor.web.parts.urls")),
    path("", include("onedoor.web.citizen.urls")),
    path("staff/", include("onedoor.web.staff.urls")),
    path("supervision/", include("onedoor.web.supervision.urls")),
    path("kiosk/", include("onedoor.web.kiosk.urls")),
    path("hooks/", include("onedoor.web.hooks.urls")),
    path("api/v1/", include("onedoor.api.urls")),
]
if settings.ONEDOOR_DEMONSTRATION_CLOCK is not None:
    urlpatterns.append(path("demonstration/", include("onedoor.demonstration.urls")))
if settings.DEBUG or settings.ONEDOOR_DEMONSTRATION_CLOCK is not None:
    urlpatterns.append(path("design/", design, name="design"))

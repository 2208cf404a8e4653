"""Where the API hangs."""

from django.urls import path

from onedoor.api.root import api

urlpatterns = [path("", api.urls)]

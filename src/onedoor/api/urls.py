"""Where the API hangs, and the page its refusals point to."""

from django.urls import path

from onedoor.api import codes
from onedoor.api.root import api

urlpatterns = [path("docs/codes", codes.page, name="api_codes"), path("", api.urls)]

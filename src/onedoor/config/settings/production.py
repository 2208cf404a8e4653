"""A real installation: everything from the environment, nothing guessed."""

from django.core.exceptions import ImproperlyConfigured

from onedoor.config.settings.base import *
from onedoor.config.settings.base import SECRET_KEY
from onedoor.config.settings.databases import *
from onedoor.config.settings.logs import *
from onedoor.config.settings.outside import *
from onedoor.config.settings.security import *

if not SECRET_KEY:
    raise ImproperlyConfigured("ONEDOOR_SECRET_KEY is empty: set it to a long random string.")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

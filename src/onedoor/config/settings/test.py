"""The test suite: cheap passwords, a throw-away folder for keys and files, any database."""

import os
import tempfile
from pathlib import Path

# Each test run (and each parallel worker of it) has its own folder, so that runs never see each other's keys.
os.environ.setdefault("ONEDOOR_VAR", tempfile.mkdtemp(prefix="onedoor-test-"))
os.environ.setdefault("ONEDOOR_SECRET_KEY", "only for tests")

from onedoor.config.settings.base import *
from onedoor.config.settings.base import VAR
from onedoor.config.settings.databases import *
from onedoor.config.settings.logs import *
from onedoor.config.settings.outside import *
from onedoor.config.settings.security import *

VAR.mkdir(parents=True, exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ONEDOOR_SMS_SECRET = "only for tests"
ONEDOOR_DEMONSTRATION_CLOCK = Path(VAR / "clock_days")
ONEDOOR_SEAL_LOG = None  # each test that seals names its own file

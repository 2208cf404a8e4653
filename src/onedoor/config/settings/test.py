"""The test suite: cheap passwords, a throw-away folder for keys and files, any database."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Each test run has its own folder, and in it each parallel worker, so that none sees another's keys or clock. A worker
# inherits the folder of the process that started it, and what it starts itself shares its own.
if "ONEDOOR_VAR" not in os.environ:
    os.environ["ONEDOOR_VAR"] = tempfile.mkdtemp(prefix="onedoor-test-")
    atexit.register(shutil.rmtree, os.environ["ONEDOOR_VAR"], ignore_errors=True)
worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker and Path(os.environ["ONEDOOR_VAR"]).name != worker:
    os.environ["ONEDOOR_VAR"] = str(Path(os.environ["ONEDOOR_VAR"]) / worker)
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
ONEDOOR_NODE_DIVISION = "110105000000"  # the library's county: its administrators look after the exchange
ONEDOOR_SMS_SECRET = "only for tests"
ONEDOOR_DEMONSTRATION_CLOCK = Path(VAR / "clock_days")
ONEDOOR_SEAL_LOG = None  # each test that seals names its own file

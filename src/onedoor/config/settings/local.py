"""The demonstration and development: as production, with a key and a clock of its own under var/."""

import os
import secrets

from onedoor.config.settings import base

_key_file = base.VAR / "secret_key"
if not base.SECRET_KEY:
    if not _key_file.exists():
        base.VAR.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(_key_file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(descriptor, secrets.token_urlsafe(60).encode("ascii"))
        os.close(descriptor)
    base.SECRET_KEY = _key_file.read_text(encoding="ascii")

from onedoor.config.settings.production import *

SECRET_KEY = base.SECRET_KEY
ONEDOOR_DEMONSTRATION_CLOCK = base.VAR / "clock_days"

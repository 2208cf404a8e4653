"""Run one measurement on the empty database of ONEDOOR_DATABASE_URL: `python -m benchmarks case_life`. See `./onedoor bench`."""

import io
import os
import secrets
import sys
import tempfile
from importlib import import_module


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="onedoor-bench-") as folder:
        os.environ |= {
            "ONEDOOR_VAR": folder,
            "ONEDOOR_SECRET_KEY": secrets.token_urlsafe(40),
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "ONEDOOR_LOG_LEVEL": "ERROR",
        }
        import django
        from django.core.management import call_command

        django.setup()
        from django.conf import settings
        from django.db import connection

        from onedoor.platform.kernel import crypto

        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {connection.settings_dict['NAME']}")
        crypto.create_missing_keys(settings.ONEDOOR_KEYS_DIR)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("load_divisions", stdout=io.StringIO())
        import_module(f"benchmarks.bench_{sys.argv[1]}").main()


if __name__ == "__main__":
    main()

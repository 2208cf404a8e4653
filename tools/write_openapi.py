"""Write the API's specification into the repository: `./onedoor check` compares, a reviewer reads the difference."""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "src" / "onedoor" / "api" / "openapi.json"


def main() -> None:
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onedoor.config.settings.test")
    import django

    django.setup()
    from onedoor.api.root import api

    specification = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    text = json.dumps(specification, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    SNAPSHOT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

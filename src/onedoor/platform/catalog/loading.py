"""Read shipped items from YAML and put them into the catalogue as versions."""

from datetime import date, datetime
from pathlib import Path

import yaml
from django.apps import apps
from pydantic import ValidationError

from onedoor.platform.catalog import operations
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError


class ItemFileFaulty(OneDoorError):
    code, http_status, message = "catalog.item_faulty", 422, "事项文件 {file} 有误：{faults}。请按提示修改后重新载入。"


def read_item(path: Path) -> ServiceItem:
    """
    Read one item from a YAML file.

    :raises ItemFileFaulty: the file does not describe a lawful item; the message lists every fault.
    """
    try:
        return ServiceItem.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        faults = error.errors() if isinstance(error, ValidationError) else [{"loc": (), "msg": str(error)}]
        told = "；".join(f"{'.'.join(str(part) for part in fault['loc'])} {fault['msg']}" for fault in faults)
        raise ItemFileFaulty(file=path.name, faults=told) from error


def shipped_files(pattern: str) -> list[Path]:
    """Return the files of every installed service that match, such as "items/*.yaml"."""
    services = [Path(app.path) for app in apps.get_app_configs() if ".services." in app.name]
    return sorted(path for folder in services for path in folder.glob(pattern))


def load_shipped(*, valid_from: date, actor: Actor, at: datetime) -> list[str]:
    """Draft and publish every shipped item that is new, set every shipped parameter; return the codes of new versions."""
    fresh = []
    for path in shipped_files("items/*.yaml"):
        version = operations.draft_version(item=read_item(path), actor=actor, at=at)
        if version.state == "draft":
            operations.publish_version(version_id=version.pk, valid_from=valid_from, actor=actor, at=at)
            fresh.append(version.code)
    for path in shipped_files("parameters.yaml"):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            operations.set_parameter(**row, actor=actor, at=at)
    return fresh

"""Read shipped items from YAML and put them into the catalogue as versions."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from onedoor.platform.catalog.items import ServiceItem
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

"""Items and figures as YAML: read with every fault told, compared with what is in the catalogue, loaded, written out again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.db import transaction
from pydantic import ValidationError

from onedoor.platform.catalog import operations
from onedoor.platform.catalog.differences import Difference, diff_versions
from onedoor.platform.catalog.elements import missing_elements
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.relations import refuse_contradictions
from onedoor.platform.catalog.states import UNPUBLISHED
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.messages import wording


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


def read_definition(text: str, *, name: str) -> dict[str, Any]:
    """
    Read a definition that may still be incomplete.

    :raises ItemFileFaulty: it is no YAML, or no mapping of elements.
    """
    try:
        definition = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ItemFileFaulty(file=name, faults=str(error).replace("\n", " ")) from error
    if not isinstance(definition, dict):
        raise ItemFileFaulty(file=name, faults="内容不是“要素: 值”的形式")
    return definition


def write_definition(definition: Mapping[str, Any]) -> str:
    """Return a definition as YAML; reading that gives exactly the same definition again."""
    text = yaml.safe_dump(dict(definition), allow_unicode=True, sort_keys=False, width=120)
    # Some rare characters (U+0085) are read back as others unless they are written as escapes.
    exact = yaml.safe_load(text) == definition
    return text if exact else yaml.safe_dump(dict(definition), sort_keys=False, width=120)


def write_item(item: ServiceItem) -> str:
    """
    Return an item as YAML; reading that gives the same item again.

    What is as it is by default is left out, except where the standard wants it said (不收费, 0 次到现场).
    """
    whole = item.model_dump(mode="json", by_alias=True)
    short = item.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    gaps = {path.split(".")[0] for path in missing_elements(short)}
    return write_definition(
        {key: whole[key] if key in gaps else short[key] for key in whole if key in gaps or key in short}
    )


def shipped_files(pattern: str) -> list[Path]:
    """Return the files of every installed service that match, such as "items/*.yaml"."""
    services = [Path(app.path) for app in apps.get_app_configs() if ".services." in app.name]
    return sorted(path for folder in services for path in folder.glob(pattern))


@dataclass(frozen=True)
class Change:
    """What loading a file would change: an item or a parameter, and how."""

    code: str
    differences: tuple[Difference, ...]
    is_new: bool = False


def plan_items(paths: list[Path]) -> list[Change]:
    """Return what loading these files would change; nothing is written."""
    changes = []
    for path in paths:
        item = read_item(path)
        latest = ItemVersion.objects.filter(code=item.code, offering__isnull=True).order_by("-version").first()
        before = latest.definition if latest else {}
        differences = diff_versions(before, item.model_dump(mode="json", by_alias=True))
        if differences:
            changes.append(Change(item.code, tuple(differences) if latest else (), is_new=latest is None))
    return changes


def plan_parameters(paths: list[Path]) -> list[Change]:
    """Return which figures loading these files would set; what an officer has corrected is left alone."""
    changes = []
    for row in _parameter_rows(paths):
        same = {name: row[name] for name in ("key", "division", "valid_from")}
        standing = parameters.row_starting(**same)
        if standing is not None and standing.reason:
            continue
        told = ("value", "document", "confirmed")
        before = {name: getattr(standing, name) for name in told} if standing else {}
        after = {"confirmed": True} | {name: row[name] for name in told if name in row}
        differences = diff_versions(before, after)
        if differences:
            name = f"{row['key']}（{row['division']}，{row['valid_from']} 起）"
            changes.append(Change(name, tuple(differences), is_new=standing is None))
    return changes


def _parameter_rows(paths: list[Path]) -> list[dict[str, Any]]:
    return [row for path in paths for row in yaml.safe_load(path.read_text(encoding="utf-8")) or ()]


def load_items(paths: list[Path], *, valid_from: date, actor: Actor, at: datetime) -> list[str]:
    """
    Draft and publish every item that is new or different; return the codes of new versions.

    The first version holds from `valid_from`; a later one from today on, for the past cannot be changed.
    """
    fresh = []
    for path in paths:
        read_item(path)
        definition = read_definition(path.read_text(encoding="utf-8"), name=path.name)
        version = operations.draft_version(item=definition, actor=actor, at=at)
        if version.state in UNPUBLISHED:
            begin = valid_from if version.version == 1 else max(valid_from, day_of(at))
            operations.publish_version(version_id=version.pk, valid_from=begin, actor=actor, at=at)
            fresh.append(version.code)
    return fresh


def load_parameters(paths: list[Path], *, actor: Actor, at: datetime) -> None:
    """
    Set every figure of these files that is new or different, all or none.

    :raises Contradiction: law relates one that is new to another figure, of its place or of one below, and they do not fit.
    """
    written = []
    with transaction.atomic():
        for row in _parameter_rows(paths):
            same = {name: row[name] for name in ("key", "division", "valid_from")}
            before = parameters.row_starting(**same)
            after = operations.set_parameter(**row, actor=actor, at=at)
            written += [after] if before is None or before.pk != after.pk else []
        for one in written:  # once all are there: they need one another
            refuse_contradictions(one.key, one.division, one.value, on=one.valid_from)


def load_shipped(*, valid_from: date, actor: Actor, at: datetime) -> list[str]:
    """Draft and publish every shipped item that is new, set every shipped parameter, load the words of messages; return the codes of new versions."""
    fresh = load_items(shipped_files("items/*.yaml"), valid_from=valid_from, actor=actor, at=at)
    load_parameters(shipped_files("parameters.yaml"), actor=actor, at=at)
    wording.load_shipped(at=at, on=valid_from)
    return fresh


def told(changes: list[Change]) -> str:
    """Return changes as lines to be read: each item or parameter, then each difference."""
    lines = []
    for change in changes:
        lines.append(f"{change.code}{'（新）' if change.is_new else ''}")
        lines += [f"  {one.path}  {one.sentence}" for one in change.differences]
    return "\n".join(lines)

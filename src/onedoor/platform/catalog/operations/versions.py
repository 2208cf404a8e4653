"""Draft and publish the versions of an item."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.catalog import queries
from onedoor.platform.catalog.elements import completeness, publication_faults
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.publication import (
    NATION,
    NotPublishable,
    check_move,
    note,
    refuse_faults,
    require,
    tell_change,
)
from onedoor.platform.catalog.states import UNPUBLISHED, Kind, State
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

__all__ = ["NotPublishable"]


class NotADraft(OneDoorError):
    code, http_status, message = "catalog.not_a_draft", 409, "该版本已发布或停用，不能再次发布，请新建版本。"


class ReviewUnderWay(OneDoorError):
    code, http_status, message = (
        "catalog.review_under_way",
        409,
        "第 {version} 版正在审核或等待发布。请先退回修改，或等它发布后再起草新版本。",
    )


class LaterVersionPublished(OneDoorError):
    code, http_status, message = (
        "catalog.later_version_published",
        409,
        "第 {version} 版已定于 {day} 生效，新版本的生效日不能早于它。请另选生效日，或先取消那一版。",
    )


@transaction.atomic
def draft_version(*, item: ServiceItem | Mapping[str, Any], actor: Actor, at: datetime, code: str = "") -> ItemVersion:
    """
    Store `item` as a draft; an identical latest version is returned unchanged. `code` names the item it has to stay.

    It may still be incomplete. The open draft is changed in place; where none is open, it becomes the next version, and the
    one in force stays in force.

    :raises ReviewUnderWay: a version is being reviewed or waits for publication.
    :raises InvalidInput: it has no code, title or business line, or the code of another item.
    """
    raw = item.model_dump(mode="json", by_alias=True) if isinstance(item, ServiceItem) else dict(item)
    kept, (code, title, line) = code, (str(raw.get(name) or "").strip() for name in ("code", "title", "line"))
    if kept and code != kept:
        raise InvalidInput({"definition": f"事项代码须保持 {kept}；新的事项请从目录页新建。"})
    if not (code and title and line):
        raise InvalidInput({"definition": "请至少写明 code（事项代码）、title（名称）和 line（业务条线）。"})
    actor.require("catalog.edit", division=NATION, line=line)
    if not publication_faults(raw):
        # Whole, with today's defaults: what a version says never changes, whatever the defaults become.
        raw = ServiceItem.model_validate(raw).model_dump(mode="json", by_alias=True)
    digest = sm3(canonical_json(raw)).hex()
    own = ItemVersion.objects.select_for_update().filter(code=code, offering__isnull=True)
    latest = own.order_by("-version").first()
    if latest is not None and latest.digest == digest:
        return latest
    version = _row_to_write(latest, actor) or ItemVersion(code=code, version=_next_number(code))
    version.line, version.title, version.title_en = line, title[:200], str(raw.get("title_en") or "")[:200]
    version.definition, version.digest, version.completeness = raw, digest, completeness(raw)
    version.recorded_at, version.recorded_by = at, actor.name
    version.save()
    note(version, Kind.DRAFT, actor=actor, at=at)
    audit.record("catalog.draft_version", actor=actor, at=at, target=f"item:{code}", version=version.version)
    return version


def _row_to_write(latest: ItemVersion | None, actor: Actor) -> ItemVersion | None:
    """Return the open draft, or None where a new version begins; what the machine loads never overwrites a person's draft."""
    if latest is None or latest.state not in UNPUBLISHED or actor.kind == "system":
        return None
    if latest.state != State.DRAFT:
        raise ReviewUnderWay(version=latest.version)
    return latest


def _next_number(code: str) -> int:
    return (ItemVersion.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0) + 1


@transaction.atomic
def publish_version(*, version_id: int, valid_from: date, actor: Actor, at: datetime) -> ItemVersion:
    """
    Put an approved version in force from `valid_from`; the version before ends on that day, running cases keep theirs.

    The machine publishes the drafts of items that come with the code: those were reviewed with it.

    :raises NotADraft: it is published, suspended or cancelled already.
    :raises MoveNotPossible: it has not been approved.
    :raises NotPublishable: an element is missing, something contradicts itself, or an offering would not fit any more.
    :raises LaterVersionPublished: another version begins later than this one would.
    """
    version = ItemVersion.objects.select_for_update().get(pk=version_id)
    require(version, "catalog.approve", actor)
    if version.state not in UNPUBLISHED:
        raise NotADraft
    if actor.kind != "system":
        check_move(version, Kind.PUBLISH)
        if valid_from < day_of(at):
            raise InvalidInput({"valid_from": "生效日不能早于今天。"})
    refuse_faults(queries.faults_of(version))
    refuse_faults(queries.offering_faults(version, on=valid_from))
    _end_earlier(version, valid_from)
    version.state, version.valid_from = State.PUBLISHED, valid_from
    version.save(update_fields=["state", "valid_from"])
    note(version, Kind.PUBLISH, actor=actor, at=at)
    audit.record("catalog.publish_version", actor=actor, at=at, target=f"item:{version.code}", version=version.version)
    tell_change(version)
    return version


def _end_earlier(version: ItemVersion, valid_from: date) -> None:
    """End what was in force on the first day of the new version, so that periods touch and never overlap."""
    others = ItemVersion.objects.select_for_update().filter(code=version.code, offering__isnull=True)
    published = others.filter(valid_from__isnull=False).exclude(pk=version.pk)
    later = published.filter(valid_from__gt=valid_from).exclude(state=State.CANCELLED).order_by("valid_from").first()
    if later is not None and later.valid_from is not None:
        raise LaterVersionPublished(version=later.version, day=later.valid_from.isoformat())
    published.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from), valid_from__lte=valid_from).update(
        valid_to=valid_from
    )

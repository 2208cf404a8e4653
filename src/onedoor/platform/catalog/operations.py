"""Put items into the catalogue, publish and retire their versions, open offerings."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from onedoor.platform.audit import operations as audit
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.models import ItemVersion, ItemWord, Offering
from onedoor.platform.catalog.words import words_of
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.models import ParameterRow

NATION = "000000000000"


class NotADraft(OneDoorError):
    code, http_status, message = "catalog.not_a_draft", 409, "该版本已发布或停用，不能再次发布，请新建版本。"


@transaction.atomic
def draft_version(*, item: ServiceItem, actor: Actor, at: datetime) -> ItemVersion:
    """Store `item` as the next draft version; an identical latest version is returned unchanged."""
    actor.require("catalog.edit", division=NATION, line=item.line)
    # Whole, with today's defaults: what a version says never changes, whatever the defaults become.
    definition = item.model_dump(mode="json", by_alias=True)
    digest = sm3(canonical_json(definition)).hex()
    latest = ItemVersion.objects.filter(code=item.code).order_by("-version").first()
    if latest is not None and latest.digest == digest:
        return latest
    number = ItemVersion.objects.filter(code=item.code).aggregate(last=Max("version"))["last"] or 0
    version = ItemVersion.objects.create(
        code=item.code,
        version=number + 1,
        line=item.line,
        title=item.title,
        title_en=item.title_en,
        definition=definition,
        digest=digest,
        recorded_at=at,
        recorded_by=actor.name,
    )
    audit.record("catalog.draft_version", actor=actor, at=at, target=f"item:{item.code}", version=version.version)
    return version


@transaction.atomic
def publish_version(*, version_id: int, valid_from: date, actor: Actor, at: datetime) -> ItemVersion:
    """
    Put a draft version in force from `valid_from`; the version before ends on that day, running cases keep theirs.

    :raises NotADraft: it is already published or retired.
    """
    version = ItemVersion.objects.select_for_update().get(pk=version_id)
    actor.require("catalog.approve", division=NATION, line=version.line)
    if version.state != ItemVersion.State.DRAFT:
        raise NotADraft
    ItemVersion.objects.filter(code=version.code, state=ItemVersion.State.PUBLISHED, valid_to__isnull=True).update(
        valid_to=valid_from
    )
    version.state = ItemVersion.State.PUBLISHED
    version.valid_from = valid_from
    version.save(update_fields=["state", "valid_from"])
    ItemWord.objects.bulk_create(
        ItemWord(version=version, word=word, kind=kind, weight=weight)
        for (word, kind), weight in words_of(version.item).items()
    )
    audit.record("catalog.publish_version", actor=actor, at=at, target=f"item:{version.code}", version=version.version)
    return version


@transaction.atomic
def open_offering(
    *, item_code: str, division: str, organization_id: int, open_from: date, actor: Actor, at: datetime
) -> Offering:
    """Offer an item to the people of `division` from `open_from` on; repeating it changes nothing."""
    actor.require("catalog.edit", division=division)
    offering, created = Offering.objects.get_or_create(
        item_code=item_code,
        division=division,
        open_from=open_from,
        defaults={"organization_id": organization_id, "recorded_at": at, "recorded_by": actor.name},
    )
    if created:
        audit.record("catalog.open_offering", actor=actor, at=at, target=f"item:{item_code}", division=division)
    return offering


@transaction.atomic
def set_parameter(
    *, key: str, division: str, value: Any, document: str, valid_from: date, actor: Actor, at: datetime
) -> ParameterRow:
    """
    Set a figure of law for a place from `valid_from` on, with the number of the document that sets it.

    Setting the same again changes nothing.

    :raises NotAllowed: the actor may not edit parameters of this division.
    """
    actor.require("parameters.edit", division=division)
    row, changed = parameters.write_parameter(
        key=key, division=division, value=value, document=document, valid_from=valid_from, recorded_by=actor.name, at=at
    )
    if changed:
        audit.record(
            "catalog.set_parameter",
            actor=actor,
            at=at,
            target=f"parameter:{row.pk}",
            division=division,
            reason=document[:200],
            key=key,
            valid_from=valid_from.isoformat(),
        )
    return row

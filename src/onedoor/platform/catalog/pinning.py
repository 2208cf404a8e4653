"""The version a new application is begun under, and with it everything its case will ever read."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.catalog.queries import Guide, read_guide
from onedoor.platform.catalog.states import State
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.prepared import prepared


def version_for_new_case(*, code: str, chain: Sequence[str], on: date) -> ItemVersion:
    """
    Return the version to pin an application of this place to: the item's own, or the row of it as offered here.

    That row is made when it is first needed and never changes, so a running case keeps the limits and papers it began with,
    whatever item and offering become.

    :raises ItemNotFound, ItemSuspended: nobody can begin one.
    """
    guide = read_guide(code=code, chain=chain, on=on)
    if guide.offering is None or guide.item == guide.version.item:
        return guide.version
    existing = _local.first(version_id=guide.version.pk, offering_id=guide.offering.pk)
    return existing or _make(guide)


@prepared
def _local(*, version_id: int, offering_id: int) -> QuerySet[ItemVersion]:
    return ItemVersion.objects.filter(localizes_id=version_id, offering_id=offering_id)


def is_current(version: ItemVersion, guide: Guide) -> bool:
    """Tell whether an application under `version` reads what a new one would read."""
    return version.pk == guide.version.pk or version.item == guide.item


def _make(guide: Guide) -> ItemVersion:
    definition = guide.item.model_dump(mode="json", by_alias=True)
    national, offering = guide.version, guide.offering
    with transaction.atomic():
        row, _ = ItemVersion.objects.get_or_create(
            localizes=national,
            offering=offering,
            defaults={
                "code": national.code,
                "version": national.version,
                "line": national.line,
                "title": national.title,
                "title_en": national.title_en,
                "definition": definition,
                "digest": sm3(canonical_json(definition)).hex(),
                "state": State.LOCAL,
                "valid_from": national.valid_from,
                "recorded_at": offering.recorded_at if offering else national.recorded_at,
                "recorded_by": offering.recorded_by if offering else national.recorded_by,
            },
        )
    return row

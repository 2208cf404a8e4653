"""Imported certificates as officers see them."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.certificates.models import ImportedCertificate
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed, NotFound
from onedoor.platform.kernel.scopes import within_reach
from onedoor.standards.masks import mask_name

IMPORT_STATES = ImportedCertificate.State.choices


class ImportedNotFound(NotFound):
    code = "certificates.imported_not_found"
    message = "没有找到这条导入的证照，请从导入列表重新打开。"


def list_imported(*, actor: Actor, state: str = "", batch: str = "", before: int = 0, most: int = 50) -> list[Any]:
    """
    Return imported lines within reach, newest first, holders masked as `masked`; `before` is the last id seen.

    :raises NotAllowed: the post does not make certificates.
    """
    found = _within(actor)
    if state:
        found = found.filter(state=state)
    if batch:
        found = _of_batch(found, batch)
    if before:
        found = found.filter(id__lt=before)
    rows: list[Any] = list(found.order_by("-id")[:most])
    for row in rows:
        row.masked = "、".join(mask_name(name) for name in row.holders)
    return rows


def import_report(*, actor: Actor, batch: str) -> dict[str, int]:
    """Return how many lines of one import stand in each state, and `total`."""
    counts = Counter(_of_batch(_within(actor), batch).values_list("state", flat=True))
    return {state: counts.get(state, 0) for state, _ in IMPORT_STATES} | {"total": counts.total()}


def get_imported(*, imported_id: int, actor: Actor, at: datetime) -> ImportedCertificate:
    """
    Return one imported line with its holders; the look is recorded.

    :raises ImportedNotFound: there is none within the actor's reach.
    """
    row = _within(actor).filter(pk=imported_id).first()
    if row is None:
        raise ImportedNotFound
    audit.record_look(
        "certificates.look_imported",
        actor=actor,
        at=at,
        target=f"imported:{row.pk}",
        division=row.division,
        fields=["holders"],
    )
    return row


def _within(actor: Actor) -> QuerySet[ImportedCertificate]:
    if actor.kind != "system" and "cases.certify" not in actor.permissions:
        raise NotAllowed
    return ImportedCertificate.objects.filter(within_reach(actor, by_line=False))


def _of_batch(found: QuerySet[ImportedCertificate], batch: str) -> QuerySet[ImportedCertificate]:
    try:
        return found.filter(batch=batch)
    except ValidationError:  # no UUID: there is no such batch
        return found.none()

"""Go on with a draft whose item has a newer version, or that goes to another place now: what still fits is kept."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, applications, discarding
from onedoor.platform.cases.models import Draft, Material
from onedoor.platform.cases.operations.consents import want_signatures
from onedoor.platform.cases.operations.expiry import touch
from onedoor.platform.catalog import pinning
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of


@transaction.atomic
def carry_over(*, draft_id: UUID, actor: Actor, at: datetime) -> Draft:
    """
    Go on with a draft for the place that is competent today, under the version now in force there: what still fits is
    kept, what is no longer asked for goes.

    Nothing happens to a draft that is current already.

    :raises ItemNotFound, ItemSuspended: the item cannot be applied for any more.
    :raises DivisionSplit: the applicant's place has become several.
    """
    draft = access.lock_draft(draft_id, actor=actor, at=at)
    place = applications.place_now(draft, on=day_of(at))
    if place == draft.division and pinning.is_current(draft.item_version, applications.guide_now(draft, on=day_of(at))):
        return draft
    version = pinning.version_for_new_case(code=draft.item_version.code, chain=identity.chain(place), on=day_of(at))
    _bring_up_to(draft, version, at=at)
    draft.division, draft.item_version = place, version
    draft.save(update_fields=["division", "item_version"])
    touch(draft, at)
    want_signatures(draft, at)
    audit.record(
        "cases.carry_over", actor=actor, at=at, target=draft.target, division=draft.division, version=version.pk
    )
    return draft


def _bring_up_to(draft: Draft, version: ItemVersion, *, at: datetime) -> None:
    """Take out of a draft what another version of its item does not ask for, or asks for in other words."""
    kept = applications.fields_that_fit(draft.item_version.item, version.item)
    draft.answers, draft.typed = applications.of_fields(draft.answers, draft.typed, kept)
    draft.materials.exclude(code__in=[paper.code for paper in version.item.materials]).delete()
    promised = {paper.commitment.digest for paper in version.item.materials if paper.commitment}
    # A promise in other words is another promise.
    draft.materials.filter(source=Material.Source.COMMITMENT).exclude(commitment__digest__in=promised).delete()
    discarding.let_go_of_files(draft, at=at)
    asked = {request.digest for request in version.item.consents}
    reworded = [request.code for request in draft.item_version.item.consents if request.digest not in asked]
    draft.wanted_signatures.filter(consent__in=reworded).delete()  # so that whoever signs is asked again

"""Who may come near a bundle case: the person whose it is; what officers see is a query of its own."""

from datetime import datetime
from uuid import UUID

from onedoor.platform.bundles.models import BundleCase
from onedoor.platform.bundles.states import State
from onedoor.platform.files.access import Matter
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound, StaleVersion


class BundleCaseNotFound(NotFound):
    code, message = (
        "bundles.case_not_found",
        "没有找到这件“一件事”，可能已经取消或者超过保留期限。请到“我的”页面查看。",
    )


def require_own(bundle_id: UUID, *, actor: Actor, lock: bool = False) -> BundleCase:
    """
    Return a bundle case of the actor's own, its row locked where something is written.

    :raises BundleCaseNotFound: there is none, or it is somebody else's; both look alike.
    :raises NotLoggedIn: nobody has logged in.
    """
    rows = BundleCase.objects.select_for_update(of=("self",)) if lock else BundleCase.objects
    found = rows.select_related("version").filter(pk=bundle_id, applicant_id=actor.require_person()).first()
    if found is None:
        raise BundleCaseNotFound
    return found


def require_filling(bundle_id: UUID, *, actor: Actor, at: datetime, revision: int | None = None) -> BundleCase:
    """
    Return a bundle of the actor's own that is still being filled in, its row locked.

    :raises BundleCaseNotFound: it has been submitted or has run out.
    :raises StaleVersion: another device saved in between; nothing is overwritten.
    """
    found = require_own(bundle_id, actor=actor, lock=True)
    if found.state != State.FILLING or found.expires_at <= at:
        raise BundleCaseNotFound
    if revision is not None and found.revision != revision:
        raise StaleVersion
    return found


def bundle_of_file(identifier: str, *, actor: Actor, at: datetime) -> Matter | None:
    """The papers given for a bundle are read by their owner; organs read those that went along with their own case."""
    if actor.kind == "officer" or actor.person_id is None:
        return None
    found = BundleCase.objects.filter(pk=UUID(identifier), applicant_id=actor.person_id).first()
    return Matter(found.applicant_id, "一件事材料", found.division) if found else None

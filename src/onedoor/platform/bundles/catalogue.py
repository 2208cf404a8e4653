"""Which bundles are in force, and the items of their members as offered at a place."""

from datetime import date

from onedoor.platform.bundles.definitions import Bundle
from onedoor.platform.bundles.models import BundleVersion
from onedoor.platform.bundles.states import VersionState
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.errors import NotFound


class BundleNotFound(NotFound):
    code, message = "bundles.not_found", "没有找到这件事，可能已经停办。请回到首页重新查找。"


def version_in_force(code: str, *, on: date) -> BundleVersion:
    """:raises BundleNotFound: nothing of this code is published."""
    published = BundleVersion.objects.filter(code=code, state=VersionState.PUBLISHED, valid_from__lte=on)
    found = published.order_by("-version").first()
    if found is None:
        raise BundleNotFound
    return found


def items_of(bundle: Bundle, *, division: str, on: date) -> dict[str, ServiceItem]:
    """Return the item of each member as offered at a place; a member without one is dealt with at the window."""
    chain = identity.chain(division)
    found = {}
    for member in bundle.members:
        if not member.item:
            continue
        try:
            found[member.code] = catalog.read_guide(code=member.item, chain=chain, on=on).item
        except (catalog.ItemNotFound, catalog.ItemSuspended):
            continue
    return found

"""Read bundles: what there is, one's own, what an officer of a member may see of the whole."""

from onedoor.platform.bundles.access import BundleCaseNotFound
from onedoor.platform.bundles.catalogue import BundleNotFound
from onedoor.platform.bundles.queries.catalogue import (
    BundleGuide,
    MemberGuide,
    VersionView,
    get_version,
    list_bundles,
    list_versions,
    read_bundle_guide,
)
from onedoor.platform.bundles.queries.filling import (
    Choosing,
    PaperRow,
    bundle_papers,
    choosing,
    find_screen,
    known_for_bundle,
    mending,
    shown_sections,
)
from onedoor.platform.bundles.queries.running import (
    BundleView,
    MemberView,
    bundle_for_officer,
    bundle_of_case,
    bundles_for_officer,
    my_bundle,
    my_bundles,
)

__all__ = [
    "BundleCaseNotFound",
    "BundleGuide",
    "BundleNotFound",
    "BundleView",
    "Choosing",
    "MemberGuide",
    "MemberView",
    "PaperRow",
    "VersionView",
    "bundle_for_officer",
    "bundle_of_case",
    "bundle_papers",
    "bundles_for_officer",
    "choosing",
    "find_screen",
    "get_version",
    "known_for_bundle",
    "list_bundles",
    "list_versions",
    "mending",
    "my_bundle",
    "my_bundles",
    "read_bundle_guide",
    "shown_sections",
]

from onedoor.platform.bundles.operations.filling import (
    NothingOnline,
    add_bundle_paper,
    begin_bundle,
    choose_members,
    discard_bundle,
    remove_bundle_paper,
    save_bundle_section,
)
from onedoor.platform.bundles.operations.members import (
    NotAtWindow,
    NothingToCancel,
    cancel_bundle,
    report_member,
)
from onedoor.platform.bundles.operations.submission import NothingPossible, submit_bundle
from onedoor.platform.bundles.operations.versions import (
    BundleFaulty,
    BundleSettled,
    OwnBundle,
    draft_bundle,
    load_bundles,
    publish_bundle,
    read_bundle,
    send_back_bundle,
)

__all__ = [
    "BundleFaulty",
    "BundleSettled",
    "NotAtWindow",
    "NothingOnline",
    "NothingPossible",
    "NothingToCancel",
    "OwnBundle",
    "add_bundle_paper",
    "begin_bundle",
    "cancel_bundle",
    "choose_members",
    "discard_bundle",
    "draft_bundle",
    "load_bundles",
    "publish_bundle",
    "read_bundle",
    "remove_bundle_paper",
    "report_member",
    "save_bundle_section",
    "send_back_bundle",
    "submit_bundle",
]

from onedoor.platform.bundles.models.bundle import BundleCase, BundleEvent, BundleMember, BundlePaper, BundleVersion
from onedoor.platform.bundles.models.proactive import LeftOut, ProactiveOffer, ProactiveRefusal, ProactiveRun

__all__ = [
    "BundleCase",
    "BundleEvent",
    "BundleMember",
    "BundlePaper",
    "BundleVersion",
    "LeftOut",
    "ProactiveOffer",
    "ProactiveRefusal",
    "ProactiveRun",
]

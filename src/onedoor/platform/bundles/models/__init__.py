from onedoor.platform.bundles.models.bundle import BundleCase, BundleEvent, BundleMember, BundlePaper, BundleVersion

__all__ = ["BundleCase", "BundleEvent", "BundleMember", "BundlePaper", "BundleVersion"]

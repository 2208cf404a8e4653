"""What the publisher keeps; other files import the models from here."""

from onedoor.platform.publishing.models.placements import DailyViews, FetchedFigure, MediaAccount, Placement
from onedoor.platform.publishing.models.publications import Picture, Publication, PublicationStep, PublicationVersion
from onedoor.platform.publishing.models.subscriptions import Subscription

__all__ = [
    "DailyViews",
    "FetchedFigure",
    "MediaAccount",
    "Picture",
    "Placement",
    "Publication",
    "PublicationStep",
    "PublicationVersion",
    "Subscription",
]

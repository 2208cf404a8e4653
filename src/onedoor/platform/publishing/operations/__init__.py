"""Every write of the publisher; callers import them from here."""

from onedoor.platform.publishing.access import RELEASE, WRITE, PublicationMoveNotPossible, PublicationNotFound
from onedoor.platform.publishing.operations.accounts import ACCOUNTS, AccountNotFound, close_account, open_account
from onedoor.platform.publishing.operations.counting import count_view
from onedoor.platform.publishing.operations.picturing import PictureNotFound, add_picture, remove_picture
from onedoor.platform.publishing.operations.recalling import recall_publication
from onedoor.platform.publishing.operations.releasing import (
    OwnPublication,
    release_publication,
    review_publication,
    send_back_publication,
    submit_publication,
)
from onedoor.platform.publishing.operations.subscribing import SubscriptionNotFound, end_subscription, subscribe
from onedoor.platform.publishing.operations.writing import NotReady, Text, write_publication

__all__ = [
    "ACCOUNTS",
    "RELEASE",
    "WRITE",
    "AccountNotFound",
    "NotReady",
    "OwnPublication",
    "PictureNotFound",
    "PublicationMoveNotPossible",
    "PublicationNotFound",
    "SubscriptionNotFound",
    "Text",
    "add_picture",
    "close_account",
    "count_view",
    "end_subscription",
    "open_account",
    "recall_publication",
    "release_publication",
    "remove_picture",
    "review_publication",
    "send_back_publication",
    "submit_publication",
    "subscribe",
    "write_publication",
]
